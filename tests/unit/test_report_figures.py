"""The figures of a report: what each counts, and that those of many engagements are the sum of those of each."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.decisions.figures import counted, figures, part, part_of_request, together
from services.evaluation.domain.figures import Days, Figures, Response
from services.evaluation.domain.parts import Part
from shared.events.base import Fact
from shared.playbooks.topics import Topics
from tests.support.saying import GOAL, STEP, history, ledger_of, playbook, said

ON = date(2027, 6, 1)
OFFER = "- {name: offer, each: team, contact: offer, task: Offer, to: facilitator, due: {wait: 1 week, after: formed}}"
TASK = "e1/offer/ky/1"
PLANNED = {"task_id": TASK, "rule": "offer", "title": "Offer", "to": "facilitator", "team_id": "ky", "because": "f1"}
DUE = "2027-01-11T09:00:00-05:00"
"""When the offer was to be made."""


def told(name: str, n: int = 0, at: str = DUE, **words: Any) -> Fact:
    """What a ledger said of the offer."""
    return said(name, at=at, **{**PLANNED, "due_at": DUE, "n": n, **words})


def of(*facts: Fact, told: Sequence[Fact] = (), on: date = ON) -> Figures:
    """The figures of an engagement with a team of Kentucky."""
    known = history([said("engagement_opened", goals=[GOAL | {"by": "2027-03-01"}]), said("team_formed"), *facts])
    return figures(known, {}, on, told, playbook(OFFER))


def outcome(**words: Any) -> Fact:
    told = {"outcome_id": "o1", "level": "plan", "statement": "A plan", "evidence": "The plan", "source": "report"}
    return said("outcome_recorded", seen_on="2027-02-20", **{**told, **words})


def test_a_goal_is_not_yet_due_on_its_day_and_overdue_on_the_next() -> None:
    assert of(on=date(2027, 3, 1)).promises.not_yet_due == 1
    assert of(on=date(2027, 3, 2)).promises.overdue == 1


def test_a_goal_of_which_something_was_seen_is_seen_whatever_its_day() -> None:
    found = of(outcome()).promises
    assert (found.made, found.seen, found.overdue, found.never_promised) == (1, 1, 0, 0)


def test_what_stands_under_no_goal_was_never_promised() -> None:
    found = of(outcome(level="system")).promises
    assert (found.seen, found.overdue, found.never_promised) == (0, 1, 1)


def test_a_goal_that_somebody_judged_without_anything_seen_is_told_as_such() -> None:
    found = of(said("goal_assessed", verdict="missed", on="2027-03-02")).promises
    assert (found.judged, found.overdue, dict(found.verdicts)) == (1, 0, {"missed": 1})


@pytest.mark.parametrize(
    ("after", "field"),
    [
        ([], "open"),
        ([told("follow_up_lapsed", 2)], "lapsed"),
        ([told("follow_up_done", 2, on="2027-01-12", because="f2")], "settled"),
        ([said("follow_up_done", task_id=TASK, n=2, on="2027-01-12")], "taken"),
        ([said("follow_up_skipped", task_id=TASK, n=2, on="2027-01-12")], "skipped"),
    ],
)
def test_an_offer_is_open_taken_up_skipped_settled_or_lapsed(after: list[Fact], field: str) -> None:
    said_of_it = [told("follow_up_scheduled"), told("follow_up_fell_due", 1, contact="offer"), *after]
    by_hand = [fact for fact in after if not fact.event.from_ledger]
    found = of(*by_hand, told=[fact for fact in said_of_it if fact.event.from_ledger]).follow_ups
    assert found.offered == 1
    assert {name for name in ("open", "taken", "skipped", "settled", "lapsed") if getattr(found, name)} == {field}


def test_an_offer_that_policy_forbade_was_withheld_and_never_offered() -> None:
    forbidden = said("contact_suppressed", task_id=TASK, n=1, team_id="ky", rule="cap", due_at=DUE)
    found = of(told=[told("follow_up_scheduled"), forbidden]).follow_ups
    assert (found.offered, dict(found.withheld)) == (0, {"cap": 1})


def test_an_offer_that_lapsed_before_it_could_be_made_was_too_late() -> None:
    found = of(told=[told("follow_up_scheduled"), told("follow_up_lapsed", 1)]).follow_ups
    assert (found.offered, found.lapsed, found.too_late) == (0, 0, 1)


def test_an_offer_whose_reason_went_is_none() -> None:
    gone = [told("follow_up_scheduled"), told("follow_up_fell_due", 1, contact="offer"), told("follow_up_withdrawn", 2)]
    assert of(told=gone).follow_ups == Figures().follow_ups


def test_from_a_plan_to_the_first_follow_up_counts_what_somebody_did_after_it() -> None:
    plan = said("action_plan_submitted", submitted_on="2027-02-01", steps=[STEP])
    before = said("follow_up_done", task_id="e1/look/p1/1", on="2027-01-20")
    after = said("follow_up_done", task_id="e1/look/p1/2", on="2027-02-15")
    assert of(plan, before, after).plan_to_follow_up == Days(took={14: 1})
    assert of(plan, before).plan_to_follow_up == Days(waiting={120: 1})


def test_a_plan_of_a_team_that_left_waits_for_nobody() -> None:
    plan = said("action_plan_submitted", submitted_on="2027-02-01", steps=[STEP])
    assert of(plan, said("team_left", left_on="2027-03-01")).plan_to_follow_up == Days(gone=1)


def test_a_request_that_nobody_answered_still_waits() -> None:
    def days(*facts: Fact) -> Days:
        found = part_of_request(history(facts, "-/r1"), Topics())
        assert found is not None
        return counted(found, ON).request_to_answer

    assert days(said("ta_request_logged")) == Days(waiting={148: 1})
    assert days(said("ta_request_logged"), said("ta_request_answered")) == Days(took={4: 1})


def test_a_request_that_was_withdrawn_is_none() -> None:
    assert part_of_request(history([said("ta_request_logged"), said("ta_request_withdrawn")], "-/r1"), Topics()) is None


def test_half_had_come_within_the_median_and_open_ones_are_not_in_it() -> None:
    found = Days(took={1: 2, 5: 1, 30: 1}, waiting={400: 1})
    assert (found.n, found.lower_quartile, found.median, found.upper_quartile) == (4, 1, 5, 5)
    assert (found.still, found.longest_wait) == (1, 400)
    assert Days(waiting={3: 1}).median is None


def test_a_step_tells_how_it_stands_now_and_every_barrier_that_it_ever_met() -> None:
    plan = said("action_plan_submitted", submitted_on="2027-02-01", steps=[STEP, STEP | {"step_id": "t2"}])
    blocked = said("action_step_reported", status="blocked", barrier="cost", reported_on="2027-03-01")
    done = said("action_step_reported", status="done", reported_on="2027-04-01")
    found = of(plan, blocked, done).plans
    assert (dict(found.steps), dict(found.barriers)) == ({"done": 1, "not_reported": 1}, {"cost": 1})


def test_a_role_that_nobody_took_on_stands_empty_and_is_counted_day_by_day() -> None:
    gone = said("role_vacated", role="facilitator", person_id="p-f", on="2027-05-22")
    found = of(gone).turnover
    assert (dict(found.vacated), dict(found.filled), found.vacant) == ({"facilitator": 1}, {}, Days(waiting={10: 1}))
    again = of(gone, said("role_filled", role="facilitator", person_id="p-g", on="2027-05-25")).turnover
    assert (dict(again.filled), again.vacant) == ({"facilitator": 1}, Days(took={3: 1}))


@pytest.mark.parametrize(
    ("asked", "answers", "late", "expected"),
    [
        (12, 7, 0, Response(rounds=1, counted=1, asked=12, answered=7)),
        (12, 0, 0, Response(rounds=1, counted=1, asked=12)),
        (12, 4, 0, Response(rounds=1, few=1)),
        (12, 7, 5, Response(rounds=1, counted=1, asked=12, answered=7, late_kept_back=1)),
        (12, 12, 5, Response(rounds=1, counted=1, asked=12, answered=12, late=5)),
        (None, 7, 0, Response(rounds=1, unknown=1)),
    ],
)
def test_a_round_tells_no_number_under_five_and_none_that_nobody_knows(
    asked: int | None, answers: int, late: int, expected: Response
) -> None:
    assert of_round(asked, answers, late).of_people == {"mid": expected}


def of_round(asked: int | None, answers: int, late: int) -> Figures:
    """The figures of a round that closed on the 27th of January."""
    rounds, told = ledger_of("mid", "2027-01-13", "2027-01-27", invited=asked)
    days = ["2027-01-20"] * (answers - late) + ["2027-02-10"] * late
    said_ = [
        said("evaluation_answered", round_id="e1/mid/e1/1", answer_id=f"a{n}", answers={}, at=f"{day}T12:00:00-05:00")
        for n, day in enumerate(days)
    ]
    return figures(history([said("engagement_opened"), *said_]), rounds, ON, [*told, closed(answers - late)])


def closed(answered: int) -> Fact:
    """The round closed by itself; so many had answered by then."""
    told: dict[str, Any] = {"round_id": "e1/mid/e1/1", "n": 2, "answered": answered}
    return said("evaluation_closed", at="2027-01-27T09:00:00-05:00", **told)


def test_of_a_jurisdiction_counts_what_concerns_its_teams() -> None:
    wisconsin = said("team_formed", team_id="wi", jurisdiction="WI", lead="p-2")
    plan = said("action_plan_submitted", plan_id="p2", team_id="wi", submitted_on="2027-02-01", steps=[STEP])
    facts = [said("engagement_opened", goals=[GOAL]), said("team_formed"), wisconsin, plan, outcome(team_id="wi")]
    made = part(history(facts), {}, (), None, Topics())
    here, there = counted(made, ON, "KY"), counted(made, ON, "WI")
    assert (here.teams, here.plans.submitted, here.promises.seen) == (1, 0, 0)
    assert (there.teams, there.plans.submitted, there.promises.seen) == (1, 1, 1)


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """An engagement or a request, with more or less in it."""
    if draw(st.booleans()):
        answered = [said("ta_request_answered")] if draw(st.booleans()) else []
        found = part_of_request(history([said("ta_request_logged"), *answered], "-/r1"), Topics())
        assert found is not None
        return found
    facts = [said("engagement_opened", goals=[GOAL | {"by": draw(st.sampled_from(["2027-02-01", "2027-12-01"]))}])]
    pool = [
        said("team_formed"), outcome(), outcome(outcome_id="o2", level="system"),
        said("action_plan_submitted", submitted_on="2027-02-01", steps=[STEP]),
        said("action_step_reported", status="blocked", barrier="time", reported_on="2027-03-01"),
        said("role_vacated", role="facilitator", person_id="p-f", on="2027-05-22"),
        said("engagement_closed"),
    ]  # fmt: skip
    facts += draw(st.lists(st.sampled_from(pool), unique_by=lambda fact: fact.id))
    fell = [told("follow_up_scheduled"), told("follow_up_fell_due", 1, contact="offer")]
    rounds, opened = ledger_of("mid", "2027-01-13", "2027-01-27", invited=draw(st.integers(5, 20)))
    return part(history(facts), rounds, [*fell[: draw(st.integers(0, 2))], *opened], playbook(OFFER), Topics())


@given(st.lists(parts(), max_size=6), st.randoms(use_true_random=False), st.dates(date(2027, 1, 1), date(2028, 1, 1)))
def test_figures_of_many_are_the_sum_of_those_of_each_however_they_are_grouped(
    many: list[Part], chance: Any, on: date
) -> None:
    each = [counted(one, on) for one in many]
    whole = together(*each)
    shuffled = chance.sample(each, len(each))
    cut = chance.randint(0, len(each))
    assert together(together(*shuffled[:cut]), together(*shuffled[cut:])) == whole
    assert together(*shuffled) == whole
    assert whole.engagements + whole.requests == len(many)
