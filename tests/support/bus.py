"""A real bus for tests: a server on a free port in a folder of its own, connections to it, and an outbox in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig, DeliverPolicy

from shared.bus.broker import Broker, make_broker
from shared.bus.connecting import Key, connect
from shared.bus.postman import Letter
from shared.bus.server import EmbeddedServer
from shared.bus.streams import ACK_WAIT, Ear, provision
from shared.storage.outbox import Claim

FOLLOWUP = Ear("followup", "ENGAGEMENT", ("eng.>",))


@asynccontextmanager
async def a_bus(
    folder: Path, *ears: Ear, ack_wait: float = ACK_WAIT, port: int | None = None
) -> AsyncIterator[EmbeddedServer]:
    """A server with its streams and these ears."""
    async with EmbeddedServer(folder, port) as server:
        async with a_connection(server) as client:
            await provision(client, ears, ack_wait=ack_wait)
        yield server


@asynccontextmanager
async def a_connection(server: EmbeddedServer) -> AsyncIterator[Client]:
    """What a tracker or an evaluator has: a plain connection that comes back after a restart."""
    client = await nats.connect(server.url, max_reconnect_attempts=-1, reconnect_time_wait=0.1, error_cb=_say_nothing)
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def a_service(
    server: EmbeddedServer, *ways_to_listen: Callable[[Broker], None], name: str = "followup"
) -> AsyncIterator[Broker]:
    """A broker that listens in these ways until the end of the block."""
    broker = make_broker(server.url, name)
    for listen_so in ways_to_listen:
        listen_so(broker)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()


async def admitted(url: str, key: Key, **options: Any) -> Client:
    """A connection, once the server has read that this key is known."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await connect(url, key, allow_reconnect=False, **{"error_cb": _say_nothing, **options})
            except (NatsError, OSError):
                await asyncio.sleep(0.02)


async def eventually(condition: Callable[[], object], within: float = 20.0) -> None:
    """Wait until something holds; a test that waits in vain fails."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - what is waited for is on the other side of a network
            await asyncio.sleep(0.01)


async def all_in(client: Client, stream: str) -> list[bytes]:
    """The bodies that a stream keeps, in order."""
    js = client.jetstream()
    count = (await js.stream_info(stream)).state.messages
    everything = await js.subscribe(
        ">", stream=stream, ordered_consumer=True, config=ConsumerConfig(deliver_policy=DeliverPolicy.ALL)
    )
    return [(await everything.next_msg(timeout=10)).data for _ in range(count)]


def letter(number: int, subject: str = "eng.sessions.session_held.v1.ost") -> Letter:
    """The letter with this number."""
    return Letter(number, f"letter-{number}", subject, str(number).encode())


@dataclass
class Box:
    """An outbox in memory."""

    letters: list[Letter] = field(default_factory=list)
    sent: set[int] = field(default_factory=set)
    settled: set[int] = field(default_factory=set)

    @asynccontextmanager
    async def claim(self, limit: int) -> AsyncIterator[Claim]:
        yield Claim(await self.unsent(limit), self.mark_sent)

    async def unsent(self, limit: int) -> Sequence[Letter]:
        return [letter for letter in self.letters if letter.seq not in self.sent][:limit]

    async def mark_sent(self, letters: Sequence[Letter]) -> None:
        self.sent.update(letter.seq for letter in letters)

    async def settle(self) -> None:
        self.settled |= self.sent


@dataclass(eq=False)
class Message:
    """A delivery that remembers what was answered."""

    body: bytes
    deliveries: int = 1
    subject: str = "eng.sessions.session_held.v1.ost"
    headers: Mapping[str, str] = field(default_factory=dict)
    sequence: int = 1
    said: list[str] = field(default_factory=list)

    async def ack(self) -> None:
        self.said.append("ack")

    async def nack(self, delay: float) -> None:
        self.said.append(f"again in {delay:g} s")

    async def term(self) -> None:
        self.said.append("never again")

    async def in_progress(self) -> None:
        self.said.append("wait")


async def _say_nothing(_error: Exception) -> None:
    """A connection that breaks is the point of some tests."""
