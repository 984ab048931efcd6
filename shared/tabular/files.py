"""Rows as files that have to be written to their end before anybody can read them: XLSX and Parquet."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from tempfile import TemporaryFile
from typing import IO, Any

from shared.cells import safe
from shared.errors import Refused
from shared.tabular.columns import Column, Kind
from shared.tabular.writing import Batches, Cells

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST_CELL = 32_767
MOST_ROWS = 1_048_575
"""Below its head, a sheet has no more."""
PIECE = 65_536
WIDEST, MARGIN = 60, 2
"""Letters up to which a column gets wider with its words; what is longer is broken into lines."""
LENGTH_OF_AN_INSTANT = len("2027-01-04 15:00:00")
WRITERS = ThreadPoolExecutor(1, thread_name_prefix="file of data")
"""One piece at a time: however many want files, the others keep a processor."""


class NeedsReports(Refused):
    """Parquet is not installed here. Ask for csv, xlsx or jsonl, or have it installed: pip install "throughline[reports]"."""  # noqa: E501 - told as one line

    status = 501
    title = "Not installed here"


class TooManyRows(Refused):
    """A sheet has room for 1,048,575 rows, and {table} has more. Ask for csv or parquet, or for one engagement."""

    status = 413
    title = "Too large"


async def as_workbook(sheets: Sequence[tuple[str, Sequence[str], Batches]]) -> AsyncIterator[bytes]:
    """A workbook with these sheets; all words are cells of words, so that nothing in it can run."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, names, batches in sheets:
        await _fill(book.create_sheet(title), title, names, batches)
    with TemporaryFile() as file:
        await _aside(partial(book.save, file))
        for piece in _pieces(file):
            yield piece


async def _fill(sheet: Any, title: str, names: Sequence[str], batches: Batches) -> None:
    sheet.freeze_panes = "A2"
    rows, has_begun = 0, False
    async for batch in batches:
        if not has_begun:
            _begin(sheet, names, batch)
            has_begun = True
        rows += len(batch)
        if rows > MOST_ROWS:
            raise TooManyRows(table=title)
        await _aside(partial(_append, sheet, names, batch))
    if not has_begun:
        _begin(sheet, names, ())


def _begin(sheet: Any, names: Sequence[str], first: Sequence[Cells]) -> None:
    """Write the head; each column is as wide as its first rows want it, for all of them are read only once."""
    from openpyxl.utils import get_column_letter

    for n, name in enumerate(names, start=1):
        longest = max((_length(row.get(name)) for row in first), default=0)
        sheet.column_dimensions[get_column_letter(n)].width = min(WIDEST, max(len(name), longest)) + MARGIN
    sheet.append(list(names))


def _length(value: Any) -> int:
    if isinstance(value, datetime):
        return LENGTH_OF_AN_INSTANT
    return len(str(value)) if value is not None else 0


def _append(sheet: Any, names: Sequence[str], batch: Sequence[Cells]) -> None:
    for row in batch:
        sheet.append([_cell(sheet, row.get(name)) for name in names])


def _cell(sheet: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment

    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    if not isinstance(value, str):
        return value
    written = WriteOnlyCell(sheet, value=UNPRINTABLE.sub("", safe(value))[:LONGEST_CELL])
    written.data_type = "s"
    if len(value) > WIDEST:
        written.alignment = Alignment(wrap_text=True, vertical="top")
    return written


def see_that_parquet_is_here() -> None:
    """Refuse where what writes Parquet is not installed."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise NeedsReports from None


async def as_parquet(columns: Sequence[Column], batches: Batches, about: Mapping[str, str]) -> AsyncIterator[bytes]:
    """A Parquet file, with types, and with what each column means in its schema."""
    see_that_parquet_is_here()
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    kinds: dict[Kind, Any] = {
        "text": pa.string(),
        "whole number": pa.int64(),
        "number": pa.float64(),
        "yes or no": pa.bool_(),
        "day": pa.date32(),
        "instant": pa.timestamp("us", tz="UTC"),
    }
    fields = [pa.field(one.column, kinds[one.type], metadata={"description": one.description}) for one in columns]
    schema = pa.schema(fields, metadata=dict(about))
    with TemporaryFile() as file:
        with ParquetWriter(file, schema, compression="zstd") as writer:
            async for batch in batches:
                if batch:
                    await _aside(partial(_add, writer, schema, batch))
        for piece in _pieces(file):
            yield piece


def _add(writer: Any, schema: Any, batch: Sequence[Cells]) -> None:
    import pyarrow as pa

    writer.write_batch(pa.RecordBatch.from_pylist([dict(row) for row in batch], schema=schema))


async def _aside(write: Callable[[], object]) -> None:
    """Write a piece while others are served; whoever goes meanwhile leaves no file that is written to and closed."""
    writing = asyncio.get_running_loop().run_in_executor(WRITERS, write)
    try:
        await asyncio.shield(writing)
    except asyncio.CancelledError:
        await asyncio.wait([writing])
        raise


def _pieces(file: IO[bytes]) -> list[bytes] | Any:
    file.seek(0)
    return iter(lambda: file.read(PIECE), b"")
