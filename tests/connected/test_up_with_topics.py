"""A running Throughline hears of one topic from three agencies, and asks a region: whoever it is for sees it."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from services.__main__ import app
from shared.bus.accounts.members import Kind
from tests.support.http import E1, OPENED, member
from tests.support.ncase import PLAYBOOKS
from tests.support.up import Up, a_folder, an_up

PLAYBOOK = """
playbook: example
version: 1
title: Example
rules:
- {name: invite, each: team, needs: invite, task: "Invite {jurisdiction}", to: facilitator, due: {after: formed}}
"""
TOPIC = "out-of-school-time-workforce"
CALLED = {"KY": "OST workforce", "WI": "Afterschool workforce", "VI": "out-of-school time workforce"}


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    desk = (PLAYBOOKS / "desk.yaml").read_text(encoding="utf-8")
    with an_up(a_folder(tmp_path_factory.mktemp("topics") / "here", example=PLAYBOOK, desk=desk)) as running:
        yield running


def told(up: Up, *command: str) -> str:
    """What a command prints that asks this Throughline."""
    result = CliRunner(env=up.keys).invoke(app, [*command, "--api", up.api])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.slow
async def test_three_trackers_tell_of_one_topic_at_once_and_the_planner_has_one_task(up: Up) -> None:
    words = [{"external_id": place, "jurisdiction": place, "topic": it, "need": "?"} for place, it in CALLED.items()]
    async with up.on_the_bus("ncase", Kind.TRACKER) as client:
        asked = [client.request("inbound.requests.ncase", json.dumps(one).encode(), timeout=30) for one in words]
        assert all(json.loads(answer.data)["accepted"] for answer in await asyncio.gather(*asked))
    up.until(lambda: up.tasks(to="planner"))
    [task] = up.tasks(to="planner")
    assert task.startswith(f"-/plan-engagement/{TOPIC}@3-")
    assert f"{TOPIC}: 3 jurisdictions" in told(up, "topics")


@pytest.mark.slow
def test_an_invitation_is_held_back_until_its_region_answers(up: Up) -> None:
    up.post("/engagements", **OPENED)
    up.post("/approvals", **E1, approval_id="a1", about="invite", jurisdiction="KY")
    up.post("/teams", **E1, team_id="ky", jurisdiction="KY", lead="p-1", members=[member("p-1")])
    why = up.until(lambda: up.get("/tasks/e1/invite/ky/1/why"))
    up.until(lambda: "waits for the approval a1" in up.get("/tasks/e1/invite/ky/1/why")["words"].get("held back", ""))
    assert why["obligation"]["state"] == "expected"
    assert "e1/a1" in told(up, "approvals", "e1")
    up.post("/approvals/answer", **E1, approval_id="a1", answer="granted")
    up.until(lambda: up.get("/tasks/e1/invite/ky/1"))
    assert "No approval is open." in told(up, "approvals")
