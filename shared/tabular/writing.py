"""Rows as text, some at a time, however many there are: CSV and JSON lines."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from shared.cells import safe

Cells = Mapping[str, Any]
"""A row by the names of its columns."""
Batches = AsyncIterator[Sequence[Cells]]


async def as_csv(names: Sequence[str], batches: Batches) -> AsyncIterator[bytes]:
    """Comma-separated, in UTF-8; what a spreadsheet would take for a formula stays words."""
    yield _lines([names])
    async for batch in batches:
        if batch:
            yield _lines([_plain(row.get(name)) for name in names] for row in batch)


async def as_json_lines(names: Sequence[str], batches: Batches) -> AsyncIterator[bytes]:
    """One JSON object a line, each with every column; words are as they are."""
    async for batch in batches:
        lines = (json.dumps({name: as_json(row.get(name)) for name in names}, ensure_ascii=False) for row in batch)
        yield "".join(f"{line}\n" for line in lines).encode()


def as_json(value: Any) -> Any:
    """What stands in a cell, as JSON can say it; instants in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue().encode()


def _plain(value: Any) -> str:
    told = as_json(value)
    if isinstance(told, bool):
        return "TRUE" if told else "FALSE"
    # A number below zero is none: only words can be a formula.
    return safe(told) if isinstance(told, str) else "" if told is None else str(told)
