"""Outcomes: changes that were seen."""

from datetime import date, datetime

from services.evaluation import domain
from services.evaluation.decisions.grounds import opened, today
from services.evaluation.domain import Known
from shared.errors import Malformed, Unknown
from shared.events import evaluation as said
from shared.events.base import Event


def record_outcome(command: domain.RecordOutcome, known: Known, now: datetime) -> list[Event]:
    """A change was seen."""
    opened(known, command.engagement_id)
    if command.goal_id is not None and command.goal_id not in known.goals:
        raise Unknown("goal", command.goal_id, command.engagement_id, "goal_id")
    if command.team_id is not None and command.team_id not in known.teams:
        raise Unknown("team", command.team_id, command.engagement_id, "team_id")
    seen_on = command.seen_on or _seen_before(known, command.outcome_id) or today(known, now)
    if seen_on > today(known, now):
        raise Malformed("is in the future; tell of a change once it was seen", "seen_on")
    return [command.as_event(said.OutcomeRecorded, seen_on=seen_on)]


def _seen_before(known: Known, outcome_id: str) -> date | None:
    outcome = known.outcomes.get(outcome_id)
    return outcome.seen_on if outcome else None
