"""Lists that can be filtered and read page by page: a cursor names the last row seen, so that no row is shown twice."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, NoReturn, TypeVar

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Date, Integer, Select, Table, literal, select, tuple_

from shared.errors import Conflict, Malformed, Unknown
from shared.storage.ownership import rows_theirs
from shared.storage.types import UtcDateTime
from shared.storage.work import Unit

T = TypeVar("T", bound=BaseModel)
MOST = 500
LARGEST = 2**31
"""What no column of whole numbers holds."""


class InSeveralEngagements(Conflict):
    """More than one engagement has a {kind} {id}. Name the one you mean: ?engagement=..."""


class Asked(BaseModel):
    """Which page of a list is wanted."""

    cursor: str | None = None
    limit: int = Field(default=100, ge=1, le=MOST)


class Page(BaseModel, Generic[T]):
    """Some of a list, and where the rest begins."""

    items: list[T]
    next: str | None = None
    """Give this as `cursor` to read on; none at the end."""


async def rows_of(
    unit: Unit,
    source: Table,
    order: Sequence[str],
    asked: Asked,
    conditions: Sequence[ColumnElement[bool]],
    equal: Mapping[str, object],
) -> tuple[list[Any], str | None]:
    """One page of the rows that are not foreign to whoever asks, and the cursor of the next.

    A column that should equal None may hold anything.
    """
    query: Select[Any] = select(source).where(rows_theirs(unit, source), *conditions)
    query = query.where(*(source.c[column] == value for column, value in equal.items() if value is not None))
    columns = [source.c[name] for name in order]
    if asked.cursor:
        query = query.where(tuple_(*columns) > tuple_(*_seen(asked.cursor, columns)))
    rows = (await unit.connection.execute(query.order_by(*columns).limit(asked.limit + 1))).all()
    if len(rows) <= asked.limit:
        return list(rows), None
    last = rows[asked.limit - 1]
    return list(rows[: asked.limit]), _mark([getattr(last, name) for name in order])


@dataclass(frozen=True)
class Shelf(Generic[T]):
    """The things of one kind, to be found by id or read in order."""

    table: Table
    thing: type[T]
    kind: str
    order: tuple[str, ...]

    async def find(self, unit: Unit, id: str, engagement: str | None = None) -> T:
        """The thing with this id; where two engagements use one id, the engagement has to be named."""
        c = self.table.c
        query = select(self.table).where(c[f"{self.kind}_id"] == id, rows_theirs(unit, self.table))
        if engagement:
            query = query.where(c.engagement_id == engagement)
        rows = (await unit.connection.execute(query.limit(2))).all()
        if not rows:
            raise Unknown(self.kind, id, engagement)
        if len(rows) > 1:
            raise InSeveralEngagements("engagement", kind=self.kind, id=id)
        return self.read(rows[0])

    async def page(self, unit: Unit, asked: Asked, *conditions: ColumnElement[bool], **equal: object) -> Page[T]:
        """Things whose columns equal what is asked for (None asks for nothing), from the cursor on."""
        rows, rest = await rows_of(unit, self.table, self.order, asked, conditions, equal)
        return Page(items=[self.read(row) for row in rows], next=rest)

    def read(self, row: Any) -> T:
        """The thing that a row's document tells of."""
        return self.thing.model_validate_json(row.document)


def _mark(values: Sequence[Any]) -> str:
    texts = [value.isoformat() if isinstance(value, date) else value for value in values]
    return urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def _seen(cursor: str, columns: Sequence[ColumnElement[Any]]) -> list[Any]:
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(columns):
            _no_cursor()
        return [literal(_read(value, column), column.type) for value, column in zip(values, columns, strict=True)]
    except (ValueError, binascii.Error, TypeError, OverflowError, RecursionError) as error:
        raise Malformed("is not a cursor that a list gave; leave it out to begin anew", "cursor") from error


def _read(value: Any, column: ColumnElement[Any]) -> Any:
    """What a cursor tells of a column, if the column could hold it; anything else is a ValueError or TypeError."""
    match column.type:
        case UtcDateTime():
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo else _no_cursor()
        case Date():
            return date.fromisoformat(value)
        case Integer():
            return value if type(value) is int and abs(value) < LARGEST else _no_cursor()
    return value if isinstance(value, str) and "\0" not in value else _no_cursor()


def _no_cursor() -> NoReturn:
    raise ValueError
