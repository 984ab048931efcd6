"""A SQLite file: what is soon done is done at once, what has to wait keeps nobody else waiting."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import cast

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.storage.database import Database
from shared.storage.driver import AT_A_STRETCH, AT_ONCE, Connection
from shared.storage.tables import LineRow, table

LINE = table(LineRow)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database.at("", tmp_path, "followup")
    await database.create([])
    yield database
    await database.close()


async def driver_of(connection: AsyncConnection) -> Connection:
    return cast("Connection", (await connection.get_raw_connection()).driver_connection)


def begun(line: str) -> dict[str, object]:
    return {"line": line, "version": 1, "ledger_version": 0}


async def lines(connection: AsyncConnection) -> list[str]:
    return list((await connection.scalars(select(LINE.c.line).order_by(LINE.c.line))).all())


async def test_what_a_fact_writes_and_reads_takes_no_step_into_a_thread(database: Database) -> None:
    async with database.writing() as connection:
        driver = await driver_of(connection)
        steps = driver._asked
        await connection.execute(insert(LINE), [begun("a"), begun("b")])
        assert await lines(connection) == ["a", "b"]
        assert driver._asked == steps
    async with database.reading() as connection:
        assert await lines(connection) == ["a", "b"]


async def test_a_long_list_is_read_in_the_thread_and_whole(database: Database) -> None:
    names = [f"{number:05}" for number in range(2 * AT_ONCE + 1)]
    async with database.writing() as connection:
        await connection.execute(insert(LINE), [begun(name) for name in names])
    async with database.reading() as connection:
        steps = (await driver_of(connection))._asked
        assert await lines(connection) == names
        assert (await driver_of(connection))._asked > steps
        assert (await connection.execute(text("select 1"))).scalar() == 1
    async with database.reading(briefly=True) as connection:
        steps = (await driver_of(connection))._asked
        assert await lines(connection) == names
        assert (await driver_of(connection))._asked == steps


async def test_whoever_waits_for_another_writer_keeps_nobody_else_waiting(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(LINE), [begun("a")])
        waiting = asyncio.create_task(write(database, "b"))
        async with asyncio.timeout(20), database.reading() as meanwhile:
            await asyncio.sleep(0.1)
            assert await lines(meanwhile) == []
        assert not waiting.done()
    await waiting
    async with database.reading() as connection:
        assert await lines(connection) == ["a", "b"]


async def test_whoever_gives_up_waiting_for_another_writer_leaves_nothing_behind(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(LINE), [begun("a")])
        waiting = [asyncio.create_task(write(database, name)) for name in "bcd"]
        await asyncio.sleep(0.1)
        for one in waiting:
            one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    async with asyncio.timeout(20):
        await write(database, "e")
    async with database.reading() as connection:
        assert await lines(connection) == ["a", "e"]


async def test_a_transaction_that_fails_leaves_its_connection_as_it_was(database: Database) -> None:
    async def twice() -> None:
        async with database.writing() as connection:
            await connection.execute(insert(LINE), [begun("b")])
            await connection.execute(text("insert into line (line) values ('a')"))

    await write(database, "a")
    for _ in range(7):
        with pytest.raises(Exception, match="NOT NULL"):
            await twice()
    await write(database, "c")
    async with database.reading() as connection:
        assert await lines(connection) == ["a", "c"]


async def write(database: Database, line: str) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(LINE), [begun(line)])


async def test_many_brief_statements_let_others_have_a_turn(database: Database) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    async with database.writing() as connection:
        before, began = turns, monotonic()
        while monotonic() - began < 20 * AT_A_STRETCH:
            await lines(connection)
        assert turns - before >= 3
    counting.cancel()


async def test_what_the_thread_is_asked_for_by_other_ways_is_waited_for_too(database: Database) -> None:
    async with database.engine.connect() as connection:
        driver = await driver_of(connection)
        slowly = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT max(i) FROM n"
        asked = asyncio.create_task(driver.execute(slowly).__aenter__())
        await asyncio.sleep(0.01)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        assert not driver.is_idle
        await driver.rollback()
        assert driver.is_idle
