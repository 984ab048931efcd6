"""Rows as a function of history: whatever changed between two views of a line is written, and nothing else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Table, and_, delete

from shared.entities import Entity
from shared.events.base import Fact
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.database import insert_new
from shared.storage.facts import Turn
from shared.storage.many import upsert
from shared.storage.work import Unit

K = TypeVar("K")
PrimaryKey = tuple[str | int, ...]
Things = Mapping[PrimaryKey, Entity]


@dataclass(frozen=True)
class Drawer(Generic[K]):
    """One table, filled with the things of one kind that a view of a line shows."""

    table: Table
    things: Callable[[K], Things]
    filtered_by: tuple[str, ...]
    """The fields of a thing that have a column of their own; the rest is in its document."""

    async def write(self, unit: Unit, views: Sequence[tuple[K, K]]) -> None:
        """Bring the table from one view of each line to the next."""
        await self.bring(unit, [(self.things(before), self.things(after)) for before, after in views])

    async def bring(self, unit: Unit, told: Sequence[tuple[Things, Things]]) -> None:
        """Bring the table from the things that a view of each line showed to those that the next one shows."""
        changed, gone = [], []
        for was, is_ in told:
            changed += [self._row(key, thing) for key, thing in is_.items() if was.get(key) != thing]
            gone += [key for key in was if key not in is_]
        await upsert(unit.connection, self.table, changed)
        for key in gone:
            same = (self.table.c[name] == value for name, value in self._key(key).items())
            await unit.connection.execute(delete(self.table).where(and_(*same)))

    async def fill(self, unit: Unit, views: Sequence[K]) -> None:
        """Write what is not there yet of some lines: a version before may have recorded them, without this table."""
        for view in views:
            for key, thing in self.things(view).items():
                await insert_new(unit.connection, self.table, self._row(key, thing))

    def _key(self, key: PrimaryKey) -> dict[str, str | int]:
        return dict(zip((column.name for column in self.table.primary_key), key, strict=True))

    def _row(self, key: PrimaryKey, thing: Entity) -> dict[str, Any]:
        columns = {name: getattr(thing, name) for name in self.filtered_by}
        return {**self._key(key), **columns, "document": thing.model_dump_json(exclude_none=True)}


@dataclass(frozen=True)
class Records(Generic[K]):
    """How one service keeps what it knows: a view of each line's history, and the drawers that show it as rows."""

    view: Callable[[History], K]
    drawers: Sequence[Drawer[K]]

    async def known(self, unit: Unit, line: str) -> K:
        """All that the service knows of a line."""
        return self.view((await kept.histories(unit, [line]))[line])

    async def record(self, unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
        """Keep facts, and bring the rows of their lines in step: the only way in which a row changes."""
        turns = await kept.record(unit, facts, said)
        views = [(self.view(turn.before), self.view(turn.after)) for turn in turns]
        for drawer in self.drawers:
            await drawer.write(unit, views)
        return turns
