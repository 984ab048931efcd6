"""What waits to be done: how much lies on each heap, and a heap page by page, by the time things are due."""

from collections.abc import Mapping
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from shared.obligations.heap import Heap
from shared.obligations.ledger import LEDGER, ROW
from shared.obligations.reconcile import OPEN, Row
from shared.storage.listing import Asked, rows_of
from shared.storage.ownership import theirs
from shared.storage.work import Unit

Name = TypeVar("Name", bound=str)


async def page(unit: Unit, heap: Heap, asked: Asked, **equal: str | None) -> tuple[list[Row], str | None]:
    """Some of a heap, and the cursor of what comes after it."""
    found, rest = await rows_of(unit, LEDGER, ("due_at", "key"), asked, [_on(unit, heap)], equal)
    return [ROW.validate_json(row.document) for row in found], rest


async def counts(unit: Unit, heaps: Mapping[Name, Heap], **equal: str | None) -> dict[Name, int]:
    """How much lies on each heap."""
    sums = [func.sum(case((_on(unit, heap), 1), else_=0)) for heap in heaps.values()]
    asked = (LEDGER.c[column] == value for column, value in equal.items() if value is not None)
    found = (await unit.connection.execute(select(*sums).where(theirs(unit, LEDGER.c.line), *asked))).one()
    return {name: count or 0 for name, count in zip(heaps, found, strict=True)}


async def owing(unit: Unit) -> list[tuple[str, str]]:
    """In which engagements something is open, and which roles owe it."""
    is_open = LEDGER.c.state.in_(OPEN), theirs(unit, LEDGER.c.line)
    query = select(LEDGER.c.engagement_id, LEDGER.c.to).where(*is_open).distinct()
    return [(one, to) for one, to in await unit.connection.execute(query)]


def _on(unit: Unit, heap: Heap) -> ColumnElement[bool]:
    c = LEDGER.c
    late = and_(c.state == "due", c.overdue_at <= unit.now)
    conditions = [late] if heap.is_late else [c.state.in_(OPEN), or_(c.overdue_at.is_(None), ~late)]
    if heap.since is not None:
        conditions.append(c.due_at >= heap.since)
    if heap.until is not None:
        conditions.append(c.due_at < heap.until)
    return and_(*conditions)
