"""The bus is disposable: what it lost, the databases say again, and everybody goes on hearing."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime
from pathlib import Path

from nats.aio.client import Client
from nats.js.errors import NotFoundError
from sqlalchemy import func, select
from typer.testing import CliRunner

from services import reconciling, running
from services.__main__ import app
from shared.bus.comparing import Marked, lacking, postmarks
from shared.bus.reconciler import Reconciled, Reconciler
from shared.bus.server import EmbeddedServer
from shared.clock import WorldClock
from shared.events.base import Fact, say
from shared.events.intake import TaRequestLogged
from shared.service import Service
from shared.settings import Settings
from shared.storage.said import StoredSaid
from shared.storage.tables import FactRow, table
from tests.support.bus import a_connection

MINE = "eng.intake.>"
CLOCK = WorldClock()
FACT = table(FactRow)


def settings(folder: Path) -> Settings:
    return Settings(data=folder, watch_bus_every=0.5)


@asynccontextmanager
async def at_work(folder: Path, server: EmbeddedServer, *names: str) -> AsyncIterator[list[Service]]:
    """These services, each with its SQLite file."""
    services = running.build(settings(folder), CLOCK, names or ("intake", "followup"))
    async with running.started(services, server.url, alarm=False):
        yield services


@asynccontextmanager
async def a_place(folder: Path, *names: str) -> AsyncIterator[tuple[Client, list[Service]]]:
    """A bus in this folder, with a connection to it, and these services at work."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(EmbeddedServer(folder / "nats"))
        client = await stack.enter_async_context(a_connection(server))
        yield client, await stack.enter_async_context(at_work(folder, server, *names))


def requests(first: int, last: int) -> list[Fact]:
    """As many facts of intake."""
    return [
        say(
            TaRequestLogged(
                request_id=f"r{number}",
                source="t",
                external_id=str(number),
                jurisdiction="KY",
                topic="licensing",
                need="help " * 50,
                logged_on=date(2026, 1, 5),
            ),
            CLOCK.now(),
        )
        for number in range(first, last + 1)
    ]


async def tell(intake: Service, first: int, last: int) -> None:
    """Have these facts said, and wait until the bus has them."""
    assert intake.postman
    await intake.take_in(intake.store, requests(first, last))
    await intake.postman.flush()


async def in_stream(client: Client) -> list[str]:
    """The postmarks that the stream holds."""
    try:
        return [postmark async for postmark in postmarks(client, "ENGAGEMENT", MINE, None)]
    except NotFoundError:
        return []


async def known(service: Service) -> int:
    """How many facts a service knows."""
    async with service.store.look() as unit:
        return await unit.connection.scalar(select(func.count()).select_from(FACT)) or 0


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what happens beyond a network; a test that waits in vain fails."""
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.05)


async def all_there(client: Client, count: int) -> None:
    """Wait until the stream holds this many facts."""

    async def enough() -> bool:
        return len({postmark.partition(".")[0] for postmark in await in_stream(client)}) >= count

    await until(enough)


async def all_heard(service: Service, count: int) -> None:
    """Wait until a service knows this many facts."""

    async def enough() -> bool:
        return await known(service) >= count

    await until(enough)


async def looked(service: Service) -> list[Reconciled]:
    """Have it compare everything, and say again what lacks."""
    assert service.reconciler and service.postman
    found = await service.reconciler.reconcile()
    await service.postman.flush()
    return found


def said_again(found: list[Reconciled]) -> int:
    return sum(one.said_again for one in found)


async def test_a_stream_that_somebody_deletes_under_us_comes_back_whole_and_everybody_goes_on(tmp_path: Path) -> None:
    async with a_place(tmp_path) as (client, (intake, followup)):
        await tell(intake, 1, 20)
        await all_heard(followup, 20)
        await client.jetstream().delete_stream("ENGAGEMENT")
        await all_there(client, 20)
        await tell(intake, 21, 22)
        await all_heard(followup, 22)
        assert said_again(await looked(intake)) == 0


async def test_a_bus_that_lost_everything_is_told_it_again_at_the_next_start(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path / "nats") as server, at_work(tmp_path, server, "intake") as (intake,):
        await tell(intake, 1, 20)
    shutil.rmtree(tmp_path / "nats")
    async with EmbeddedServer(tmp_path / "nats") as server, at_work(tmp_path, server) as (_, followup):
        await all_heard(followup, 20)


async def test_what_was_purged_is_said_again_although_the_bus_still_remembers_it(tmp_path: Path) -> None:
    async with a_place(tmp_path, "intake") as (client, (intake,)):
        await tell(intake, 1, 20)
        await client.jetstream().purge_stream("ENGAGEMENT")
        await all_there(client, 20)
        found = await in_stream(client)
    assert sorted(found) == sorted(f"{fact.id}.1" for fact in requests(1, 20))


async def test_what_is_deleted_from_the_middle_is_said_again_and_nothing_else(tmp_path: Path) -> None:
    async with a_place(tmp_path, "intake") as (client, (intake,)):
        await tell(intake, 1, 20)
        before = await in_stream(client)
        for sequence in (5, 6, 7):
            await client.jetstream().delete_msg("ENGAGEMENT", sequence)
        await all_there(client, 20)
        found = await in_stream(client)
    assert found == before[:4] + before[7:] + [f"{postmark}.1" for postmark in before[4:7]]


async def test_a_stream_that_lost_its_end_is_told_it_again_and_what_comes_then_is_heard(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "nats")
    await server.start()
    async with at_work(tmp_path, server) as (intake, followup):
        await tell(intake, 1, 10)
        await all_heard(followup, 10)
        await server.stop()
        shutil.copytree(tmp_path / "nats" / "jetstream", tmp_path / "older")
        await server.start()
        await tell(intake, 11, 20)
        await all_heard(followup, 20)
        await server.stop()
        shutil.rmtree(tmp_path / "nats" / "jetstream")
        shutil.move(tmp_path / "older", tmp_path / "nats" / "jetstream")
        await server.start()
        await intake.take_in(intake.store, requests(21, 60))
        async with a_connection(server) as client:
            await all_there(client, 60)
        await all_heard(followup, 60)
    await server.stop()


async def test_what_a_flipped_bit_took_is_said_again(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path / "nats") as server, at_work(tmp_path, server) as (intake, followup):
        await tell(intake, 1, 100)
        await all_heard(followup, 100)
    flip_a_bit(tmp_path / "nats")
    # Without its index the server reads the file itself, and drops what comes after the broken message.
    for index in (tmp_path / "nats").rglob("index.db"):
        index.unlink()
    async with EmbeddedServer(tmp_path / "nats") as server, a_connection(server) as client:
        assert len(await in_stream(client)) < 60
        async with at_work(tmp_path, server) as (intake, followup):
            await all_there(client, 100)
            await tell(intake, 101, 102)
            await all_heard(followup, 102)


async def test_a_message_that_nobody_can_read_any_more_is_found_by_comparing(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path / "nats") as server, at_work(tmp_path, server, "intake") as (intake,):
        await tell(intake, 1, 100)
    flip_a_bit(tmp_path / "nats")
    found = await reconciling.reconcile(settings(tmp_path))
    assert {name: sum(one["said_again"] for one in streams) for name, streams in found.items()} == {
        "intake": 1,
        "sessions": 0,
        "followup": 0,
        "evaluation": 0,
    }
    async with EmbeddedServer(tmp_path / "nats") as server, a_connection(server) as client:
        assert len(await in_stream(client)) == 100


def flip_a_bit(folder: Path) -> None:
    """In the middle of the largest block of the stream."""
    blocks = [block for block in folder.rglob("*.blk") if "ENGAGEMENT" in block.parts]
    block = max(blocks, key=lambda one: one.stat().st_size)
    words = bytearray(block.read_bytes())
    words[len(words) // 2] ^= 4
    block.write_bytes(words)


async def test_who_looks_again_finds_nothing_amiss(tmp_path: Path) -> None:
    async with a_place(tmp_path, "intake") as (client, (intake,)):
        await tell(intake, 1, 20)
        await client.jetstream().delete_msg("ENGAGEMENT", 3)
        assert said_again(await looked(intake)) <= 1
        await all_there(client, 20)
        (found,) = [one for one in await looked(intake) if one.stream == "ENGAGEMENT"]
    assert (found.doubt, found.compared, found.said_again, found.ear_began_again) == ("", 20, 0, False)


async def test_two_replicas_that_find_the_same_say_it_again_once(tmp_path: Path) -> None:
    async with a_place(tmp_path, "intake") as (_, (intake,)):
        await tell(intake, 1, 20)
    async with EmbeddedServer(tmp_path / "nats") as server, a_connection(server) as client:
        await client.jetstream().purge_stream("ENGAGEMENT")
        stores = [running.build(settings(tmp_path), CLOCK, ("intake",))[0].store for _ in range(2)]
        one, other = map(StoredSaid, stores)
        marked = await one.marked((MINE,), 0, 100, None)
        lost = await lacking(client, "ENGAGEMENT", MINE, marked)
        assert sorted(await asyncio.gather(one.unmark(lost), other.unmark(lost))) == [0, 20]
        for store in stores:
            await store.database.close()


async def test_comparing_ends_although_more_is_said_meanwhile(tmp_path: Path) -> None:
    class Talkative(StoredSaid):
        async def marked(
            self, subjects: Sequence[str], after: int, limit: int, since: datetime | None
        ) -> Sequence[Marked]:
            return [*await super().marked(subjects, after, limit, since), Marked(after + 1000, "said just now", 0)]

    async with a_place(tmp_path, "intake") as (_, (intake,)):
        await tell(intake, 1, 3)
        assert intake.broker
        reconciler = Reconciler([intake.ear], Talkative(intake.store), intake.broker, 30, 1, 30)
        async with asyncio.timeout(60):
            assert [one.compared for one in await reconciler.reconcile() if one.stream == "ENGAGEMENT"] == [4]


async def test_an_ear_that_somebody_deletes_is_made_again(tmp_path: Path) -> None:
    async with a_place(tmp_path) as (client, (intake, followup)):
        await client.jetstream().delete_consumer("ENGAGEMENT", "followup")
        await tell(intake, 1, 3)
        await all_heard(followup, 3)


def test_the_command_tells_what_was_done_for_each_service(tmp_path: Path) -> None:
    told = CliRunner().invoke(
        app,
        ["reconcile", "--api", "http://127.0.0.1:1"],
        env={"THROUGHLINE_DATA": str(tmp_path), "THROUGHLINE_NATS": "", "THROUGHLINE_DATABASE": ""},
    )
    assert told.exit_code == 0, told.output
    lines = [line for line in told.stdout.splitlines() if "compared" in line]
    assert [line.split()[0] for line in lines] == ["intake", "sessions", "followup", "evaluation"]
    assert all("the bus lacks none" in line for line in lines)
