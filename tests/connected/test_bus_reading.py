"""Whoever reads a stream from its beginning reads all of it, however large it is, or is told that it was not all."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.js.api import StorageType

from shared.bus.comparing import Marked, lacking
from shared.bus.reading import Interrupted, everything
from shared.bus.server import EmbeddedServer
from tests.support.bus import a_connection

MANY = 12_000
"""More than two of the largest batches that anybody reads."""


@asynccontextmanager
async def a_long_stream(folder: Path) -> AsyncIterator[Client]:
    """A stream with many letters in it, and a connection to its server."""
    async with EmbeddedServer(folder) as server, a_connection(server) as client:
        js = client.jetstream()
        await js.add_stream(name="LONG", subjects=["long.>"], storage=StorageType.MEMORY)
        for number in range(MANY - 1):
            await client.publish("long.letter", b"x" * 300, headers={"Nats-Msg-Id": str(number)})
        await client.flush(timeout=60)
        await js.publish("long.letter", b"", headers={"Nats-Msg-Id": str(MANY - 1)})
        yield client


async def test_a_stream_is_read_to_its_end_in_batches_of_any_size(tmp_path: Path) -> None:
    async with a_long_stream(tmp_path) as client:
        for at_once in (400, 500, 5000):
            read = everything(client, "LONG", ["long.>"], headers_only=True, at_once=at_once)
            found = [int((it.headers or {})["Nats-Msg-Id"]) async for batch in read for it in batch]
            assert found == list(range(MANY)), f"in batches of {at_once}"


async def test_a_stream_that_has_all_that_was_said_lacks_nothing_however_much_it_is(tmp_path: Path) -> None:
    async with a_long_stream(tmp_path) as client:
        said = [Marked(number, str(number), 0) for number in range(MANY)]
        lost = Marked(MANY, "never-came", 0)
        assert await lacking(client, "LONG", "long.>", [*said, lost]) == [lost]


async def test_who_is_interrupted_while_reading_is_told_and_does_not_take_it_for_the_end(tmp_path: Path) -> None:
    async with a_long_stream(tmp_path) as client:
        read = everything(client, "LONG", ["long.>"], at_once=500)
        async with aclosing(read) as batches:
            assert await anext(batches)
            js = client.jetstream()
            for consumer in await js.consumers_info("LONG"):
                await js.delete_consumer("LONG", consumer.name)
            with pytest.raises(Interrupted):
                async for _ in batches:
                    pass
