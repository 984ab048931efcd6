"""What waits to be done: how much lies on each heap, and a heap page by page, by the time things are due."""

from collections.abc import Mapping
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select

from shared.events.base import NO_ENGAGEMENT
from shared.events.fields import RUNNERS
from shared.obligations.heap import Heap
from shared.obligations.ledger import LEDGER, ROW
from shared.obligations.reconcile import OPEN, Row
from shared.storage.listing import Asked, rows_of
from shared.storage.ownership import SEAT, theirs
from shared.storage.work import Unit

Name = TypeVar("Name", bound=str)


async def page(
    unit: Unit, heap: Heap, asked: Asked, is_mine: bool = False, **equal: str | None
) -> tuple[list[Row], str | None]:
    """Some of a heap, or what of it whoever asks has to do themselves, and the cursor of what comes after it."""
    conditions = [_on(unit, heap), *([_of_theirs(unit)] if is_mine else [])]
    found, rest = await rows_of(unit, LEDGER, ("due_at", "key"), asked, conditions, equal)
    return [ROW.validate_json(row.document) for row in found], rest


async def counts(unit: Unit, heaps: Mapping[Name, Heap], is_mine: bool = False, **equal: str | None) -> dict[Name, int]:
    """How much lies on each heap, or how much of it is for whoever asks to do themselves."""
    sums = [func.sum(case((_on(unit, heap), 1), else_=0)) for heap in heaps.values()]
    asked: list[ColumnElement[bool]] = [LEDGER.c.state.in_(OPEN)]
    asked += [LEDGER.c[column] == value for column, value in equal.items() if value is not None]
    asked += [_of_theirs(unit)] if is_mine else []
    found = (await unit.connection.execute(select(*sums).where(theirs(unit, LEDGER.c.line), *asked))).one()
    return {name: count or 0 for name, count in zip(heaps, found, strict=True)}


async def owing(unit: Unit) -> list[tuple[str, str]]:
    """In which engagements something is open, and which roles owe it."""
    is_open = LEDGER.c.state.in_(OPEN), theirs(unit, LEDGER.c.line)
    query = select(LEDGER.c.engagement_id, LEDGER.c.to).where(*is_open).distinct()
    return [(one, to) for one, to in await unit.connection.execute(query)]


async def has_been_any(unit: Unit) -> bool:
    """Whether anything was ever owed, open or not."""
    return await unit.connection.scalar(select(LEDGER.c.key).where(theirs(unit, LEDGER.c.line)).limit(1)) is not None


def _on(unit: Unit, heap: Heap) -> ColumnElement[bool]:
    c = LEDGER.c
    late = and_(c.state == "due", c.overdue_at <= unit.now)
    conditions = [late] if heap.is_late else [c.state.in_(OPEN), or_(c.overdue_at.is_(None), ~late)]
    if heap.since is not None:
        conditions.append(c.due_at >= heap.since)
    if heap.until is not None:
        conditions.append(c.due_at < heap.until)
    return and_(*conditions)


def _of_theirs(unit: Unit) -> ColumnElement[bool]:
    """What somebody has to do themselves: in the roles that they hold in each engagement; outside any, as who they are.

    What nobody's role owes outside engagements (a topic to be planned) is for everybody who may see it.
    """
    c, caller = LEDGER.c, unit.caller
    mine = SEAT.c.engagement_id == c.engagement_id, SEAT.c.person_id == (caller.person_id or "")
    is_seated = exists().where(*mine, SEAT.c.role.in_(RUNNERS), _falls_to(SEAT.c.role))
    as_who_they_are = [_falls_to(literal(role)) for role in RUNNERS if role in caller.roles]
    outside = and_(c.engagement_id == NO_ENGAGEMENT, or_(c.to.not_in(RUNNERS), *as_who_they_are))
    return or_(outside, is_seated)


def was_escalated() -> ColumnElement[bool]:
    """Told to somebody above because nothing happened: that stands in the document alone."""
    return ~LEDGER.c.document.contains('"escalated_at":null')


def was_told() -> ColumnElement[str | None]:
    """To which of those who run engagements it would be, or was, told."""
    return case(*((_would_be_told(literal(role)), role) for role in RUNNERS))


def _would_be_told(role: ColumnElement[str]) -> ColumnElement[bool]:
    return LEDGER.c.document.contains(literal('"escalate_to":"') + role + '"')


def _falls_to(role: ColumnElement[str]) -> ColumnElement[bool]:
    return or_(LEDGER.c.to == role, _would_be_told(role) & was_escalated())
