"""A verdict on a goal rests on what was seen; the report holds what was promised against it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.evaluation import domain
from services.evaluation.decisions import assess_goal, report
from services.evaluation.domain import AssessGoal, Known, Report
from shared.errors import Refused, Unknown
from shared.events.base import Fact
from shared.events.evaluation import GoalAssessed
from tests.support.saying import history, said

NOW = datetime(2027, 4, 1, 15, tzinfo=UTC)
LEVELS = {"learned": "knowledge", "plans": "plan", "registry": "system"}
GOALS = [
    {"goal_id": id, "level": level, "statement": f"A change of {level}", "by": "2027-03-01"}
    for id, level in LEVELS.items()
]


def seen(outcome_id: str, level: str, **more: Any) -> Fact:
    """An outcome was recorded."""
    words: dict[str, Any] = {
        "statement": f"Seen: {outcome_id}",
        "evidence": "A call",
        "seen_on": "2027-02-20",
        "source": "report",
    }
    return said("outcome_recorded", outcome_id=outcome_id, level=level, **words, **more)


def known(*facts: Fact, goals: list[dict[str, str]] = GOALS) -> Known:
    return domain.known(history([said("engagement_opened", goals=goals), *facts]))


def judged(known: Known, goal_id: str, verdict: str, *outcomes: str) -> GoalAssessed:
    told = {"engagement_id": "e1", "goal_id": goal_id, "verdict": verdict, "outcomes": outcomes}
    [event] = assess_goal(AssessGoal.model_validate(told), known, NOW)
    assert isinstance(event, GoalAssessed)
    return event


def stands(told: Report) -> dict[str, str]:
    return {goal.goal_id: goal.stands for goal in told.promised}


def test_a_verdict_cites_the_outcomes_on_which_it_rests() -> None:
    event = judged(known(seen("o1", "plan"), seen("o2", "plan")), "plans", "partly", "o1", "o2")
    assert event.outcomes == ("o1", "o2")


def test_a_verdict_rests_on_no_outcome_that_nobody_recorded() -> None:
    with pytest.raises(Unknown, match="There is no outcome o9 in engagement e1"):
        judged(known(), "plans", "reached", "o9")


@pytest.mark.parametrize("verdict", ["reached", "partly"])
def test_a_goal_of_which_something_was_seen_is_not_reached_without_citing_it(verdict: str) -> None:
    there = known(seen("o1", "plan"), seen("o2", "practice", goal_id="plans"), seen("o3", "plan", goal_id="learned"))
    with pytest.raises(Refused, match=r"cite at least one outcome \(o1, o2\), or record another first"):
        judged(there, "plans", verdict)


@pytest.mark.parametrize("verdict", ["not_yet", "missed"])
def test_what_was_not_reached_needs_no_outcome(verdict: str) -> None:
    assert judged(known(seen("o1", "plan")), "plans", verdict).outcomes is None


def test_an_evaluator_may_judge_before_anything_was_recorded_and_the_report_tells_so() -> None:
    there = known()
    event = judged(there, "plans", "reached")
    assert event.outcomes is None
    told = report(known(said("goal_assessed", goal_id="plans", on="2027-03-02")), "e1", NOW.date())
    assert stands(told)["plans"] == "judged"
    assert "though nothing is recorded on which that could rest" in told.promised[1].words


def test_a_verdict_rests_on_nothing_that_stands_beside_its_goal() -> None:
    with pytest.raises(Refused, match=r"Outcome o1 \(practice\) neither names goal plans nor is at its level \(plan\)"):
        judged(known(seen("o1", "practice")), "plans", "reached", "o1")


def test_a_goal_of_knowledge_is_never_missed_for_lack_of_system_change() -> None:
    there = known(seen("o1", "system", goal_id="learned"))
    with pytest.raises(Refused, match=r"Outcome o1 \(system\) can not show that goal learned was missed"):
        judged(there, "learned", "missed", "o1")


def test_a_verdict_that_is_repeated_is_the_same_although_more_was_seen_since() -> None:
    judged_before = said("goal_assessed", goal_id="plans", verdict="reached", on="2027-04-01")
    there = known(judged_before, seen("o1", "plan"))
    assert judged(there, "plans", "reached") == judged_before.event
    assert judged(there, "plans", "reached", "o1").revision == 1


def test_a_goal_is_not_yet_due_until_its_day_is_over_and_then_overdue() -> None:
    assert set(stands(report(known(), "e1", date(2027, 3, 1))).values()) == {"not_yet_due"}
    told = report(known(), "e1", date(2027, 3, 2))
    assert set(stands(told).values()) == {"overdue"}
    assert told.words[1] == 'Overdue since 2027-03-01, nothing seen, not judged: "A change of plan" (plan)'


def test_a_goal_without_a_date_is_never_overdue() -> None:
    goals = [{"goal_id": "g", "level": "plan", "statement": "A plan"}]
    told = report(known(goals=goals), "e1", date(2200, 1, 1))
    assert told.words == ['Not yet due, for it has no date: "A plan" (plan)']


def test_a_goal_is_seen_by_what_names_it_and_by_what_is_at_its_level_and_names_no_other() -> None:
    there = known(seen("o1", "system", goal_id="learned"), seen("o2", "plan"), seen("o3", "plan", goal_id="learned"))
    told = report(there, "e1", NOW.date())
    assert stands(told) == {"learned": "seen", "plans": "seen", "registry": "overdue"}
    assert [[one.outcome_id for one in goal.seen] for goal in told.promised] == [["o1", "o3"], ["o2"], []]


def test_a_change_of_the_system_makes_no_goal_of_knowledge_seen_nor_lacking() -> None:
    told = report(known(seen("o1", "system")), "e1", NOW.date())
    assert stands(told) == {"learned": "overdue", "plans": "overdue", "registry": "seen"}


def test_what_nobody_promised_is_told_as_well() -> None:
    told = report(known(seen("o1", "network"), seen("o2", "plan")), "e1", NOW.date())
    assert [one.outcome_id for one in told.never_promised] == ["o1"]
    assert told.words[-1] == 'Never promised, and seen on 2027-02-20: "Seen: o1" (network)'


def test_not_yet_said_after_its_day_is_a_verdict_and_before_it_is_none() -> None:
    early = said("goal_assessed", goal_id="plans", verdict="not_yet", on="2027-02-01")
    late = said("goal_assessed", goal_id="plans", verdict="not_yet", on="2027-03-01")
    assert stands(report(known(early), "e1", date(2027, 3, 1)))["plans"] == "not_yet_due"
    assert stands(report(known(early), "e1", NOW.date()))["plans"] == "overdue"
    assert stands(report(known(late), "e1", NOW.date()))["plans"] == "judged"


def test_an_engagement_without_goals_has_promised_nothing() -> None:
    assert report(known(goals=[]), "e1", NOW.date()).words == ["Nothing was promised."]
