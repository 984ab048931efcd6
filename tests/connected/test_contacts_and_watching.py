"""On a running Throughline: a state that was contacted is spared elsewhere, and what it does later is looked at."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from typer.testing import CliRunner

from services.__main__ import app
from shared.clock import WorldClock
from tests.support.up import Up, a_folder, an_up

TODAY = WorldClock().now().date()
PLAYBOOK = """
playbook: example
version: 1
title: Example
contacts: {caps: [{by: team, most: 1, in: 1 month}]}
rules:
- {name: offer, each: team, task: "Offer {jurisdiction} help", to: facilitator, contact: offer, due: {after: formed}}
"""


def is_known(up: Up, task: str) -> bool:
    return task in up.tasks()


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A Throughline in which Kentucky takes part in two engagements, of which one has closed."""
    with an_up(a_folder(tmp_path_factory.mktemp("up") / "here", example=PLAYBOOK)) as up:
        people = {"facilitator": "p-f", "evaluator": "p-e"}
        words: dict[str, Any] = {"title": "T", "playbook": "example", "center": "C", "people": people}
        for id, topic in (("e1", "family-engagement"), ("e2", "licensing")):
            opened = {"opened_on": str(TODAY - timedelta(days=60)), "time_zone": "America/New_York"}
            up.post("/engagements", engagement_id=id, topic=topic, **words, **opened)
            team = {"team_id": "ky", "jurisdiction": "KY", "lead": "p-1", "members": []}
            up.post("/teams", engagement_id=id, **team, formed_on=str(TODAY - timedelta(days=50)))
            up.until(partial(is_known, up, f"{id}/offer/ky/1"))
        up.post("/engagements/close", engagement_id="e1", closed_on=str(TODAY - timedelta(days=20)), reason="completed")
        yield up


@pytest.mark.slow
def test_a_state_that_was_contacted_is_spared_elsewhere_and_why_tells_it(up: Up) -> None:
    up.until(lambda: up.get("/tasks/e2/offer/ky/1")["state"] == "lapsed")
    told = CliRunner(env=up.keys).invoke(app, ["why", "e2/offer/ky/1", "--api", up.api]).output
    assert "KY has had 1 contact in 1 month, and the policy allows 1" in told
    told = CliRunner(env=up.keys).invoke(app, ["contacts", "--jurisdiction", "KY", "--api", up.api]).output
    assert [line.split()[-1] for line in told.splitlines()] == ["e1/offer/ky/1"]


@pytest.mark.slow
def test_what_it_does_after_the_close_waits_for_the_evaluator(up: Up) -> None:
    asked = {
        "source": "tracker",
        "external_id": "9",
        "jurisdiction": "KY",
        "topic": "Family engagement",
        "need": "More",
    }
    up.post("/requests", **asked, logged_on=str(TODAY - timedelta(days=1)))
    up.until(lambda: up.get("/outcomes/proposed")["items"])
    [proposed] = up.get("/outcomes/proposed", engagement="e1")["items"]
    up.post("/outcomes/confirm", engagement_id="e1", outcome_id=proposed["outcome_id"], evidence="The contracts")
    assert up.get("/outcomes")["items"][0]["source"] == "watch"
