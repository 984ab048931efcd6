"""Consent: who may be contacted, and who asked not to be."""

from datetime import date, datetime

from services.intake.decisions.grounds import in_or_outside, team, today
from services.intake.domain import ConsentToContact, DeclineContact, Known
from shared.errors import Malformed
from shared.events import intake as said
from shared.events.base import NO_ENGAGEMENT, Event


def decline(command: DeclineContact, known: Known, now: datetime) -> list[Event]:
    """A team or person does not want to be contacted; whoever said so before need not say it again."""
    _somebody(command, known)
    return [command.as_event(said.ContactDeclined, on=command.on or _since(command, known, False, now))]


def consent(command: ConsentToContact, known: Known, now: datetime) -> list[Event]:
    """A team or person may be contacted."""
    _somebody(command, known)
    return [command.as_event(said.ContactConsented, on=command.on or _since(command, known, True, now))]


def _somebody(command: DeclineContact, known: Known) -> None:
    """Refuse what is said for nobody, or for a team that is not there."""
    if command.engagement_id == NO_ENGAGEMENT and command.team_id is not None:
        raise Malformed("is missing: a team belongs to an engagement", "engagement_id")
    if command.person_id is None and command.team_id is None:
        raise Malformed("is missing: say which person, or which team", "person_id")
    in_or_outside(known, command.engagement_id)
    if command.team_id is not None:
        team(known, command.engagement_id, command.team_id)


def _since(command: DeclineContact, known: Known, is_given: bool, now: datetime) -> date:
    """The day on which they last said so, if nothing else was said since; else today."""
    same = ("person_id", "team_id", "about")
    told = [
        (event.on, isinstance(event, said.ContactConsented))
        for event in known.said
        if isinstance(event, said.OfConsent) and all(getattr(event, name) == getattr(command, name) for name in same)
    ]
    on, was_given = max(told, key=lambda one: (one[0], not one[1]), default=(today(known, now), is_given))
    return on if was_given == is_given else today(known, now)
