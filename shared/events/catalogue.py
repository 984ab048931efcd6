"""Every event there is, by its type; and which of them take facts back."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.events import evaluation, followup, intake, sessions
from shared.events.base import Event, FactRetracted

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

SEALED = frozenset(type_ for type_, event in CATALOGUE.items() if event.sealed)
"""What holds what people said in confidence."""

RETRACTIONS: Mapping[str, type[FactRetracted]] = MappingProxyType(
    {
        "intake": intake.IntakeFactRetracted,
        "sessions": sessions.SessionsFactRetracted,
        "followup": followup.FollowupFactRetracted,
        "evaluation": evaluation.EvaluationFactRetracted,
    }
)


def short(type_: str) -> str:
    """The name of a type without service and version: session_held."""
    return type_.split(".")[2]


def called(name: str) -> tuple[type[Event], ...]:
    """The events that go by this name: a type, a short name (`fact_retracted` is four events), or a class."""
    return tuple(event for type_, event in CATALOGUE.items() if name in {type_, short(type_), event.__name__})


def nearest(name: str) -> str | None:
    """The type that somebody who wrote this may have meant."""
    from difflib import get_close_matches  # noqa: PLC0415 - only who mistyped has to wait for it

    meant = {spelled: type_ for type_, event in CATALOGUE.items() for spelled in (event.__name__, short(type_), type_)}
    found = get_close_matches(name[:100], meant, n=1, cutoff=0.6)
    return meant[found[0]] if found else None


def speaker(type_: str) -> str:
    """The service that says events of this type."""
    return type_.split(".", 2)[1]
