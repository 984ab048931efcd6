"""Data for evaluators: which lines a table tells of, and its rows, some lines at a time, however many there are."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.evaluation.decisions.data import rows
from services.evaluation.domain.data.asking_for import Wanted
from services.evaluation.repository import data
from shared import use_cases
from shared.storage.work import Store

AT_ONCE = 20
"""Lines of which the rows are in memory together."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A table that is being read: of which lines, and the cursor from which whoever has it reads on."""

    wanted: Wanted
    lines: Sequence[str]
    cursor: str


async def begin(store: Store, wanted: Wanted) -> Begun:
    """Look which lines there are. What changes while they are read comes again with the next cursor."""
    await _number(store)
    async with store.look() as unit:
        newest = await data.newest(unit)
        found = await data.lines(unit, wanted.of.table, wanted.since, wanted.engagement)
    return Begun(wanted, found, str(newest))


async def newest(store: Store) -> str:
    """The cursor of whoever takes all of it now."""
    await _number(store)
    async with store.look() as unit:
        return str(await data.newest(unit))


async def batches(store: Store, begun: Begun) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows, some at a time."""
    wanted = begun.wanted
    table = wanted.of.table
    for place in range(0, len(begun.lines), AT_ONCE):
        async with store.look() as unit:
            found = await data.sources(unit, table, begun.lines[place : place + AT_ONCE])
        told = [row for source in found for row in rows(table, source, wanted.since is not None)]
        if wanted.jurisdiction is not None:
            told = [row for row in told if row["gone"] or row["jurisdiction"] == wanted.jurisdiction]
        yield told


async def _number(store: Store) -> None:
    """Number what has changed, as the house itself: whoever asks, all is numbered."""
    async with store.look() as unit:
        if not await data.waiting(unit):
            return
    await use_cases.until_done(store, data.number, briefly=False)
