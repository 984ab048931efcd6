"""When a database is away, full, locked or read-only, people are told in words, and it goes on by itself afterwards."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from shared import use_cases
from shared.errors import NotNow, Unsure
from shared.events.base import Fact
from shared.storage import database as module
from shared.storage import facts as kept
from shared.storage.database import Database
from shared.storage.rows import Records
from shared.storage.work import Store
from tests.support.outages import Mortal, a_mortal_postgresql
from tests.support.saying import ENGAGEMENT, said
from tests.support.stores import a_store

OPENED, FORMED = said("engagement_opened"), said("team_formed")
FACTS: Records = Records(view=lambda history: history, drawers=())


@pytest.fixture(scope="module")
def mortal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    with a_mortal_postgresql(tmp_path_factory.mktemp("mortal")) as server:
        yield server


@pytest.fixture
async def mortal(mortal_server: Mortal) -> AsyncIterator[Mortal]:
    await mortal_server.start()
    yield mortal_server
    mortal_server.thaw()


async def hear(store: Store, *facts: Fact) -> None:
    await use_cases.hear(store, facts, FACTS.record, said=True)


async def known(store: Store) -> set[str]:
    async with store.look() as unit:
        return {fact.id for fact in await kept.story(unit, ENGAGEMENT)}


async def test_a_database_that_was_killed_is_told_and_used_again_when_it_is_back(mortal: Mortal) -> None:
    async with a_store(await mortal.database()) as store:
        await asyncio.gather(*(known(store) for _ in range(5)))
        await hear(store, OPENED)
        await mortal.kill()
        with pytest.raises(NotNow, match=r"cannot be reached.*Nothing was recorded; try again"):
            await hear(store, FORMED)
        with pytest.raises(NotNow, match="cannot be reached"):
            await known(store)
        assert store.database.trouble
        await mortal.start()
        await hear(store, FORMED)
        assert await known(store) == {OPENED.id, FORMED.id}
        assert not store.database.trouble


async def test_a_database_that_goes_in_the_midst_of_work_has_recorded_nothing(mortal: Mortal) -> None:
    async with a_store(await mortal.database()) as store:

        async def work() -> None:
            async with store.work() as unit:
                await kept.record(unit, [OPENED], True)
                await mortal.kill()
                await kept.record(unit, [FORMED], True)

        with pytest.raises(NotNow, match="Nothing was recorded"):
            await work()
        await mortal.start()
        assert await known(store) == set()


async def test_a_commit_whose_answer_was_lost_is_told_as_unsure(mortal: Mortal) -> None:
    async with a_store(await mortal.database()) as store:

        async def work() -> None:
            async with store.work() as unit:
                await kept.record(unit, [OPENED], True)
                await mortal.kill()

        with pytest.raises(Unsure, match="may or may not have been recorded; send the same again"):
            await work()
        await mortal.start()
        await hear(store, OPENED)
        assert await known(store) == {OPENED.id}


async def test_a_database_that_does_not_answer_hangs_nobody(mortal: Mortal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECTS_WITHIN", 0.3)
    monkeypatch.setattr(module, "ANSWERS_WITHIN", 0.3)
    async with a_store(await mortal.database()) as store:
        await hear(store, OPENED)
        mortal.freeze()
        async with asyncio.timeout(15):
            for _ in range(3):
                with pytest.raises(NotNow, match="does not answer"):
                    await hear(store, FORMED)
        mortal.thaw()
        await hear(store, FORMED)
        assert await known(store) == {OPENED.id, FORMED.id}


async def test_whoever_waits_too_long_for_a_connection_is_told(mortal: Mortal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FREE_WITHIN", 0.1)
    async with a_store(await mortal.database()) as store:
        gate = asyncio.Event()

        async def sit() -> None:
            async with store.work() as unit:
                await kept.lines(unit)
                await gate.wait()

        sitting = [asyncio.create_task(sit()) for _ in range(15)]
        await asyncio.sleep(0.5)
        with pytest.raises(NotNow, match="All connections of this service"):
            await known(store)
        gate.set()
        await asyncio.gather(*sitting)
        assert await known(store) == set()


async def test_an_administrator_who_stops_the_database_is_told_apart_from_a_bad_word(mortal: Mortal) -> None:
    async with a_store(await mortal.database()) as store:

        async def work() -> None:
            async with store.work() as unit:
                await kept.lines(unit)
                await mortal.stop()
                await kept.lines(unit)

        with pytest.raises(NotNow, match=r"shutting down|connection to it was lost"):
            await work()


async def test_who_is_silent_for_too_long_lets_go_of_his_locks(mortal: Mortal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENT_FOR", 1)
    async with a_store(await mortal.database()) as store:

        async def work() -> None:
            async with store.work() as unit:
                await kept.record(unit, [OPENED], True)
                await asyncio.sleep(1.5)
                await kept.record(unit, [FORMED], True)

        with pytest.raises(NotNow, match=r"silent for too long|connection to it was lost"):
            await work()
        assert await known(store) == set()


async def test_who_is_paused_in_the_middle_of_a_statement_lets_go_of_his_locks(
    mortal: Mortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST", 1)
    async with a_store(await mortal.database()) as store:

        async def work() -> None:
            async with store.work() as unit:
                await kept.record(unit, [OPENED], True)
                await unit.connection.execute(text("SELECT pg_sleep(20)"))

        with pytest.raises(NotNow, match=r"it took too long|connection to it was lost"):
            await work()
        assert await known(store) == set()


async def test_what_may_take_its_time_is_not_ended(mortal: Mortal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 1)
    async with a_store(await mortal.database()) as store:
        async with store.work(briefly=False) as unit:
            await kept.record(unit, [OPENED], True)
            await unit.connection.execute(text("SELECT pg_sleep(1.5)"))
        assert await known(store) == {OPENED.id}


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Store]:
    async with a_store(f"sqlite+aiosqlite:///{tmp_path / 'followup.db'}") as opened:
        yield opened


async def _allow_pages(store: Store, pages: int) -> None:
    """As full as a disk: SQLite may not make its file longer than this (0: than it is)."""
    async with store.database.engine.connect() as connection:
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))


async def test_a_full_disk_is_told_nothing_is_confirmed_and_it_heals_when_there_is_room(file: Store) -> None:
    await hear(file, OPENED)
    await _allow_pages(file, 1)

    async def say_much() -> None:
        async with file.work() as unit:
            for number in range(200):
                await unit.post([{"id": str(number), "subject": "eng.x", "body": "x" * 4000}])

    with pytest.raises(NotNow, match=r"full: make room\. Nothing was recorded"):
        await say_much()
    assert await known(file) == {OPENED.id}
    await _allow_pages(file, 1 << 30)
    await hear(file, FORMED)
    assert await known(file) == {OPENED.id, FORMED.id}


async def test_a_file_that_may_not_be_written_is_told(file: Store) -> None:
    await hear(file, OPENED)
    path = file.database.url.removeprefix("sqlite+aiosqlite:///")
    readable = Store(Database(f"sqlite+aiosqlite:///file:{path}?mode=ro&uri=true", "followup"), file.clock)
    with pytest.raises(NotNow, match="may not be written"):
        await hear(readable, FORMED)
    assert await known(readable) == {OPENED.id}
    await readable.database.close()


async def test_a_file_that_somebody_else_locks_for_too_long_is_told(
    file: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCKED_FOR", 0.1)
    async with a_store(file.database.url) as hasty:
        async with file.work():
            with pytest.raises(NotNow, match="locked"):
                await hear(hasty, OPENED)
        await hear(hasty, OPENED)
        assert await known(hasty) == {OPENED.id}


async def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'gone' / 'followup.db'}", "followup")
    with pytest.raises(NotNow, match="cannot be opened"):
        async with database.reading():
            pass
    await database.close()
    # The driver ends the thread of a file that it could not open a moment after it has said so.
    await asyncio.sleep(0.2)
