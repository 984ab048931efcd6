"""While a file is written that has to be whole before anybody reads it, everybody else is served."""

import asyncio
import io
from collections.abc import AsyncIterator, Sequence

import pytest
from openpyxl import load_workbook

from shared.tabular.columns import Column
from shared.tabular.files import as_parquet, as_workbook
from shared.tabular.writing import Cells

COLUMNS = [Column(table="teams", column="team_id", type="text", description="the team")]


async def batches(*sizes: int) -> AsyncIterator[Sequence[Cells]]:
    for size in sizes:
        yield [{"team_id": f"t{n}"} for n in range(size)]


async def written(pieces: AsyncIterator[bytes]) -> tuple[bytes, int]:
    """The file, and how often others had their turn meanwhile."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    asks = asyncio.create_task(others())
    file = b"".join([piece async for piece in pieces])
    asks.cancel()
    return file, turns


@pytest.mark.parametrize("sizes", [(), (3, 2)])
async def test_others_have_their_turn_while_a_workbook_is_written(sizes: tuple[int, ...]) -> None:
    file, turns = await written(as_workbook([("teams", ["team_id"], batches(*sizes))]))
    rows = load_workbook(io.BytesIO(file))["teams"].iter_rows(min_row=2, values_only=True)
    assert [cell for (cell,) in rows] == [f"t{n}" for size in sizes for n in range(size)]
    assert turns


async def test_others_have_their_turn_while_parquet_is_written() -> None:
    from pyarrow import BufferReader
    from pyarrow.parquet import read_table

    file, turns = await written(as_parquet(COLUMNS, batches(3, 0, 2), {"about": "teams"}))
    assert read_table(BufferReader(file)).num_rows == 5
    assert turns


async def test_two_who_want_a_workbook_at_one_instant_get_one_each() -> None:
    both = (written(as_workbook([("teams", ["team_id"], batches(size, size))])) for size in (20, 30))
    sizes = [load_workbook(io.BytesIO(file))["teams"].max_row - 1 for file, _ in await asyncio.gather(*both)]
    assert sizes == [40, 60]


async def test_a_column_is_as_wide_as_its_words_and_what_is_long_is_broken_into_lines() -> None:
    async def words() -> AsyncIterator[Sequence[Cells]]:
        yield [{"id": "t1", "description": "A long text that stands in a cell. " * 10}]

    file, _ = await written(as_workbook([("dictionary", ["id", "description"], words())]))
    sheet = load_workbook(io.BytesIO(file))["dictionary"]
    assert [sheet.column_dimensions[name].width for name in "AB"] == [4, 62]
    assert (sheet["A2"].alignment.wrap_text, sheet["B2"].alignment.wrap_text) == (None, True)
