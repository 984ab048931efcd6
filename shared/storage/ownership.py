"""Whose things are: the seats of engagements, the places of what stands outside of them, and what is foreign."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import ColumnElement, Table, delete, false, or_, select, true

from shared.access.caller import Caller, Role
from shared.errors import Refused
from shared.events.base import NO_ENGAGEMENT, Fact, FactRetracted
from shared.events.fields import RUNNERS
from shared.events.intake import (
    ApprovalRequested,
    EngagementChanged,
    EngagementOpened,
    RoleFilled,
    RoleVacated,
    TaRequestLogged,
    TopicInDemand,
)
from shared.playbooks.history import History
from shared.storage.many import insert_many
from shared.storage.tables import LineRow, PlaceRow, SeatRow, table
from shared.storage.work import Unit

LINE, SEAT, PLACE = table(LineRow), table(SeatRow), table(PlaceRow)
OUTSIDE = f"{NO_ENGAGEMENT}/"
FOR_WHOEVER_SEES_EVERYWHERE = ("", "")
"""The place of what is about several jurisdictions at once, or about a whole region."""
EVERYBODYS = frozenset({"playbook", "person", "aside", "answer"})
"""Tables that are nobody's: playbooks rule all alike, the directory and what was put aside are for administrators,
and whoever reads answers has found their round before.
"""
TELLING = (
    EngagementOpened, EngagementChanged, RoleFilled, RoleVacated, TaRequestLogged, ApprovalRequested, TopicInDemand,
    FactRetracted,
)  # fmt: skip
"""The facts without which seats and places stay as they are."""
Seats = frozenset[tuple[str, str]]
Places = frozenset[tuple[str, str]]


class NotYours(Refused):
    """This would not be yours: you need a seat in the engagement, or the jurisdiction or tracker that it is about.
    Ask a supervisor to do it, or to give you the seat.
    """

    status = 403
    title = "Not open to you"


class OfAnotherTracker(NotYours):
    """This token is of {source}: what is asked in another tracker can be told by that one only, or by a supervisor."""


class Changed(Protocol):
    """A line before and after something was recorded."""

    @property
    def before(self) -> History: ...
    @property
    def after(self) -> History: ...
    @property
    def line(self) -> str: ...
    @property
    def new(self) -> Sequence[Fact]: ...


def seats(history: History) -> Seats:
    """Who runs this engagement, and in which role."""
    if not history.facts or history.line.startswith(OUTSIDE):
        return frozenset()
    return frozenset((person, role) for role in RUNNERS for person in history.holders.seat(role).people)


def places(history: History) -> Places:
    """To which jurisdictions and trackers this belongs; what was taken back stays where it was."""
    if not history.facts or not history.line.startswith(OUTSIDE):
        return frozenset()
    standing = _places(fact.event for fact in history.effective)
    return standing or _places(fact.event for fact in history.facts.values())


def _places(events: Iterable[object]) -> Places:
    found: set[tuple[str, str]] = set()
    for event in events:
        match event:
            case TaRequestLogged():
                found.add((event.jurisdiction, event.source))
            case ApprovalRequested():
                found.add((event.jurisdiction or "", ""))
            case TopicInDemand():
                found.add(FOR_WHOEVER_SEES_EVERYWHERE)
    return frozenset(found)


async def keep(unit: Unit, turns: Sequence[Changed]) -> None:
    """Bring the seats and places of lines in step with what was recorded of them."""
    told = [turn for turn in turns if any(isinstance(fact.event, TELLING) for fact in turn.new)]
    await _change(unit, SEAT, [(turn.line, seats(turn.before), seats(turn.after)) for turn in told])
    await _change(unit, PLACE, [(turn.line, places(turn.before), places(turn.after)) for turn in told])


async def _change(
    unit: Unit, rows: Table, told: Sequence[tuple[str, frozenset[tuple[str, str]], frozenset[tuple[str, str]]]]
) -> None:
    """Take out what is no more of each line, and put in what is new: as many as there are in a few statements."""
    gone = [(line, *one) for line, was, is_ in told for one in sorted(was - is_)]
    for key in gone:
        same = (column == value for column, value in zip(rows.primary_key, key, strict=True))
        await unit.connection.execute(delete(rows).where(*same))
    names = [column.name for column in rows.primary_key]
    new = [(line, *one) for line, was, is_ in told for one in sorted(is_ - was)]
    await insert_many(unit.connection, rows, [dict(zip(names, key, strict=True)) for key in new], "keep")


async def write(unit: Unit, history: History) -> None:
    """Write the seats and places of a line that may have none yet."""
    await _change(unit, SEAT, [(history.line, frozenset(), seats(history))])
    await _change(unit, PLACE, [(history.line, frozenset(), places(history))])


def theirs(unit: Unit, line: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition on a column of lines that they are not foreign to whoever asks."""
    caller = unit.caller
    if caller.sees_all:
        return true()
    own: list[ColumnElement[bool]] = []
    if caller.source:
        own.append(line.in_(select(PLACE.c.line).where(PLACE.c.source == caller.source)))
    if _is_staff(caller):
        own.append(line.in_(_engagements(caller)))
        outside = line.startswith(OUTSIDE, autoescape=True)
        if caller.sees_everywhere:
            own.append(outside)
        else:
            here = select(PLACE.c.line).where(PLACE.c.jurisdiction.in_(sorted(caller.jurisdictions)))
            own += [line.in_(here), outside & line.not_in(select(PLACE.c.line))]
    return or_(false(), *own)


def rows_theirs(unit: Unit, rows: Table) -> ColumnElement[bool]:
    """The same for a table: by its line, its engagement, its jurisdiction and source, or its person, as it has them."""
    c = rows.c
    if unit.caller.sees_all or rows.name in EVERYBODYS:
        return true()
    if "line" in c:
        return theirs(unit, c.line)
    if "engagement_id" not in c and "jurisdiction" not in c:
        return _of_nobody_else(unit.caller, rows)
    if "engagement_id" not in c:
        return _here(unit.caller, rows)
    if not _is_staff(unit.caller):
        return false()
    return or_(
        c.engagement_id.in_(_engagements(unit.caller)), (c.engagement_id == NO_ENGAGEMENT) & _here(unit.caller, rows)
    )


def _of_nobody_else(caller: Caller, rows: Table) -> ColumnElement[bool]:
    """What somebody made for themselves: a person, or a program that has none behind it."""
    if caller.person_id is None and caller.source and "owner" in rows.c:
        return rows.c.owner == caller.label
    return rows.c.person_id == (caller.person_id or "") if "person_id" in rows.c else false()


def _here(caller: Caller, rows: Table) -> ColumnElement[bool]:
    """What stands outside engagements and tells in its row where it belongs."""
    own: list[ColumnElement[bool]] = []
    if _is_staff(caller):
        if caller.sees_everywhere or "jurisdiction" not in rows.c:
            return true()
        own.append(rows.c.jurisdiction.in_(sorted(caller.jurisdictions)))
    if caller.source and "source" in rows.c:
        own.append(rows.c.source == caller.source)
    return or_(false(), *own)


def _engagements(caller: Caller) -> ColumnElement[str]:
    return select(SEAT.c.engagement_id).where(SEAT.c.person_id == (caller.person_id or ""))  # type: ignore[return-value]


def _is_staff(caller: Caller) -> bool:
    return not caller.roles.isdisjoint({Role.FACILITATOR, Role.EVALUATOR})


def not_yours(caller: Caller) -> NotYours:
    """The refusal for whoever asks; a tracker is told that it has a source of its own."""
    if caller.source and not _is_staff(caller):
        return OfAnotherTracker("source", source=caller.source)
    return NotYours()


async def foreign(unit: Unit, lines: Iterable[str]) -> set[str]:
    """Those of these lines that are known here, and foreign to whoever asks."""
    wanted = sorted(set(lines))
    if unit.caller.sees_all or not wanted:
        return set()
    named = select(LINE.c.line).where(LINE.c.line.in_(wanted), ~theirs(unit, LINE.c.line))
    return set((await unit.connection.scalars(named)).all())


async def is_theirs(unit: Unit, line: str) -> bool:
    """Whether a line is theirs, as its seats and places stand now; one of which nobody knows is nobody's."""
    if unit.caller.sees_all:
        return True
    named = select(LINE.c.line).where(LINE.c.line == line, theirs(unit, LINE.c.line))
    return await unit.connection.scalar(named) is not None


async def see_that_they_may(unit: Unit, lines: Iterable[str]) -> list[str]:
    """Refuse whoever would say something of a line that is foreign to them; tells which of these lines are new."""
    wanted = sorted(set(lines))
    if unit.caller.sees_all:
        return []
    if await foreign(unit, wanted):
        raise not_yours(unit.caller)
    known = set((await unit.connection.scalars(select(LINE.c.line).where(LINE.c.line.in_(wanted)))).all())
    return [line for line in wanted if line not in known]


async def see_that_it_is_theirs(unit: Unit, lines: Iterable[str]) -> None:
    """Refuse whoever began something that would be foreign to them at once."""
    for line in lines:
        if not await is_theirs(unit, line):
            raise not_yours(unit.caller)
