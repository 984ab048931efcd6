"""Seats: who holds which role of an engagement or of a team, since when nobody does, and what the role owes. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date

from shared.entities import Entity
from shared.events.fields import RUNNERS
from shared.playbooks.heading import Heading
from shared.playbooks.history import History
from shared.playbooks.holders import LEAD
from shared.playbooks.views import Team

Owes = Mapping[tuple[str, str | None], int]
"""How many tasks wait for a role, by the role and the team that they are about."""


class Seated(Entity):
    """One role, and who holds it."""

    engagement_id: str
    engagement_title: str
    role: str
    team_id: str | None = None
    """Nothing for a role of the engagement."""
    jurisdiction: str | None = None
    people: tuple[str, ...]
    vacant_since: date | None
    left: tuple[str, ...]
    """Who held it before."""
    owes: int
    """How many tasks wait for it."""

    @property
    def is_vacant(self) -> bool:
        """Whether somebody held it and nobody does now."""
        return not self.people and self.vacant_since is not None

    @property
    def seat(self) -> str:
        """How its packet is asked for: facilitator, lead_agency@ky."""
        return f"{self.role}@{self.team_id}" if self.team_id else self.role


def seats(about: Heading, history: History, owes: Owes) -> Iterator[Seated]:
    """The roles of an engagement that somebody holds or held, then those of each team that takes part."""
    for role in RUNNERS:
        yield from _seat(about, history, role, None, sum(n for (to, _), n in owes.items() if to == role))
    for _, team in sorted(history.teams.items()):
        if team.left is None:
            for held in _roles(history, team):
                yield from _seat(about, history, held, team, owes.get((held, team.id), 0))


def _roles(history: History, team: Team) -> list[str]:
    """The lead, the roles of whoever is in the team, and those that nobody has taken on since they were given up."""
    vacated = (one.role for one in history.holders.vacancies() if one.team_id == team.id and one.filled_on is None)
    return list(dict.fromkeys((LEAD, *sorted({*(member.role for member in team.staff.members), *vacated} - {LEAD}))))


def _seat(about: Heading, history: History, role: str, team: Team | None, owes: int) -> Iterator[Seated]:
    team_id = team.id if team else None
    seat = history.holders.seat(role, team_id)
    if not seat.people and seat.vacant_since is None:
        return
    yield Seated(
        engagement_id=about.engagement_id,
        engagement_title=about.title,
        role=role,
        team_id=team_id,
        jurisdiction=team.jurisdiction if team else None,
        people=seat.people,
        vacant_since=None if seat.people else seat.vacant_since,
        left=tuple(dict.fromkeys(person for person, _ in history.holders.left(role, team_id))),
        owes=owes,
    )
