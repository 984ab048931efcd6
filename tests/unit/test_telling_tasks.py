"""What follows by itself is told in plain words: what came, moved, went, fell due, was done late, lapsed."""

from typing import Any

from shared.events.base import Fact
from shared.events.followup import (
    FollowUpFellDue,
    FollowUpLapsed,
    FollowUpMoved,
    FollowUpScheduled,
    FollowUpWithdrawn,
)
from tests.support.demo import BECAUSE, Listener, at, done, escalated, task
from tests.support.saying import said, session

SUMMARY = "Send FL the summary of session 2"


def scheduled(key: str, title: str, due: str, **more: Any) -> Fact:
    return task(FollowUpScheduled, key, title, due, **more)


def asked_for_homework(team: str, n: int = 0) -> Fact:
    return scheduled(f"homework/{team}/1", f"Ask {team.upper()} for its homework", "2027-02-02", n=n, team_id=team)


def test_what_a_fact_obliges_stands_behind_it_with_its_role_and_date() -> None:
    listener = Listener()
    listener.hears("2027-01-12", session(2, "2027-01-12T14:00:00-05:00"), scheduled("s/fl/1", SUMMARY, "2027-01-14"))
    assert listener.lines[-1] == "-> Send FL the summary of session 2, facilitator, by Thu 14 Jan"


def test_what_holds_for_several_states_alike_is_told_once() -> None:
    listener = Listener()
    listener.hears("2027-01-12", *(asked_for_homework(team) for team in ("fl", "ky", "vi")))
    assert listener.lines == ["Ask FL for its homework (also KY, VI), facilitator, by Tue 2 Feb"]
    assert len(listener.sentences) == 3


def test_what_is_repeated_is_told_with_its_first_and_last_date() -> None:
    months = ["2027-04-20", "2027-05-20", "2027-06-21"]
    facts = [scheduled(f"meet/ky/{k}", "Meet the KY team lead", day, team_id="ky") for k, day in enumerate(months, 1)]
    listener = Listener()
    listener.hears("2027-03-22", *facts)
    assert listener.lines == ["Meet the KY team lead, facilitator, 3 times from Tue 20 Apr to Mon 21 Jun"]


def test_of_much_that_follows_the_first_is_told_and_the_rest_counted() -> None:
    listener = Listener()
    listener.hears("2027-01-12", *(scheduled(f"r{n}/x/1", f"Task {n}", f"2027-02-0{n}") for n in range(1, 8)))
    assert [line.split(",")[0] for line in listener.lines] == ["Task 1", "Task 2", "Task 3", "and 4 more"]


def test_what_moves_is_told_with_both_its_dates() -> None:
    listener = Listener()
    listener.hears("2027-01-12", scheduled("s/fl/1", SUMMARY, "2027-01-14"))
    listener.hears("2027-01-13", task(FollowUpMoved, "s/fl/1", SUMMARY, "2027-01-21", n=1, was=at("2027-01-14")))
    assert listener.sentences[-1] == "Moved: Send FL the summary of session 2, from Thu 14 Jan to Thu 21 Jan"


def test_what_is_somebody_elses_now_has_not_moved() -> None:
    listener = Listener()
    listener.hears("2027-01-12", scheduled("s/fl/1", SUMMARY, "2027-01-14"))
    moved = task(FollowUpMoved, "s/fl/1", SUMMARY, "2027-01-14", n=1, was=at("2027-01-14"), to="supervisor")
    listener.hears("2027-01-13", moved)
    assert (listener.kinds[-1], listener.sentences[-1]) == ("handed_on", f"Now for the supervisor: {SUMMARY}")


def test_what_goes_is_told_with_the_reason_for_which_it_goes() -> None:
    listener = Listener()
    listener.hears("2027-03-01", scheduled("back/p1/1", "Look back at the plan with FL", "2027-03-31"))
    rejected = said("action_plan_rejected", team_id="fl", on="2027-03-10")
    gone = task(FollowUpWithdrawn, "back/p1/1", "Look back at the plan with FL", "2027-03-31", n=1, reason="whatever")
    listener.hears("2027-03-10", rejected, gone)
    assert listener.lines[-1] == (
        "-> Withdrawn, as the plan was rejected: Look back at the plan with FL, which was due Wed 31 Mar"
    )


def test_what_falls_due_and_is_done_the_same_day_is_told_in_one_line() -> None:
    listener = Listener()
    listener.hears("2027-01-12", scheduled("s/fl/1", SUMMARY, "2027-01-14"))
    listener.hears("2027-01-14", task(FollowUpFellDue, "s/fl/1", SUMMARY, "2027-01-14", n=1))
    listener.hears("2027-01-14", done("s/fl/1", "2027-01-14"), hour=11)
    assert listener.lines[1:] == [f"Due today, and done: {SUMMARY}"]
    assert listener.kinds == ["obliged", "fell_due", "done"]


def test_what_is_done_after_its_grace_is_done_late() -> None:
    listener = Listener("s/fl/1")
    listener.hears("2027-01-14", scheduled("s/fl/1", SUMMARY, "2027-01-14"))
    listener.hears("2027-01-14", task(FollowUpFellDue, "s/fl/1", SUMMARY, "2027-01-14", n=1))
    listener.hears("2027-02-03", done("s/fl/1", "2027-02-03", note="With apologies."))
    assert listener.kinds[-1] == "done_late"
    assert listener.sentences[-1] == f'Done late, 20 days after it fell due: {SUMMARY} ("With apologies.")'


def test_what_is_done_within_its_grace_is_not_called_late() -> None:
    listener = Listener()
    listener.hears("2027-01-14", task(FollowUpFellDue, "s/fl/1", SUMMARY, "2027-01-14"))
    listener.hears("2027-01-15", done("s/fl/1", "2027-01-15"))
    assert (listener.kinds[-1], listener.sentences[-1]) == ("done", f"Done 1 day after it fell due: {SUMMARY}")


def test_what_a_fact_settles_was_done_by_nobody() -> None:
    listener = Listener()
    listener.hears("2027-01-12", asked_for_homework("fl"))
    arrived = said("homework_handed_in", team_id="fl", handed_in_on="2027-01-29")
    listener.hears("2027-01-29", arrived, done("homework/fl/1", "2027-01-29", because=BECAUSE))
    assert listener.lines[-1] == "-> Settled: Ask FL for its homework"
    assert listener.kinds[-1] == "settled"


def test_what_nobody_does_is_told_to_the_supervisor() -> None:
    listener = Listener()
    listener.hears("2027-01-14", task(FollowUpFellDue, "s/fl/1", SUMMARY, "2027-01-14"))
    listener.hears("2027-01-21", escalated("s/fl/1", "2027-01-21"))
    assert listener.lines[-1] == f"Still not done, so the supervisor is told: {SUMMARY}, due Thu 14 Jan"


def test_the_window_closes_once_however_much_lapses_of_it() -> None:
    listener = Listener()
    closed = said("engagement_closed", closed_on="2027-03-19")
    listener.hears("2027-03-19", closed)
    for team in ("fl", "ky"):
        title = f"Meet the {team.upper()} team lead"
        reason = "the window closed on 2027-09-19"
        lapsed = task(FollowUpLapsed, f"meet/{team}/6", title, "2027-09-17", team_id=team, reason=reason)
        listener.hears("2027-09-20", lapsed, hour=0)
    assert listener.lines[1:] == [
        "The 6-month window closed on Sun 19 Sep. From now on no team is contacted any more.",
        "Lapsed, as the window closed: Meet the FL team lead (also KY)",
    ]


def test_a_task_that_begins_after_its_date_is_due_at_once() -> None:
    listener = Listener()
    late = scheduled("s/fl/1", SUMMARY, "2027-01-14"), task(FollowUpFellDue, "s/fl/1", SUMMARY, "2027-01-14", n=1)
    listener.hears("2027-02-01", session(2, "2027-02-20T14:00:00-05:00"), *late)
    assert listener.lines[1:] == [f"-> {SUMMARY}, facilitator, at once (it was due Thu 14 Jan)"]
