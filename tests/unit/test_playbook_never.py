"""Rules that can never fire are found, and those that can are let be."""
# ruff: noqa: E501 - a table of rules is read line by line

import json
from typing import Any

import pytest

from shared.playbooks.model import read
from shared.playbooks.never import always_late, in_nobodys_name, never
from tests.support.saying import HEADER


def text_of(**words: Any) -> str:
    rule = {"name": "r", "each": "team", "task": "T", "to": "facilitator", "due": {"after": "formed"}, **words}
    return f"{HEADER}window: {{wait: 6 months}}\nrules:\n- {json.dumps(rule)}"


def found(**words: Any) -> list[str]:
    text = text_of(**words)
    return [str(problem) for problem in never(read(text), text, "x.yaml")]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"due": {"after": "left"}}, "x.yaml:6 rules[0].due.after: can never fire: a team that left is no item any more"),
        ({"due": {"after": "plan_submitted"}, "done_by": "plan_submitted"}, "plan_submitted makes it done, and it waits for plan_submitted"),
        ({"done_by": "formed"}, "formed makes it done, and it waits for formed"),
        ({"due": {"after": "plan_submitted"}, "done_by": "formed"}, "formed is always reached"),
        ({"due": {"after": "plan_accepted"}, "done_by": "plan_submitted"}, "whatever reaches plan_accepted has reached plan_submitted"),
        ({"due": {"after": "closed"}, "done_by": "last_session"}, "whatever reaches closed has reached last_session"),
        ({"each": "session", "due": {"after": "held"}, "done_by": "start"}, "whatever reaches held has reached start"),
        ({"each": "homework", "due": {"wait": "1 day", "before": "handed_in"}, "done_by": "due"}, "due is always reached"),
        ({"each": "step", "due": {"after": "done"}, "done_by": "reported"}, "whatever reaches done has reached reported"),
        ({"when": {"size": {"at_least": 5, "at_most": 3}}}, "x.yaml:6 rules[0].when: can never fire: no team.size passes"),
        ({"when": {"size": 5, "team.size": 6}}, "no team.size passes"),
        ({"when": {"size": {"in": [1, 2], "not": [1, 2]}}}, "no team.size passes"),
        ({"when": {"size": {"at_most": 2, "not": [0, 1, 2]}}}, "no team.size passes"),
        ({"when": {"size": {"at_most": -1}}}, "no team.size passes"),
        ({"when": {"has_lead_agency": {"not": [True, False]}}}, "no team.has_lead_agency passes"),
        ({"when": {"cohort": {"in": ["1"], "not": "1"}}}, "no team.cohort passes"),
        ({"when": {"jurisdiction": {"in": ["KY"], "not": "KY"}}}, "no team.jurisdiction passes"),
        ({"each": "approval", "due": {"after": "asked"}, "when": {"region": {"at_least": 11}}}, "no approval.region passes"),
        ({"when": {"size": 3, "any": [{"size": 2}, {"size": {"at_least": 4}}]}}, "no team.size passes"),
        ({"due": {"after": "signed_off"}, "when": {"is_signed_off": False}}, "team.is_signed_off is true whenever signed_off is reached"),
        ({"each": "step", "due": {"after": "done"}, "when": {"status": "blocked"}}, "step.status is done whenever done is reached"),
        ({"due": {"after": "last_session"}, "when": {"plan_accepted": True}, "done_by": "plan_accepted"}, "where team.plan_accepted passes, plan_accepted is reached"),
        ({"contact": True, "due": {"wait": "7 months", "after": "closed"}}, "x.yaml:6 rules[0].due.wait: can never fire: 7 months after closed the window (6 months) has closed"),
        ({"contact": True, "due": {"wait": "200 days", "after": "closed"}}, "has closed"),
        ({"lapse": "0 days"}, "x.yaml:6 rules[0].lapse: can never fire: it lapses at the moment"),
        ({"due": {"wait": "1 day", "after": "closed"}, "repeat": {"every": "1 week", "until": "closed"}}, "x.yaml:6 rules[0].repeat.until: can never fire: closed is past"),
        ({"each": "request", "due": {"after": "logged"}}, "x.yaml:6 rules[0].each: can never fire: requests stand outside engagements"),
    ],
)  # fmt: skip
def test_a_rule_that_can_never_fire_is_found_with_its_line_and_field(words: dict[str, Any], told: str) -> None:
    assert any(told in problem for problem in found(**words))


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"done_by": "plan_submitted"},
        {"done_by": "left"},
        {"due": {"after": "plan_submitted"}, "done_by": "plan_accepted"},
        {"when": {"size": {"at_least": 3, "at_most": 3}}},
        {"when": {"size": {"not": [0, 1, 2], "at_most": 3}}},
        {"when": {"cohort": {"not": ["1", "2"]}}},
        {"when": {"any": [{"size": {"at_least": 5, "at_most": 3}}, {"size": 1}]}},
        {"when": {"plan_accepted": False}, "due": {"after": "plan_accepted"}},
        {"when": {"plan_accepted": {"not": True}}, "due": {"after": "last_session"}, "done_by": "plan_accepted"},
        {"each": "session", "due": {"after": "start"}, "when": {"gap_days": {"at_least": 36}}},
        {"contact": True, "due": {"wait": "6 months", "after": "closed"}},
        {"contact": True, "due": {"wait": "180 days", "after": "closed"}},
        {"contact": True, "due": {"wait": "20 months", "after": "formed"}},
        {"contact": True, "due": {"wait": "1 month", "after": "closed"}, "repeat": {"every": "1 month", "times": 12}},
        {"due": {"after": "closed"}, "repeat": {"every": "1 week", "until": "closed"}},
        {"lapse": "1 day"},
    ],
)
def test_a_rule_that_can_fire_is_let_be(words: dict[str, Any]) -> None:
    assert found(**words) == []


def test_without_a_window_contact_is_never_too_late() -> None:
    text = text_of(contact=True, due={"wait": "20 months", "after": "closed"}).replace("window: {wait: 6 months}\n", "")
    assert never(read(text)) == ()


def test_a_rule_before_something_that_is_known_only_when_it_happened_is_noted() -> None:
    text = text_of(each="session", due={"wait": "1 week", "before": "held"})
    assert never(read(text)) == ()
    [note] = always_late(read(text), text, "x.yaml")
    assert str(note).startswith("x.yaml:6 rules[0].due.before: comes too late: held is known only when it has happened")
    assert always_late(read(text_of(each="session", due={"wait": "1 week", "before": "start"}))) == ()


def test_a_task_for_a_role_that_nobody_is_known_to_hold_is_noted() -> None:
    text = text_of(to="facilitater", due={"after": "formed"})
    assert never(read(text)) == ()
    [note] = in_nobodys_name(read(text), text, "x.yaml")
    assert "facilitater is no role that anybody is known to hold, did you mean facilitator?" in str(note)
    assert in_nobodys_name(read(text_of(to="regional_office", due={"after": "formed"}))) == ()
