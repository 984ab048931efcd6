"""Who holds each role, of the engagement or of a team, as the facts stand; since when nobody does; whom to reach."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from shared.events.base import Fact
from shared.events.fields import RUNNERS
from shared.events.intake import EngagementChanged, EngagementOpened, People, RoleFilled, RoleVacated
from shared.playbooks.said import AllSaid, Said
from shared.playbooks.staffing import Staff
from shared.playbooks.tellings import in_turn
from shared.playbooks.views import Team

LEAD = "team_lead"
LEADS, MEMBERS = "leads", "members"
"""Whom rounds ask: the lead of each team, or everybody in it."""
Telling = Said[EngagementChanged] | Said[RoleVacated] | Said[RoleFilled]


@dataclass(frozen=True, slots=True)
class Holding:
    """Who held which role from a day on, until the next that is told."""

    since: date
    fact: Fact
    """What told it."""
    people: Mapping[str, tuple[str, ...]]
    """By role; of several in one role, who has been in it longest comes first."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One role: who holds it, or since when nobody does."""

    people: tuple[str, ...] = ()
    vacant_since: date | None = None
    """None as well where nobody ever held it."""

    @property
    def person_id(self) -> str | None:
        """In whose name what the role owes is; nobody's where it is vacant."""
        return self.people[0] if self.people else None


NOBODY = Seat()


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A role that somebody gave up and nobody else held, until somebody does again."""

    role: str
    team_id: str | None
    person_id: str
    """Who gave it up."""
    vacated_on: date
    vacated: Fact
    filled_on: date | None = None
    filled: Fact | None = None

    @property
    def id(self) -> str:
        """Like ky@lead_agency-2027-02-01."""
        return f"{self.team_id or self.vacated.event.engagement_id}@{self.role}-{self.vacated_on}"


class Holders:
    """Who holds what in one engagement; of teams that left, nobody holds anything."""

    def __init__(self, said: AllSaid, teams: Mapping[str, Team]) -> None:
        self._held: dict[str | None, Sequence[Holding]] = {None: tuple(_running(said))}
        for id, team in teams.items():
            if team.left is None:
                self._held[id] = [_in_team(staff) for staff in team.staffing]

    def seat(self, role: str, team_id: str | None = None) -> Seat:
        """A role of the engagement, or else of this team."""
        held = self._of(role, team_id)
        if not held:
            return NOBODY
        if people := held[-1].people.get(role):
            return Seat(people)
        given_up = (after.since for before, after in reversed(list(pairwise(held))) if role in before.people)
        return Seat(vacant_since=next(given_up, None))

    def left(self, role: str, team_id: str | None = None) -> list[tuple[str, date]]:
        """Who held this role once and holds it no more, and since which day, latest last."""
        gone = {
            person: after.since
            for before, after in pairwise(self._of(role, team_id))
            for person in before.people.get(role, ())
            if person not in after.people.get(role, ())
        }
        still = self.seat(role, team_id).people
        return sorted(((person, on) for person, on in gone.items() if person not in still), key=lambda one: one[::-1])

    def vacancies(self) -> list[Vacancy]:
        """Each time that a role was given up and stood empty, be it for an hour; by id."""
        found = [one for team_id, held in self._held.items() for one in _vacancies(team_id, held)]
        return sorted({one.id: one for one in found}.values(), key=lambda one: one.id)

    def reach(self, whom: str, team_id: str | None = None) -> tuple[str, ...]:
        """The people to whom something for a role (or `members`, or `leads`) may go, of one team or of all.

        Nobody who gave the role up is among them, nor anybody of a team that left. It is as the facts stand: a channel
        that sends has to ask at the time of sending.
        """
        if whom in RUNNERS:
            return self.seat(whom).people
        teams = [team_id] if team_id is not None else sorted(id for id in self._held if id is not None)
        role = LEAD if whom == LEADS else whom
        found = [person for id in teams for person in self._of_team(id, role)]
        return tuple(dict.fromkeys(found))

    def _of(self, role: str, team_id: str | None) -> Sequence[Holding]:
        """Who held what where this role belongs: in the engagement, or in this team."""
        if role in RUNNERS:
            return self._held[None]
        return self._held.get(team_id, ()) if team_id is not None else ()

    def _of_team(self, team_id: str, role: str) -> Iterator[str]:
        people = self._held[team_id][-1].people if team_id in self._held else {}
        for held, persons in people.items():
            if role in (held, MEMBERS):
                yield from persons


def _running(said: AllSaid) -> Iterator[Holding]:
    """Who ran the engagement, from one day to the next."""
    opened = said.of(EngagementOpened)
    if not opened:
        return
    fact, event = opened[0]
    people = _named(event.people)
    yield Holding(event.opened_on, fact, people)
    tellings: list[Telling] = [one for one in said.of(EngagementChanged) if one.event.people]
    tellings += [one for one in said.of(RoleVacated) if one.event.role in RUNNERS]
    tellings += [one for one in said.of(RoleFilled) if one.event.role in RUNNERS]
    for day, one in in_turn(tellings):
        people = _after(people, one)
        yield Holding(day, one.fact, people)


def _after(people: dict[str, tuple[str, ...]], one: Telling) -> dict[str, tuple[str, ...]]:
    """Who runs it after one more thing was told; who gives up what somebody else has by then changes nothing."""
    event = one.event
    if isinstance(event, EngagementChanged):
        return people | (_named(event.people) if event.people else {})
    if isinstance(event, RoleFilled):
        return people | {event.role: (event.person_id,)}
    return {role: held for role, held in people.items() if (role, held) != (event.role, (event.person_id,))}


def _named(people: People) -> dict[str, tuple[str, ...]]:
    return {role: (person,) for role in RUNNERS if (person := getattr(people, role)) is not None}


def _in_team(staff: Staff) -> Holding:
    people: dict[str, tuple[str, ...]] = {LEAD: (staff.lead,)} if staff.has_lead else {}
    for member in staff.members:
        people[member.role] = (*people.get(member.role, ()), member.person_id)
    return Holding(staff.since, staff.fact, people)


def _vacancies(team_id: str | None, held: Sequence[Holding]) -> Iterator[Vacancy]:
    for place, (before, after) in enumerate(pairwise(held), 2):
        event = after.fact.event
        if isinstance(event, RoleVacated) and event.role in before.people and event.role not in after.people:
            filled = next((later for later in held[place:] if event.role in later.people), None)
            yield Vacancy(
                event.role,
                team_id,
                event.person_id,
                after.since,
                after.fact,
                filled.since if filled else None,
                filled.fact if filled else None,
            )
