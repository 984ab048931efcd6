"""A topic in demand obliges the planner: once for each time that it is said."""

import pytest

from shared.events.base import line_of
from shared.playbooks.choice import choose, named
from shared.playbooks.model import BadPlaybook, read
from shared.playbooks.never import never
from tests.support.saying import HEADER, history, owed, said

DESK = """playbook: desk
version: 1
title: Desk
rules:
- {name: plan, each: demand, task: "{topic}, {jurisdictions}", to: planner, due: {wait: 1 week, after: noticed}}
"""
LINE = "-/licensing"
KEY = "plan/licensing@3-2027-01-04-"
IN_DEMAND = said(
    "topic_in_demand",
    topic="licensing",
    jurisdictions=["KY", "VI", "WI"],
    request_ids=["r1", "r2", "r3"],
    since="2027-01-04",
)
GROWN = said(
    "topic_in_demand",
    at="2027-02-01T10:00:00-05:00",
    topic="licensing",
    jurisdictions=["GA", "KY", "OH", "TN", "VI", "WI"],
    request_ids=["r1", "r2", "r3", "r4", "r5", "r6"],
    since="2027-01-04",
)


def test_it_is_the_planners_task_and_growth_makes_another() -> None:
    planned = owed(read(DESK), [GROWN, IN_DEMAND], line=LINE)
    told = sorted((one.item[:25], one.title, one.to, f"{one.due_at:%Y-%m-%d}") for one in planned.values())
    assert told == [
        ("licensing@3-2027-01-04-" + IN_DEMAND.event.derived_id[:2], "licensing, 3", "planner", "2027-01-11"),
        ("licensing@6-2027-01-04-" + GROWN.event.derived_id[:2], "licensing, 6", "planner", "2027-02-08"),
    ]


def test_whoever_has_the_task_finds_its_topic() -> None:
    [key] = [f"-/{key}" for key in owed(read(DESK), [IN_DEMAND], line=LINE)]
    assert line_of(key) == LINE == IN_DEMAND.line


def test_what_was_said_by_mistake_obliges_nobody() -> None:
    mistake = said("topic_in_demand", topic="licensing", jurisdictions=[], request_ids=[], since="2027-01-04")
    assert len(owed(read(DESK), [mistake, IN_DEMAND], line=LINE)) == 2
    assert owed(read(DESK), [], line=LINE) == {}


def test_a_topic_that_is_named_in_words_has_no_task_for_no_key_can_hold_it() -> None:
    elsewhere = said(
        "topic_in_demand", topic="OST / workforce", jurisdictions=["KY"], request_ids=[], since="2027-01-04"
    )
    assert owed(read(DESK), [elsewhere], line=elsewhere.line) == {}
    assert named(history([elsewhere], elsewhere.line)) is None


def test_the_desk_rules_it_by_the_version_in_force_when_it_was_said_last() -> None:
    first = said("playbook_published", playbook="desk", version=1)
    second = said("playbook_published", playbook="desk", version=2, recorded=GROWN.time)
    grown = GROWN.__class__(GROWN.id, GROWN.event, GROWN.time, GROWN.time)
    assert choose([first, second], history([IN_DEMAND], LINE)) == first
    assert choose([first, second], history([IN_DEMAND, grown], LINE)) == second


def test_only_the_desk_speaks_of_demand() -> None:
    rule = "rules:\n- {name: a, each: demand, task: T, to: planner, due: {after: noticed}}\n"
    assert [problem.reason for problem in never(read(HEADER + rule))] == [
        "can never fire: topics in demand stand outside engagements, the playbook desk rules them"
    ]
    with pytest.raises(BadPlaybook, match="demand: is said by the playbook desk only"):
        read(HEADER + "demand: {jurisdictions: 4}\n")
    with pytest.raises(BadPlaybook, match="the playbook desk rules request and demand only"):
        read(HEADER.replace("example", "desk") + rule.replace("demand", "team").replace("noticed", "formed"))
