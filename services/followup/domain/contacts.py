"""Contacts: who was reached for what and when, who may be reached, and who asked not to be."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from shared.entities import Entity
from shared.events.base import NO_ENGAGEMENT
from shared.playbooks.history import History
from shared.playbooks.model import Contacts, Playbook
from shared.playbooks.views import Team

TO_ALL_TEAMS = ("engagement", "session", "goal")
"""Scopes that have no team of their own: a contact of theirs is one with all teams of the engagement."""


class Contact(Entity):
    """Somebody reached out to a team, or to a person."""

    task_id: str
    """The task or round that it was made for."""
    n: int
    engagement_id: str
    kind: str
    at: datetime
    team_id: str | None = None
    jurisdiction: str | None = None
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom a contact reaches: a team, by its lead; outside engagements, an agency."""

    team_id: str | None
    jurisdiction: str | None
    person_id: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contact that would be made now."""

    key: str
    n: int
    """The number that its task has once it is made."""
    engagement: str
    kind: str
    priority: str
    due_at: datetime
    reached: tuple[Reached, ...]
    policy: Contacts
    is_with_all: bool = False
    """Whether it is made with all teams at once, so that some can be left out."""


def reached(
    history: History, playbook: Playbook | None, rule: str, team_id: str | None, at: datetime
) -> tuple[Reached, ...]:
    """Whom a contact of this rule reached at a time: its team, or else all teams that took part then."""
    if history.line.startswith(f"{NO_ENGAGEMENT}/"):
        return tuple(Reached(None, one.logged.event.jurisdiction, None) for one in history.requests.values())
    if team_id is not None:
        return one_team(history, team_id, at)
    rules = playbook.rules if playbook else ()
    return all_teams(history, at) if any(one.name == rule and one.each in TO_ALL_TEAMS for one in rules) else ()


def one_team(history: History, team_id: str, at: datetime) -> tuple[Reached, ...]:
    """This team, if it is known."""
    return tuple(_reached(team, day_of(history, at)) for id, team in history.teams.items() if id == team_id)


def all_teams(history: History, at: datetime) -> tuple[Reached, ...]:
    """All teams that took part in an engagement at a time: formed by then, and not left."""
    day = day_of(history, at)
    teams = (team for _, team in sorted(history.teams.items()) if team.formed_on <= day)
    return tuple(_reached(team, day) for team in teams if team.left is None or team.left.event.left_on > day)


def day_of(history: History, at: datetime) -> date:
    """The day that it was where the engagement is."""
    return at.astimezone(ZoneInfo(history.engagement.time_zone) if history.engagement else UTC).date()


def _reached(team: Team, day: date) -> Reached:
    staff = team.staff_on(day)
    return Reached(team.id, team.jurisdiction, staff.lead if staff.has_lead else None)
