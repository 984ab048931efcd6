"""Whoever is asked to stop stops, also when a library made something else of being interrupted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shared.bus.ending import ended
from shared.bus.postman import Postman
from shared.bus.reconciler import Reconciler
from shared.bus.streams import ENGAGEMENT, Ear

ENOUGH = 10.0


class Deaf:
    """Stands for a database whose driver answers the first interruption with an error of its own."""

    def __init__(self) -> None:
        self.interrupted = 0
        self.is_busy = asyncio.Event()

    async def answer(self) -> None:
        self.is_busy.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.interrupted += 1
            if self.interrupted == 1:
                raise OSError("interrupted") from None
            raise

    @asynccontextmanager
    async def claim(self, _most: int) -> AsyncIterator[Any]:
        await self.answer()
        yield None

    async def remembered(self, _stream: str) -> None:
        await self.answer()


async def test_a_postman_stops_although_his_outbox_lost_the_word_to_stop() -> None:
    outbox = Deaf()
    postman = Postman(cast("Any", outbox), cast("Any", None), "intake")
    await postman.start()
    await outbox.is_busy.wait()
    async with asyncio.timeout(ENOUGH) as patience:
        await postman.stop()
    assert not patience.expired()


async def test_a_reconciler_stops_although_its_database_lost_the_word_to_stop() -> None:
    said = Deaf()
    jetstream = SimpleNamespace(is_connected=True, jetstream=lambda **_: None)
    bus = cast("Any", SimpleNamespace(client=jetstream))
    reconciler = Reconciler([Ear("intake", ENGAGEMENT, ())], cast("Any", said), bus, 0.01, 1, 30.0)
    starting = asyncio.create_task(reconciler.start())
    await said.is_busy.wait()
    starting.cancel()
    await starting
    async with asyncio.timeout(ENOUGH) as patience:
        await reconciler.stop()
    assert not patience.expired()


async def test_what_failed_while_it_was_ended_is_told() -> None:
    async def fail() -> None:
        raise ValueError("broken before")

    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="broken before"):
        await ended(task)
