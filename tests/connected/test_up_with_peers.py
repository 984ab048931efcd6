"""A running Throughline: from applications to an introduction that is followed up, and a team that is at risk."""

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from services.__main__ import app
from tests.support.http import E1, OPENED, member
from tests.support.services import PLAYBOOK
from tests.support.up import Up, a_folder, an_up

RULES = (
    "- {name: introduce, each: peers, task: 'To {to_jurisdiction}', to: facilitator,"
    " due: {wait: 5 business days, after: suggested}, done_by: connected}\n"
    "- {name: lead, each: team, task: Who leads?, to: facilitator, due: {wait: 1 day, after: lead_missing}}\n"
)
NEED = "finding and keeping staff"


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One start for all tests here, with a team and four applications."""
    with an_up(a_folder(tmp_path_factory.mktemp("up") / "here", example=PLAYBOOK + RULES)) as running:
        running.post("/engagements", **OPENED)
        running.post("/teams", **E1, team_id="ky", jurisdiction="KY", lead="p-1", members=[member("p-1")])
        for place, stage in {"KY": "exploring", "TN": "exploring", "WI": "implementing", "OR": "sustaining"}.items():
            words = {"application_id": f"a-{place.lower()}", "jurisdiction": place, "stage": stage}
            told = {"needs": [NEED]} if place == "KY" else {"offers": [NEED if place == "OR" else "data"]}
            running.post("/applications", **E1, **words, **told)
        yield running


def run(up: Up, *command: str) -> str:
    """What a client command prints."""
    result = CliRunner(env=up.keys).invoke(app, [*command, "--api", up.api])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.slow
def test_cohorts_are_proposed_and_assigned(up: Up) -> None:
    assert "Cohort 1: KY, TN\n  All 2 are exploring. 2 cohorts were asked for." in run(
        up, "cohorts", "e1", "--number", "2", "--assign"
    )
    assert up.get("/teams/ky")["cohort"] == "1"
    assert run(up, "cohorts", "e1").startswith("Nobody waits for a cohort")


@pytest.mark.slow
def test_the_best_peer_is_suggested_and_to_be_introduced(up: Up) -> None:
    assert "OR is suggested to ky: finding and keeping staff" in run(up, "peers", "e1", "--suggest", "1")
    key = "e1/introduce/ky@OR/finding-and-keeping-staff/1"
    up.until(lambda: up.tasks().get(key) == "scheduled")
    up.post("/peers/connect", **E1, from_team="ky", to_jurisdiction="OR", need=NEED)
    up.until(lambda: up.tasks().get(key) == "done")


@pytest.mark.slow
def test_a_lead_who_leaves_puts_the_plan_at_risk(up: Up) -> None:
    up.post("/roles/vacate", **E1, team_id="ky", role="lead_agency", person_id="p-1")
    up.until(lambda: "e1/lead/ky/1" in up.tasks())
    [team] = up.get("/engagements/e1/risks")
    assert team["at_risk"]
    assert {why["code"] for why in team["reasons"] if why["puts_at_risk"]} == {"no_lead", "no_lead_agency"}
    assert "Its lead (p-1) is no member any more, and no other is named." in run(up, "risks", "e1")
