"""What the pages of sessions show: each meeting with who came, and the tables at which people sit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from services.sessions.domain.commands import ScheduleSession
from services.sessions.domain.known import Known, Session, SessionState, known
from shared.errors import Malformed
from shared.events.intake import Member
from shared.playbooks.heading import Heading
from shared.playbooks.history import History

LONGEST = 50
"""Letters of an engagement's id that go into those of its sessions: there is room for numbers behind them."""


class Meeting(BaseModel):
    """One session as a line of the schedule."""

    session_id: str
    number: int
    topic: str
    starts_at: datetime
    minutes: int
    mode: str
    state: SessionState
    reason: str | None = None
    """Why it was cancelled."""
    people_came: int | None
    teams_came: list[str]
    teams_absent: list[str]


@dataclass(frozen=True)
class Seat:
    """Somebody who may come to a session with a team."""

    person_id: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A team, and whoever may come with it."""

    team_id: str
    jurisdiction: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class Overview:
    """All that the pages show of one engagement."""

    about: Heading
    known: Known
    tables: tuple[Table, ...]
    """The teams that take part still, by jurisdiction."""

    @property
    def next_number(self) -> int:
        """The number of a session that is scheduled now; that of a cancelled one is free again."""
        taken = [one.number for one in self.known.sessions.values() if one.state != "cancelled"]
        return max(taken, default=0) + 1

    @property
    def free_id(self) -> str:
        """An id for it that no session has, not even a cancelled one."""
        first = f"{self.about.engagement_id[:LONGEST]}-s{self.next_number}"
        others = (f"{first}-{n}" for n in count(2))
        return next(one for one in chain([first], others) if one not in self.known.sessions)

    def wanted(self, command: ScheduleSession) -> ScheduleSession:
        """What a form asks for that may have been sent before: the very same session, or else one more."""
        there = self.known.sessions.get(command.session_id)
        if there is None:
            return command
        numbered = command.model_copy(update={"number": there.number})
        told = {"number", "topic", "starts_at", "minutes", "mode"}
        if there.state == "scheduled" and there.model_dump(include=told) == numbered.model_dump(include=told):
            return numbered
        return command.model_copy(update={"session_id": self.free_id})

    def coming(self, now: datetime) -> Session | None:
        """The session that comes next."""
        ahead = [one for one in self.known.sessions.values() if one.state == "scheduled" and one.starts_at > now]
        return min(ahead, key=lambda one: one.starts_at, default=None)

    def displaced(self, session: Session, starts_at: datetime) -> str:
        """Where a session would stand out of its order, if it began then, as "after session 3"; else nothing."""
        others = sorted((one.number, one.starts_at) for one in self.known.sessions.values() if one.state != "cancelled")
        after = [str(number) for number, then in others if number > session.number and then < starts_at]
        before = [str(number) for number, then in others if number < session.number and then > starts_at]
        told = (("after", after), ("before", before))
        return " and ".join(
            f"{side} session{'s' if len(found) > 1 else ''} {' and '.join(found)}" for side, found in told if found
        )

    def homework(self, now: datetime) -> dict[str, str]:
        """What homework is given for, where nobody says otherwise: the next session, due the day before, or today."""
        if (session := self.coming(now)) is None:
            return {}
        zone = self.known.zone
        day_before = session.starts_at.astimezone(zone).date() - timedelta(days=1)
        due_on = max(now.astimezone(zone).date(), day_before)
        return {"session_id": session.session_id, "due_on": due_on.isoformat()}

    @property
    def meetings(self) -> list[Meeting]:
        """The schedule, by the day."""
        sessions = sorted(self.known.sessions.values(), key=lambda one: (one.starts_at, one.session_id))
        return [self._meeting(session) for session in sessions]

    def tables_of(self, session: Session) -> list[Table]:
        """Who may be ticked for a session: the teams that take part, and whoever was ticked before."""
        told = session.attendance or {}
        shown = [_with(table, told.get(table.team_id, ())) for table in self.tables]
        gone = told.keys() - {table.team_id for table in self.tables}
        return [*shown, *(_with(Table(id, self.place(id), ()), told[id]) for id in sorted(gone))]

    def place(self, team_id: str) -> str:
        """The jurisdiction of a team, by which people know it."""
        team = self.known.teams.get(team_id)
        return team.jurisdiction if team else team_id

    def _meeting(self, session: Session) -> Meeting:
        told = {team: people for team, people in (session.attendance or {}).items() if people}
        is_held = session.state == "held"
        told_of = {"session_id", "number", "topic", "starts_at", "minutes", "mode", "state", "reason"}
        return Meeting(
            **session.model_dump(include=told_of),
            people_came=sum(map(len, told.values())) if is_held else None,
            teams_came=sorted(map(self.place, told)) if is_held else [],
            teams_absent=sorted(one.jurisdiction for one in self.tables if one.team_id not in told) if is_held else [],
        )


def overview(history: History, about: Heading) -> Overview:
    """What a history has to show of sessions."""
    teams = [team for team in history.teams.values() if team.left is None]
    tables = (Table(team.id, team.jurisdiction, _seats(team.staff.members)) for team in teams)
    return Overview(about, known(history), tuple(sorted(tables, key=lambda one: (one.jurisdiction, one.team_id))))


def clock_time(text: str, zone: ZoneInfo, field: str = "held_at") -> datetime:
    """The moment at which the clocks of a zone show this day and time."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed("must be a day and a time, like 2027-01-12 and 15:00", field) from None
    return told if told.tzinfo else told.replace(tzinfo=zone)


def _seats(members: Iterable[Member]) -> tuple[Seat, ...]:
    roles: dict[str, list[str]] = {}
    for member in members:
        roles.setdefault(member.person_id, []).append(member.role)
    return tuple(Seat(person_id, tuple(told)) for person_id, told in roles.items())


def _with(table: Table, people: Iterable[str]) -> Table:
    """The table with a seat for everybody who was there, also for who has left the team since."""
    more = sorted(set(people) - {seat.person_id for seat in table.seats})
    return Table(table.team_id, table.jurisdiction, (*table.seats, *(Seat(one, ()) for one in more)))
