"""Every event there is, by its type; and which of them take facts back."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.events import evaluation, followup, intake, sessions
from shared.events.base import Event

SPEAKERS: Mapping[str, tuple[type[Event], ...]] = MappingProxyType(
    {
        "intake": intake.EVENTS,
        "sessions": sessions.EVENTS,
        "followup": followup.EVENTS,
        "evaluation": evaluation.EVENTS,
    }
)
"""What each service says."""

CATALOGUE: Mapping[str, type[Event]] = MappingProxyType(
    {event.type: event for events in SPEAKERS.values() for event in events}
)

Retracted = (
    intake.IntakeFactRetracted
    | sessions.SessionsFactRetracted
    | followup.FollowupFactRetracted
    | evaluation.EvaluationFactRetracted
)
RETRACTIONS: Mapping[str, type[Retracted]] = MappingProxyType(
    {
        "intake": intake.IntakeFactRetracted,
        "sessions": sessions.SessionsFactRetracted,
        "followup": followup.FollowupFactRetracted,
        "evaluation": evaluation.EvaluationFactRetracted,
    }
)


def speaker(type_: str) -> str:
    """The service that says events of this type."""
    return type_.split(".", 2)[1]
