"""Seats: who holds which role of an engagement or of a team, since when nobody does, and what the role owes. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from shared.entities import Entity
from shared.events.fields import RUNNERS
from shared.playbooks.heading import Heading
from shared.playbooks.history import History
from shared.playbooks.holders import LEAD, Vacancy
from shared.playbooks.views import Team

Owes = Mapping[tuple[str, str | None], int]
"""How many tasks wait for a role, its own and those escalated to it, by the role and the team that they are about."""


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
    """Nothing where somebody holds it, and where nobody ever did."""
    left: tuple[str, ...]
    """Who held it before."""
    owes: int
    """How many tasks wait for it, those of others that were escalated to it among them."""

    @property
    def is_vacant(self) -> bool:
        """Whether nobody holds it; where nobody ever did, it has no day since when."""
        return not self.people

    @property
    def seat(self) -> str:
        """How its packet is asked for: facilitator, lead_agency@ky."""
        return f"{self.role}@{self.team_id}" if self.team_id else self.role


def seats(about: Heading, history: History, owes: Owes, is_one_of_many: bool = False) -> Iterator[Seated]:
    """The roles of an engagement, also those that nobody ever took on; then those of each team that takes part.

    Of one that is closed, only those that somebody held or that still owe something; of one of many, those of its
    teams only that stand empty.
    """
    for role in RUNNERS:
        seat = _seat(about, history, role, None, sum(n for (to, _), n in owes.items() if to == role))
        if about.closed_on is None or seat.people or seat.vacant_since or seat.owes:
            yield seat
    vacancies = history.holders.vacancies()
    for _, team in sorted(history.teams.items()):
        if team.left is None:
            for held in _roles(history, team, vacancies):
                if is_one_of_many and history.holders.seat(held, team.id).people:
                    continue
                seat = _seat(about, history, held, team, owes.get((held, team.id), 0))
                if seat.people or seat.vacant_since:
                    yield seat


class Taker(Entity):
    """A role to which a task can be handed over."""

    role: str
    people: tuple[str, ...]
    is_known: bool
    """Whether it is known who holds it: outside of engagements, whoever has the role takes it."""


def takers(history: History, owed_by: str) -> list[Taker]:
    """The roles that can take over what one owes, those first that somebody holds."""
    others = [role for role in RUNNERS if role != owed_by]
    is_known = history.engagement is not None
    found = [Taker(role=role, people=history.holders.seat(role).people, is_known=is_known) for role in others]
    return sorted(found, key=lambda one: not one.people)


def _roles(history: History, team: Team, vacancies: Sequence[Vacancy]) -> list[str]:
    """The lead, the roles of whoever is in the team, and those that nobody has taken on since they were given up."""
    vacated = (one.role for one in vacancies if one.team_id == team.id and one.filled_on is None)
    return list(dict.fromkeys((LEAD, *sorted({*(member.role for member in team.staff.members), *vacated} - {LEAD}))))


def _seat(about: Heading, history: History, role: str, team: Team | None, owes: int) -> Seated:
    team_id = team.id if team else None
    seat = history.holders.seat(role, team_id)
    return Seated(
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
