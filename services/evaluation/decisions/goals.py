"""Goals held against what was seen."""

from datetime import datetime

from services.evaluation import domain
from services.evaluation.decisions.grounds import opened, today
from services.evaluation.domain import Known
from shared.errors import Unknown
from shared.events import evaluation as said
from shared.events.base import Event


def assess_goal(command: domain.AssessGoal, known: Known, now: datetime) -> list[Event]:
    """A goal was held against what was seen."""
    opened(known, command.engagement_id)
    if (goal := known.goals.get(command.goal_id)) is None:
        raise Unknown("goal", command.goal_id, command.engagement_id, "goal_id")
    on = command.on or today(known, now)
    before = -1 if goal.revision is None else goal.revision
    repeated = (goal.verdict, goal.assessed_on) == (command.verdict, on)
    revision = command.revision or max(before + (not repeated), 0)
    return [command.as_event(said.GoalAssessed, on=on, revision=revision)]
