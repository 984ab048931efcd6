"""Short visits to the bus, over its own interface."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import nats
from nats.aio.client import Client

from shared.bus.streams import ENGAGEMENT


@contextlib.asynccontextmanager
async def a_client(urls: str) -> AsyncIterator[Client]:
    """A short visit to the bus."""
    async with asyncio.timeout(10):
        client = await nats.connect(
            urls.split(","), max_reconnect_attempts=-1, reconnect_time_wait=0.1, connect_timeout=2, error_cb=_quietly
        )
    try:
        yield client
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(client.close(), 5)


async def delete_stream(urls: str, stream: str = ENGAGEMENT) -> None:
    """Delete a stream with all that is in it, and its consumers."""
    async with a_client(urls) as client:
        await client.jetstream(timeout=10).delete_stream(stream)


async def _quietly(_error: Exception) -> None:
    """A bus that is away is the point of many faults."""
