"""What all decisions stand on: what is known, what day it is, and what was said before in the same words."""

from datetime import date, datetime
from typing import Any, TypeVar

from services.intake.domain import Engagement, Known, Team
from shared.commands import Command
from shared.errors import Conflict, Unknown
from shared.events.base import NO_ENGAGEMENT, Event

T = TypeVar("T")
E = TypeVar("E", bound=Event)


class TeamGone(Conflict):
    """Team {team_id} left the engagement on {left_on}."""


def today(known: Known, now: datetime) -> date:
    """The day that it is where the engagement, or the agency that asks, is."""
    return now.astimezone(known.zone).date()


def found(thing: T | None, kind: str, id: str, engagement: str | None, field: str) -> T:
    """The thing, if it is known."""
    if thing is None:
        raise Unknown(kind, id, engagement, field)
    return thing


def engagement(known: Known, engagement_id: str) -> Engagement:
    """The engagement of this line, if it was opened."""
    return found(known.engagement, "engagement", engagement_id, None, "engagement_id")


def in_or_outside(known: Known, engagement_id: str) -> None:
    """Refuse an engagement that was never opened; to belong to none is fine."""
    if engagement_id != NO_ENGAGEMENT:
        engagement(known, engagement_id)


def team(known: Known, engagement_id: str, team_id: str, field: str = "team_id") -> Team:
    """The team, if it was formed."""
    engagement(known, engagement_id)
    return found(known.teams.get(team_id), "team", team_id, engagement_id, field)


def present(team: Team, field: str = "team_id") -> None:
    """Refuse what is about a team that left."""
    if team.left_on:
        raise TeamGone(field, team_id=team.team_id, left_on=team.left_on)


def dated(event: type[E], day: str, command: Command, known: Known, now: datetime, **more: Any) -> E:
    """The event with its day: the one that is told, else the one on which it was said before, else today.

    So a command that names no day can be repeated tomorrow, and is still the same.
    """
    told = getattr(command, day)
    if told is None:
        before = said_before(event, command, known, **more)
        told = getattr(before, day) if before else today(known, now)
    return command.as_event(event, **{**more, day: told})


def said_before(event: type[E], command: Command, known: Known, **more: Any) -> E | None:
    """What stands under the names that this command would say it by, whatever its revision."""
    identity = event.identity if event.outside else ("engagement_id", *event.identity)
    names = {name: more.get(name, getattr(command, name, None)) for name in identity}
    for other in known.said:
        if isinstance(other, event) and all(getattr(other, name) == value for name, value in names.items()):
            return other
    return None
