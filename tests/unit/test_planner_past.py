"""What is told as part of the past is on record with its days, and reminds nobody of what was due before."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.events.base import HISTORIC, Fact
from shared.playbooks.planner import PAST
from tests.support.saying import EASTERN, Desk, said

RULES = """
- name: answer
  each: request
  task: "Answer {request.jurisdiction}"
  to: facilitator
  due: {wait: 1 week, after: logged}
  escalate: {wait: 1 day, to: supervisor}
"""
TOLD = datetime(2027, 3, 1, 12, tzinfo=EASTERN)
KEY = "-/answer/r1/1"


def told(*extensions: str, **words: Any) -> Fact:
    """A request that we are told of on the first of March."""
    return replace(said("ta_request_logged", recorded=TOLD, **words), extensions=dict.fromkeys(extensions, True))


def desk() -> Desk:
    desk = Desk(RULES, "", "-/r1")
    desk.now = TOLD
    return desk


def kinds(desk: Desk, *facts: Fact) -> list[str]:
    return [change.kind for change in desk.hear(*facts)]


def test_a_request_of_last_winter_that_is_told_today_falls_due_today() -> None:
    assert kinds(desk(), told(logged_on="2027-01-04")) == ["schedule", "fall_due", "escalate"]


def test_told_as_part_of_the_past_it_lapses_in_silence() -> None:
    past = desk()
    assert kinds(past, told(HISTORIC, logged_on="2027-01-04")) == ["schedule", "lapse"]
    assert (past.rows[KEY].state, past.rows[KEY].lapse_reason) == ("lapsed", PAST)
    assert past.until("2027-12-31") == []


def test_what_is_due_after_it_was_told_is_due_all_the_same() -> None:
    past = desk()
    assert kinds(past, told(HISTORIC, logged_on="2027-02-24")) == ["schedule"]
    assert [change.kind for change in past.until("2027-03-04")] == ["fall_due", "escalate"]


def test_to_correct_the_past_wakes_nobody() -> None:
    past = desk()
    past.hear(told(HISTORIC, logged_on="2027-01-04"))
    past.until("2027-04-01")
    assert past.hear(told(logged_on="2027-01-04", need="more help", revision=1)) == []


def test_nor_does_what_was_told_before_become_part_of_the_past_by_a_correction() -> None:
    live = desk()
    live.hear(told(logged_on="2027-01-04"))
    assert kinds(live, told(HISTORIC, logged_on="2027-01-04", need="more help", revision=1)) == ["amend"]
    assert live.rows[KEY].state == "due"
