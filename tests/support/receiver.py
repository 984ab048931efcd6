"""An evaluator's system that takes webhooks at a port of this machine, and answers as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

from anyio.from_thread import start_blocking_portal

from services.evaluation.channels import Hook
from services.evaluation.ticks import messenger
from shared.events.base import Fact
from tests.support.access import House, a_house

HERE = (ip_network("127.0.0.0/8"),)
HOOK = Hook(HERE, 5.0)
"""A way out to this machine."""


@dataclass(frozen=True)
class Came:
    """A request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """What arrived, and what is answered."""

    port: int = 0
    came: list[Came] = field(default_factory=list)
    answer: Callable[[Came], str] = lambda _: "204 No Content"
    """The status, and after it lines of headers."""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """Closed: it takes what comes and says nothing until it is opened."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.came]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request, and close."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            lines = [line.partition(": ") for line in head[1:] if line]
            headers = {name.lower(): value for name, _, value in lines}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.came.append(Came(head[0].split()[1], headers, body))
            await self.gate.wait()
            told = self.answer(self.came[-1])
            writer.write(f"HTTP/1.1 {told}\r\nConnection: close\r\nContent-Length: 4\r\n\r\nseen".encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def a_receiver(answer: str = "204 No Content") -> AsyncIterator[Receiver]:
    """One that is up until the end of the block."""
    receiver = Receiver(answer=lambda _: answer)
    receiver.gate.set()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.gate.set()
        server.close()


@asynccontextmanager
async def a_telling_house(data: Path, *facts: Fact) -> AsyncIterator[House]:
    """A house that may send to this machine, in which this was said."""
    # In files: in memory there is one connection, and several events are sent at once.
    async with a_house(database="", data=data, webhook_networks=["127.0.0.0/8"]) as there:
        await there.world.say(*facts)
        yield there


async def send(house: House, later: timedelta = timedelta()) -> None:
    """Send what it is time for by then."""
    clock = house.world.clock
    clock.move_to(clock.now() + later)
    await messenger(house.world.services["evaluation"]).send_all()


@contextmanager
def a_receiver_apart() -> Iterator[Receiver]:
    """The same in a thread of its own, for tests whose own thread has no time for it."""
    with start_blocking_portal() as apart, apart.wrap_async_context_manager(a_receiver()) as receiver:
        yield receiver
