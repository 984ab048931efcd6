"""Obligations by the million: one is made by the product itself, the others are its copies under other names.

Through the front door a million would take the better part of an hour. Every row that the product made for that one
(facts, line, place, obligation, letter) is copied, so that the tables are as large as they would be.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Table, cast, func, insert, literal, select, text
from sqlmodel import AutoString

from benchmarks.ground import CLOCK
from benchmarks.requests import letters, request
from benchmarks.sides import Side
from shared.obligations import ledger
from shared.obligations.ledger import LEDGER
from shared.obligations.reconcile import Row
from shared.storage.facts import FACT, LINE
from shared.storage.tables import PlaceRow, table
from shared.storage.work import OUTBOX

MODEL = "model"
FIRST = 1_000_000_000
"""Numbers of ten digits: they stand at the end of names, and of ids in place of what stood there."""
AT_ONCE = 20_000
WRITTEN = 1_000
COPIED = (FACT, LINE, table(PlaceRow), LEDGER, OUTBOX)


class Seeds:
    """Puts obligations into one side's tables."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._store = side.place.store
        self._next = FIRST
        self._pokes = 0
        self._ids: list[str] = []
        self._row: Row | None = None

    async def begin(self) -> None:
        """Have the product make the one that is copied."""
        await self.poke(MODEL)
        await self._side.place.all_marked()
        async with self._store.look() as unit:
            ids = await unit.connection.scalars(select(FACT.c.id).where(FACT.c.line == f"-/{MODEL}"))
            self._ids = list(ids.all())
            [self._row] = (await ledger.rows(unit, [f"-/{MODEL}"]))[f"-/{MODEL}"].values()

    async def fill(self, count: int) -> range:
        """Copy it so many times; the numbers of the copies."""
        made = range(self._next, self._next + count)
        for first in range(made.start, made.stop, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, made.stop))
            async with self._store.database.writing() as connection:
                for copied in COPIED:
                    columns, rows = self._copies(copied, numbers)
                    await connection.execute(insert(copied).from_select(columns, rows))
        self._next = made.stop
        if not self._store.database.is_sqlite:
            async with self._store.database.writing() as connection:
                await connection.execute(text("ANALYZE"))
        return made

    async def due(self, numbers: range, moments: Sequence[datetime]) -> None:
        """Let these copies fall due at these moments."""
        pairs = list(zip(numbers, moments, strict=True))
        for start in range(0, len(pairs), WRITTEN):
            async with self._store.work() as unit:
                some = pairs[start : start + WRITTEN]
                await ledger.write(unit, [(f"-/{MODEL}-{n}", self._at(n, moment)) for n, moment in some])

    async def tidied(self) -> None:
        """Have the tables as they are some minutes later: else PostgreSQL would sweep them in the midst of a turn."""
        if not self._store.database.is_sqlite:
            alone = self._store.database.engine.execution_options(isolation_level="AUTOCOMMIT")
            async with alone.connect() as connection:
                await connection.execute(text("VACUUM (ANALYZE)"))

    async def poke(self, name: str = "") -> None:
        """Say one request more: whoever hears a fact looks what is due next."""
        self._pokes += 1
        until = await self._side.place.messages() + 2
        await self._side.place.say(letters(iter([request(name or f"poke-{self._pokes}", 0, CLOCK.now())])))
        await self._side.place.until(until, self._side.consumer)

    def _at(self, number: int, moment: datetime) -> Row:
        assert self._row is not None
        item = f"{MODEL}-{number}"
        late = moment + timedelta(days=7)
        return replace(
            self._row,
            key=self._row.key.replace(MODEL, item),
            item=item,
            because=f"{self._row.because[:-10]}{number}",
            due_at=moment,
            planned_at=moment,
            overdue_at=late,
            escalate_at=late,
        )

    def _copies(self, copied: Table, numbers: range) -> tuple[list[str], Select[Any]]:
        """The rows of one table, as often as there are numbers."""
        series = select(literal(numbers.start).label("number")).cte("series", recursive=True)
        series = series.union_all(select(series.c.number + 1).where(series.c.number < numbers.stop - 1))
        number = cast(series.c.number, String)
        columns = [column for column in copied.c if column.name != "seq"]
        words = [self._renamed(column, number) if isinstance(column.type, AutoString) else column for column in columns]
        mine = copied.c.id.in_(self._ids) if "id" in copied.c else copied.c.line == f"-/{MODEL}"
        return [column.name for column in columns], select(*words).select_from(copied).join(
            series, literal(True)
        ).where(mine)

    def _renamed(self, column: ColumnElement[str], number: ColumnElement[str]) -> Any:
        found: Any = func.replace(column, MODEL, literal(f"{MODEL}-").concat(number))
        for id in self._ids:
            found = func.replace(found, id, literal(id[:-10]).concat(number))
        return found
