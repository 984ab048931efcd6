"""Consent: who may be contacted, and who asked not to be."""

from datetime import date, datetime

from services.intake.decisions.grounds import in_or_outside, team, today
from services.intake.domain import ConsentToContact, DeclineContact, Known
from shared.errors import Conflict, Malformed
from shared.events import intake as said
from shared.events.base import NO_ENGAGEMENT, Event, Fact


class SaidSince(Conflict):
    """The same was said for {on}, and since then the contrary. To say it anew, give it revision {next_revision}."""


def decline(command: DeclineContact, known: Known, now: datetime) -> list[Event]:
    """A team or person does not want to be contacted; whoever said so before need not say it again."""
    _somebody(command, known)
    return [_word(command, known, command.as_event(said.ContactDeclined, on=_since(command, known, False, now)))]


def consent(command: ConsentToContact, known: Known, now: datetime) -> list[Event]:
    """A team or person may be contacted."""
    _somebody(command, known)
    return [_word(command, known, command.as_event(said.ContactConsented, on=_since(command, known, True, now)))]


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
    """The day that is told, else the one on which they last said so, if nothing else was said since; else today."""
    if command.on is not None:
        return command.on
    last = max(_told(command, known), key=_place, default=None)
    is_same = last is not None and isinstance(last.event, said.ContactConsented) == is_given
    return _on(last) if last is not None and is_same else today(known, now)


def _word(command: DeclineContact, known: Known, event: said.OfConsent) -> said.OfConsent:
    """What they say; refused where it would be the word of an earlier hour, which has been overtaken since."""
    day = sorted((fact for fact in _told(command, known) if _on(fact) == event.on), key=_place)
    before = next((fact.event for fact in day if type(fact.event) is type(event)), None)
    if before is not None and before.revision >= event.revision and type(day[-1].event) is not type(event):
        raise SaidSince("on", on=event.on, next_revision=before.revision + 1)
    return event


def _told(command: DeclineContact, known: Known) -> list[Fact]:
    """What stands of what was said by the same, about the same."""
    same = ("person_id", "team_id", "about")
    return [
        fact
        for fact in known.facts
        if isinstance(fact.event, said.OfConsent)
        and all(getattr(fact.event, name) == getattr(command, name) for name in same)
    ]


def _place(fact: Fact) -> tuple[date, datetime, bool]:
    """Which word is the last: as followup holds it, for the later day, then said later; in doubt, the no."""
    return _on(fact), fact.recorded, isinstance(fact.event, said.ContactDeclined)


def _on(fact: Fact) -> date:
    assert isinstance(fact.event, said.OfConsent)
    return fact.event.on
