"""On a running Throughline: somebody leaves and somebody follows, and a goal is judged by what was seen."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
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
rules:
- {name: ask, each: team, task: "Ask {jurisdiction}", to: facilitator, due: {wait: 3 weeks, after: formed}}
- {name: goal, each: goal, evaluation: goal, ask: evaluator, due: {after: by}, done_by: assessed}
- name: fill
  each: vacancy
  when: {of_team: false}
  task: "Name a new {role}"
  to: supervisor
  due: {wait: 5 business days, after: vacated}
  done_by: filled
"""
E1 = {"engagement_id": "e1"}


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A Throughline with an engagement whose goal was to be reached last month."""
    opened, by = TODAY - timedelta(days=90), TODAY - timedelta(days=30)
    with an_up(a_folder(tmp_path_factory.mktemp("up") / "here", example=PLAYBOOK)) as up:
        people = {"facilitator": "p-f", "evaluator": "p-e", "supervisor": "p-s"}
        goals = [{"goal_id": "g1", "level": "plan", "statement": "A plan for each team", "by": str(by)}]
        words = {"title": "T", "playbook": "example", "center": "C", "topic": "t", "time_zone": "America/New_York"}
        up.post("/engagements", **E1, opened_on=str(opened), people=people, goals=goals, **words)
        members = [{"person_id": "p-1", "role": "lead_agency"}]
        up.post("/teams", **E1, team_id="ky", jurisdiction="KY", lead="p-1", members=members, formed_on=str(TODAY))
        up.until(lambda: "e1/ask/ky/1" in up.tasks())
        yield up


def told(up: Up, *words: str) -> str:
    result = CliRunner(env=up.keys).invoke(app, [*words, "--api", up.api])
    assert result.exit_code == 0, result.output
    return result.output


def task(up: Up, key: str) -> dict[str, Any]:
    found: dict[str, Any] = up.get(f"/tasks/{key}") or {}
    return found


@pytest.mark.slow
def test_what_a_role_owes_waits_in_nobodys_name_and_is_then_the_successors(up: Up) -> None:
    assert task(up, "e1/ask/ky/1")["person_id"] == "p-f"
    gone = up.post("/roles/vacate", **E1, role="facilitator", person_id="p-f")["facts"][0]["data"]["on"]
    fill = f"e1/fill/e1@facilitator-{gone}/1"
    up.until(lambda: task(up, fill).get("state") == "scheduled")
    asked = task(up, "e1/ask/ky/1")
    assert (asked["state"], asked["person_id"], asked["vacant_since"]) == ("scheduled", None, gone)
    packet = told(up, "handover", "e1", "facilitator")
    assert packet.startswith(f"facilitator of e1: nobody since {gone}\n  p-f left on {gone}\nOwed: 1\n")
    up.post("/roles/fill", **E1, role="facilitator", person_id="p-g")
    up.until(lambda: task(up, fill)["state"] == "done")
    after = task(up, "e1/ask/ky/1")
    assert (after["person_id"], after["n"], after["due_at"]) == ("p-g", asked["n"], asked["due_at"])


@pytest.mark.slow
def test_a_goal_is_judged_by_what_was_seen_and_its_round_is_over(up: Up) -> None:
    up.until(lambda: (up.get("/rounds/e1/goal/g1/1") or {}).get("fired_at"))
    assert told(up, "report", "e1").startswith("Overdue since ")
    seen = {"outcome_id": "o1", "level": "plan", "statement": "Kentucky has a plan", "evidence": "The plan"}
    up.post("/outcomes", **E1, **seen)
    up.post("/goals/assess", **E1, goal_id="g1", verdict="reached", outcomes=["o1"])
    up.until(lambda: up.get("/rounds/e1/goal/g1/1")["state"] == "done")
    assert told(up, "report", "e1").startswith("Seen once, judged reached on ")


@pytest.mark.slow
def test_a_report_on_all_comes_in_each_form(up: Up, tmp_path: Path) -> None:
    assert told(up, "report", "--portfolio").startswith("# Report on the portfolio\n")
    assert json.loads(told(up, "report", "--model", "Example".lower(), "--as", "json"))["figures"]["teams"] == 1
    assert told(up, "report", "--jurisdiction", "Kentucky").startswith("# Report: Kentucky\n")
    file = tmp_path / "report.pdf"
    assert told(up, "report", "e1", "--as", "pdf", "-o", str(file)) == ""
    assert file.read_bytes().startswith(b"%PDF-")
    wrong = CliRunner(env=up.keys).invoke(app, ["report", "e1", "--portfolio", "--api", up.api])
    assert (wrong.exit_code, wrong.output.startswith("Name one engagement, or one of --topic")) == (1, True)
