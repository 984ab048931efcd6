"""Reconcile: what happens to tasks as facts come in, people act, and time passes."""

import pytest

from shared.obligations.reconcile import next_at
from tests.support.saying import EASTERN, Desk, held, retraction, said, session

OPENED = said("engagement_opened", planned_sessions=3, planned_close="2027-03-15")
TEAM = said("team_formed")
THANK = "- {name: thank, each: session, task: 'Thank {topic}', to: facilitator, due: {wait: 1 week, after: start}}"
PLAN = """
- name: plan
  each: team
  task: T
  to: facilitator
  due: {wait: 1 week, after: formed}
  done_by: plan_submitted
  escalate: {wait: 1 week, to: supervisor}
"""
THANKS, ASK = "thank/s1/1", "plan/ky/1"
FIRST = session(1, "2027-01-12T14:00:00-05:00")


def kinds(changes: object) -> list[str]:
    return [change.kind for change in changes]  # type: ignore[attr-defined]


def test_a_reached_moment_schedules_a_task_which_falls_due_once() -> None:
    desk = Desk(THANK)
    assert kinds(desk.hear(OPENED, FIRST)) == ["schedule"]
    row = desk.row(THANKS)
    assert (row.state, row.n, row.title, row.to, row.because) == ("scheduled", 0, "Thank Data", "facilitator", FIRST.id)
    assert next_at(row) == row.due_at
    assert kinds(desk.until("2027-01-18")) == []
    assert kinds(desk.until("2027-01-25")) == ["fall_due"]
    assert desk.row(THANKS).fired_at == desk.row(THANKS).due_at
    assert kinds(desk.until("2027-03-25")) == []
    assert desk.settle() == []


def test_an_expected_obligation_is_not_recorded() -> None:
    desk = Desk("- {name: r, each: session, task: T, to: facilitator, due: {after: held}}")
    assert desk.hear(OPENED, FIRST) == []
    assert kinds(desk.hear(held(1, "2027-01-12T14:00:00-05:00"))) == ["schedule"]


def test_a_task_moves_when_its_reference_moves() -> None:
    desk = Desk(THANK)
    desk.hear(OPENED, FIRST)
    [moved] = desk.hear(session(1, "2027-01-19T14:00:00-05:00", revision=1))
    assert moved.kind == "move"
    assert moved.was is not None and moved.was.day == 19
    assert (moved.row.due_at.day, moved.row.n, moved.row.state) == (26, 1, "scheduled")
    assert not moved.is_silent


def test_a_new_title_is_said_and_a_detail_is_not() -> None:
    desk = Desk(THANK)
    desk.hear(OPENED, FIRST)
    [renamed] = desk.hear(session(1, "2027-01-12T14:00:00-05:00", revision=1, topic="Leadership"))
    assert (renamed.kind, renamed.row.title) == ("move", "Thank Leadership")
    [amended] = desk.hear(session(1, "2027-01-12T14:00:00-05:00", revision=2, topic="Leadership", minutes=90))
    assert (amended.kind, amended.row.n, amended.is_silent) == ("amend", 1, True)
    assert amended.row.because != renamed.row.because


def test_a_task_is_withdrawn_when_its_reason_goes_due_or_not() -> None:
    for day in ("2027-01-13", "2027-02-01"):
        desk = Desk(THANK)
        desk.hear(OPENED, FIRST)
        desk.until(day)
        [withdrawn] = desk.hear(said("session_cancelled", cancelled_on="2027-01-11"))
        assert (withdrawn.kind, withdrawn.row.state) == ("withdraw", "withdrawn")
        assert withdrawn.reason


def test_a_task_comes_back_when_its_reason_does() -> None:
    desk = Desk(THANK)
    cancelled = said("session_cancelled", cancelled_on="2027-01-11")
    desk.hear(OPENED, FIRST, cancelled)
    [again] = desk.hear(retraction(cancelled))
    assert (again.kind, again.row.state, again.row.n) == ("schedule", "scheduled", 2)


def test_a_task_whose_moment_turns_out_not_to_have_come_is_withdrawn() -> None:
    desk = Desk("- {name: r, each: session, task: T, to: facilitator, due: {after: held}}")
    meeting = held(1, "2027-01-12T14:00:00-05:00")
    desk.hear(OPENED, FIRST, meeting)
    [withdrawn] = desk.hear(retraction(meeting))
    assert (withdrawn.kind, withdrawn.reason) == ("withdraw", "held has not come yet after all")


def test_a_due_task_that_moves_into_the_future_falls_due_again() -> None:
    desk = Desk(THANK)
    desk.hear(OPENED, FIRST)
    desk.until("2027-01-20")
    assert desk.state(THANKS) == "due"
    desk.hear(session(1, "2027-01-26T14:00:00-05:00", revision=1))
    assert (desk.state(THANKS), desk.row(THANKS).fired_at) == ("scheduled", None)
    assert kinds(desk.until("2027-02-10")) == ["fall_due"]


def test_a_due_task_that_moves_within_the_past_stays_due_and_falls_due_no_more() -> None:
    desk = Desk(THANK)
    desk.hear(OPENED, FIRST)
    desk.until("2027-02-01")
    fired_at = desk.row(THANKS).fired_at
    assert kinds(desk.hear(session(1, "2027-01-19T14:00:00-05:00", revision=1))) == ["move"]
    assert (desk.state(THANKS), desk.row(THANKS).fired_at) == ("due", fired_at)


def test_a_fact_that_comes_late_makes_a_task_that_is_due_at_once() -> None:
    desk = Desk(THANK)
    desk.hear(OPENED)
    desk.until("2027-03-01")
    assert kinds(desk.hear(FIRST)) == ["schedule", "fall_due"]
    assert desk.row(THANKS).fired_at == desk.now


def test_a_fact_makes_a_task_done_whoever_did_it() -> None:
    desk = Desk(PLAN)
    desk.hear(OPENED, TEAM)
    submitted = said("action_plan_submitted", submitted_on="2027-01-08")
    [done] = desk.hear(submitted)
    assert (done.kind, done.row.state, done.row.ended_by, done.row.ended_because) == (
        "complete", "done", "fact", submitted.id,
    )  # fmt: skip
    assert not done.is_silent


def test_what_is_done_before_it_was_ever_said_is_never_said() -> None:
    desk = Desk(PLAN)
    assert desk.hear(OPENED, said("action_plan_submitted", submitted_on="2027-01-08"), TEAM) == []


def test_a_task_whose_doing_is_retracted_is_owed_again() -> None:
    desk = Desk(PLAN)
    submitted = said("action_plan_submitted", submitted_on="2027-01-08")
    desk.hear(OPENED, TEAM, submitted)
    [again] = desk.hear(retraction(submitted))
    assert (again.kind, again.row.state, again.row.ended_by, again.row.n) == ("schedule", "scheduled", None, 2)


def test_what_was_done_stays_done_when_its_reason_goes() -> None:
    desk = Desk(PLAN)
    desk.hear(OPENED, TEAM, said("action_plan_submitted", submitted_on="2027-01-08"))
    assert desk.hear(said("team_left")) == []
    assert desk.state(ASK) == "done"


def test_a_task_that_nobody_does_escalates_once() -> None:
    desk = Desk(PLAN)
    desk.hear(OPENED, TEAM)
    assert kinds(desk.until("2027-01-11")) == ["fall_due"]
    assert not desk.row(ASK).is_overdue(desk.now)
    [escalated] = desk.until("2027-03-11")
    assert (escalated.kind, escalated.row.escalated_to) == ("escalate", "supervisor")
    assert desk.row(ASK).is_overdue(desk.now)
    assert next_at(desk.row(ASK)) is None


def test_after_a_long_silence_a_task_falls_due_and_escalates_in_order() -> None:
    desk = Desk(PLAN)
    desk.hear(OPENED, TEAM)
    desk.now = desk.now.replace(month=6)
    assert kinds(desk.settle()) == ["fall_due", "escalate"]


@pytest.mark.parametrize(("name", "state"), [("follow_up_done", "done"), ("follow_up_skipped", "skipped")])
def test_what_a_person_ended_stays_ended_until_that_is_retracted(name: str, state: str) -> None:
    desk = Desk(PLAN)
    desk.hear(OPENED, TEAM)
    desk.until("2027-01-20")
    by_hand = said(name, task_id=f"e1/{ASK}", n=1, on="2027-01-20")
    [ended] = desk.hear(by_hand)
    assert (ended.row.state, ended.row.by_hand, ended.is_silent) == (state, True, True)
    assert desk.hear(said("action_plan_submitted", submitted_on="2027-01-21")) == []
    assert desk.hear(said("team_left")) == []
    assert desk.state(ASK) == state


def test_a_task_whose_doing_by_hand_was_a_mistake_is_owed_again() -> None:
    desk = Desk(PLAN)
    by_hand = said("follow_up_done", task_id=f"e1/{ASK}", on="2027-01-08")
    desk.hear(OPENED, TEAM, by_hand)
    assert kinds(desk.hear(retraction(by_hand))) == ["schedule"]
    assert desk.state(ASK) == "scheduled"


def test_a_task_done_by_hand_before_its_facts_arrive_is_recorded_as_done_when_they_do() -> None:
    desk = Desk(PLAN)
    assert desk.hear(OPENED, said("follow_up_done", task_id=f"e1/{ASK}", on="2027-01-08")) == []
    [done] = desk.hear(TEAM)
    assert (done.kind, done.before, done.row.state, done.is_silent) == ("complete", None, "done", True)


def test_a_task_can_still_be_done_after_it_has_lapsed() -> None:
    desk = Desk(THANK.replace("}}", "}, lapse: 1 week}"))
    desk.hear(OPENED, FIRST)
    assert kinds(desk.until("2027-03-01")) == ["fall_due", "lapse"]
    desk.hear(said("follow_up_done", task_id=f"e1/{THANKS}", n=2, on="2027-03-01"))
    assert desk.state(THANKS) == "done"


def test_the_latest_word_of_a_person_counts() -> None:
    desk = Desk(PLAN)
    desk.hear(OPENED, TEAM, said("follow_up_skipped", task_id=f"e1/{ASK}", on="2027-01-08"))
    desk.hear(said("follow_up_done", task_id=f"e1/{ASK}", n=1, on="2027-01-09"))
    assert desk.state(ASK) == "done"
    desk.hear(said("follow_up_skipped", task_id=f"e1/{ASK}", n=2, on="2027-01-05"))
    assert desk.state(ASK) == "done"


def test_a_snoozed_task_falls_due_again_on_the_day_it_was_put_off_to() -> None:
    desk = Desk(PLAN)
    desk.hear(OPENED, TEAM)
    desk.until("2027-01-12")
    [moved] = desk.hear(said("follow_up_snoozed", task_id=f"e1/{ASK}", on="2027-01-12", until="2027-01-25"))
    assert (moved.kind, moved.row.state, moved.row.due_at.day) == ("move", "scheduled", 25)
    assert moved.row.planned_at.day == 11
    assert kinds(desk.until("2027-01-26")) == ["fall_due"]
    [escalated] = desk.until("2027-02-28")
    assert escalated.row.escalated_at is not None
    assert escalated.row.escalated_at.astimezone(EASTERN).day == 1, "a week after the day it was put off to"


def test_a_snoozed_task_does_not_move_with_its_reference() -> None:
    desk = Desk(THANK)
    desk.hear(OPENED, FIRST, said("follow_up_snoozed", task_id=f"e1/{THANKS}", on="2027-01-12", until="2027-01-25"))
    assert kinds(desk.hear(session(1, "2027-01-19T14:00:00-05:00", revision=1))) == ["amend"]
    assert desk.row(THANKS).due_at.day == 25


def test_a_task_that_was_handed_over_belongs_to_somebody_else() -> None:
    desk = Desk(PLAN)
    desk.hear(OPENED, TEAM)
    desk.until("2027-01-12")
    [moved] = desk.hear(said("follow_up_handed_over", task_id=f"e1/{ASK}", on="2027-01-12", to="supervisor"))
    assert (moved.kind, moved.row.to, moved.row.state) == ("move", "supervisor", "due")


def test_a_task_lapses_when_it_is_too_late_and_comes_back_when_it_is_not() -> None:
    desk = Desk(THANK.replace("}}", "}, lapse: 1 week}"))
    desk.hear(OPENED, FIRST)
    desk.until("2027-03-01")
    assert desk.state(THANKS) == "lapsed"
    assert desk.settle() == []
    desk.hear(session(1, "2027-03-09T14:00:00-05:00", revision=1))
    assert desk.state(THANKS) == "scheduled"


def test_what_is_known_too_late_lapses_and_does_not_fall_due() -> None:
    desk = Desk(THANK.replace("}}", "}, lapse: 1 week}"))
    desk.hear(OPENED)
    desk.until("2027-03-01")
    assert kinds(desk.hear(FIRST)) == ["schedule", "lapse"]
    assert desk.row(THANKS).fired_at is None


def test_contact_lapses_when_the_window_has_closed() -> None:
    rule = "- {name: meet, each: team, task: T, to: facilitator, contact: true, due: {wait: 1 month, after: closed}}"
    desk = Desk(rule, "window: {wait: 2 months, after: closed}\n")
    desk.hear(OPENED, TEAM, said("engagement_closed", closed_on="2027-01-05"))
    assert kinds(desk.until("2027-03-05")) == ["fall_due"]
    [lapsed] = desk.until("2027-03-06", hour=1)
    assert (lapsed.kind, lapsed.reason) == ("lapse", "the window closed on 2027-03-05")


def test_a_round_opens_and_closes_by_itself() -> None:
    desk = Desk("- {name: mid, each: engagement, evaluation: mid, due: {after: opened}, open_for: 2 weeks}")
    desk.hear(OPENED)
    assert kinds(desk.until("2027-02-01")) == ["close"]
    assert (desk.row("mid/e1/1").ended_by, desk.settle()) == ("time", [])


def test_a_round_can_be_closed_by_hand() -> None:
    desk = Desk("- {name: mid, each: engagement, evaluation: mid, due: {after: opened}}")
    desk.hear(OPENED)
    assert desk.until("2027-02-01") == []
    assert desk.state("mid/e1/1") == "due"
    desk.hear(said("evaluation_closed", round_id="e1/mid/e1/1", on="2027-02-01"))
    assert (desk.state("mid/e1/1"), desk.row("mid/e1/1").by_hand) == ("done", True)


def test_a_round_that_could_not_be_opened_in_time_lapses() -> None:
    desk = Desk("- {name: mid, each: engagement, evaluation: mid, due: {after: opened}, open_for: 2 weeks}")
    desk.now = desk.now.replace(month=3)
    assert kinds(desk.hear(OPENED)) == ["schedule", "lapse"]


def test_a_round_that_closed_opens_again_when_its_reason_turns_out_to_be_later() -> None:
    desk = Desk("- {name: mid, each: engagement, evaluation: mid, due: {after: opened}, open_for: 2 weeks}")
    desk.hear(OPENED)
    desk.until("2027-02-01")
    assert kinds(desk.hear(said("engagement_opened", opened_on="2027-01-28", revision=1))) == ["schedule", "fall_due"]


def test_a_change_of_the_playbook_withdraws_and_schedules() -> None:
    desk = Desk(THANK)
    desk.hear(OPENED, FIRST, TEAM)
    desk.playbook = Desk(PLAN).playbook
    assert sorted(kinds(desk.settle())) == ["schedule", "withdraw"]
