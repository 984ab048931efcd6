"""A new version of a playbook on a running Throughline: compared, tried on what was said, and adopted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.__main__ import app
from tests.support.services import PLAYBOOK
from tests.support.up import Up, a_folder, an_up

FORMED = "2027-01-04"


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A Throughline with one engagement and one team, and a second version of its playbook."""
    with an_up(a_folder(tmp_path_factory.mktemp("up") / "here", example=PLAYBOOK)) as up:
        people = {"facilitator": "p-f", "evaluator": "p-e"}
        words = {"title": "T", "playbook": "example", "center": "C", "topic": "t", "time_zone": "America/New_York"}
        up.post("/engagements", engagement_id="e1", opened_on=FORMED, people=people, **words)
        members = [{"person_id": "p-1", "role": "lead_agency"}]
        up.post(
            "/teams", engagement_id="e1", team_id="ky", jurisdiction="KY", lead="p-1", members=members, formed_on=FORMED
        )
        up.until(lambda: "e1/ask/ky/1" in up.tasks())
        yield up


@pytest.fixture(scope="module")
def later(up: Up) -> Path:
    """The same playbook, but that teams have eight weeks instead of two."""
    file = up.folder / "later.yaml"
    text = PLAYBOOK.replace("wait: 2 weeks, after: formed", "wait: 8 weeks, after: formed")
    file.write_text(text.replace("version: 1", "version: 2"), encoding="utf-8")
    return file


def run(up: Up, *words: object, typed: str = "") -> Result:
    return CliRunner(env=up.keys).invoke(app, [*map(str, words), "--api", up.api], input=typed)


def squeezed(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


@pytest.mark.slow
def test_a_policy_is_tried_on_what_was_said_and_nothing_is_written_or_said_by_it(up: Up, later: Path) -> None:
    said, tasks = up.get("/facts"), up.get("/tasks")
    told = squeezed(run(up, "whatif", "--playbook", later, "--until", "2027-12-31"))
    assert "moved 2027-01-19 14:00" in told
    assert "2027-03-01 14:00" in told
    told = squeezed(run(up, "whatif", "--playbook", "example", "--set", "rules.ask=", "--until", "2027-12-31"))
    assert "not owed 2027-01-19 14:00" in told
    assert (up.get("/facts"), up.get("/tasks")) == (said, tasks)


@pytest.mark.slow
def test_a_version_is_adopted_once_somebody_has_seen_what_it_moves(up: Up, later: Path) -> None:
    assert "e1 has example version 1 already" in squeezed(run(up, "playbook", "adopt", "e1"))
    squeezed(run(up, "playbook", "publish", later))
    told = squeezed(run(up, "playbook", "diff", "example@1", "example", "--engagement", "e1"))
    assert "moved 2027-01-19 09:00 EST -> 2027-03-01 09:00 EST" in told
    assert run(up, "playbook", "adopt", "e1", typed="n\n").exit_code == 1
    assert up.get("/tasks/e1/ask/ky/1")["due_at"].startswith("2027-01-19")
    assert "has example version 2 from now on" in squeezed(run(up, "playbook", "adopt", "e1", typed="y\n"))
    up.until(lambda: up.get("/tasks/e1/ask/ky/1")["due_at"].startswith("2027-03-01"))
