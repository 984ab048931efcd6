"""Making people illegible in rows: their names and addresses are taken out of what somebody else has written."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import spellings

FEW = 100
"""So many rows are looked through at a time."""


async def make_illegible(
    connection: AsyncConnection, rows: Table, columns: Iterable[str], words: Sequence[str], *among: ColumnElement[bool]
) -> int:
    """Make words illegible in these columns, whatever their spelling; in how many rows they stood."""
    [key], named = rows.primary_key, [rows.c[name] for name in columns]
    changed, last = 0, None
    while words:
        query = select(key, *named).where(*among, *([] if last is None else [key > last])).order_by(key).limit(FEW)
        found = (await connection.execute(query)).all()
        for one in found:
            told = {column.name: one._mapping[column] for column in named}
            legible = {name: _without(words, value) for name, value in told.items()}
            if legible != told:
                await connection.execute(update(rows).where(key == one[0]).values(**legible))
                changed += 1
        if len(found) < FEW:
            break
        last = found[-1][0]
    return changed


def _without(words: Sequence[str], value: Any) -> Any:
    if isinstance(value, str):
        return spellings.illegible(words, value.encode()).decode()
    return spellings.illegible(words, value)
