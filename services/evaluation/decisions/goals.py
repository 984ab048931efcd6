"""Goals held against what was seen: a verdict cites the outcomes on which it rests."""

from datetime import datetime

from services.evaluation import domain
from services.evaluation.decisions.grounds import opened, today
from services.evaluation.domain import Goal, Known
from shared.errors import Conflict, Unknown
from shared.events import evaluation as said
from shared.events.base import Event


class RestsOnNothing(Conflict):
    """Goal {goal_id} is {verdict} by what was seen: cite at least one outcome ({known}), or record another first."""


class BesideTheGoal(Conflict):
    """Outcome {outcome_id} ({level}) neither names goal {goal_id} nor is at its level ({own}). Cite one that does."""


class AnotherLevel(Conflict):
    """Outcome {outcome_id} ({level}) can not show that goal {goal_id} was missed: it is at another level ({own})."""


def assess_goal(command: domain.AssessGoal, known: Known, now: datetime) -> list[Event]:
    """A goal was held against what was seen."""
    opened(known, command.engagement_id)
    if (goal := known.goals.get(command.goal_id)) is None:
        raise Unknown("goal", command.goal_id, command.engagement_id, "goal_id")
    on = command.on or today(known, now)
    before = -1 if goal.revision is None else goal.revision
    repeated = (goal.verdict, goal.assessed_on, goal.outcomes) == (command.verdict, on, command.outcomes)
    if not repeated:
        _rests_on_what_was_seen(command, goal, known)
    revision = command.revision or max(before + (not repeated), 0)
    event = command.as_event(said.GoalAssessed, on=on, revision=revision)
    return [event if command.outcomes else event.model_copy(update={"outcomes": None})]


def _rests_on_what_was_seen(command: domain.AssessGoal, goal: Goal, known: Known) -> None:
    """Refuse a verdict that cites what is unknown or beside the goal, or nothing though something was seen of it.

    Where nothing was recorded yet, an evaluator may judge all the same: the report tells that nothing is cited.
    """
    for place, outcome_id in enumerate(command.outcomes):
        field = f"outcomes[{place}]"
        if (outcome := known.outcomes.get(outcome_id)) is None:
            raise Unknown("outcome", outcome_id, command.engagement_id, field)
        told = {"goal_id": goal.goal_id, "own": goal.level, "outcome_id": outcome_id, "level": outcome.level}
        if command.verdict == "missed" and outcome.level != goal.level:
            raise AnotherLevel(field, **told)
        if not goal.is_borne_out_by(outcome):
            raise BesideTheGoal(field, **told)
    seen = [outcome.outcome_id for outcome in known.seen_of(goal)]
    if command.verdict in ("reached", "partly") and seen and not command.outcomes:
        verdict = "reached" if command.verdict == "reached" else "partly reached"
        raise RestsOnNothing("outcomes", goal_id=goal.goal_id, verdict=verdict, known=", ".join(seen))
