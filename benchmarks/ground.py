"""The ground that is measured on: real servers with full durability, and programs that can be made to stand still."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import nats
from nats.aio.client import Client
from sqlalchemy import func, select

from benchmarks.faults.bus import Bus
from benchmarks.faults.child import Child
from benchmarks.faults.postgres import PostgreSQL, free_ports
from benchmarks.requests import letters, published
from services.followup.tables import TABLES
from shared.bus.postman import Letter
from shared.bus.publishing import publish
from shared.bus.streams import ENGAGEMENT, provision
from shared.clock import WorldClock
from shared.storage.database import Database
from shared.storage.tables import EVERY_SERVICE, table
from shared.storage.work import OUTBOX, Store

ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
CLOCK = WorldClock()
PORTS = 100
NONE: Mapping[str, str] = {}
READY = 4000
"""Looks, twenty a second, at whether a program is ready: a machine that others use too may take its time."""


class Behind(Exception):
    """What was waited for did not come: {what}. The logs are in {folder}."""

    def __init__(self, what: str, folder: Path) -> None:
        super().__init__((self.__doc__ or "").format(what=what, folder=folder))


class Program(Child):
    """A process that is measured; it can be made to stand still while another one has its turn."""

    def pause(self) -> None:
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def work(self) -> float:
        """Seconds that processors have worked on it."""
        parts = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / TICKS

    @property
    def megabytes(self) -> float:
        """Memory that it holds."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


@dataclass
class Place:
    """A bus and a database of one side's own."""

    name: str
    folder: Path
    bus: Bus
    database: str
    """As the setting says it: empty for SQLite in the folder."""
    client: Client
    port: int
    store: Store = field(init=False)
    """The way into the tables of followup, beside whoever works there."""

    def __post_init__(self) -> None:
        self.store = Store(Database.at(self.database, self.folder, "followup"), CLOCK)

    async def say(self, some: Sequence[Letter], at_once: int = 500) -> None:
        """Publish facts, as their speaker would."""
        for first in range(0, len(some), at_once):
            stored, failure = await publish(self.client, ENGAGEMENT, some[first : first + at_once])
            if failure is not None or len(stored) < len(some[first : first + at_once]):
                raise failure or Behind("the stream did not take all", self.folder)

    async def messages(self) -> int:
        """How much the stream holds."""
        return (await self.client.jetstream(timeout=15).stream_info(ENGAGEMENT)).state.messages

    async def all_heard(self, consumer: str) -> bool:
        """Whether all that was said is acknowledged."""
        info = await self.client.jetstream(timeout=15).consumer_info(ENGAGEMENT, consumer)
        return not info.num_pending and not info.num_ack_pending

    async def until(self, messages: int, consumer: str, within: float = 900.0) -> None:
        """Wait until the stream holds so many messages and this consumer has answered for all that are its."""
        deadline = time.monotonic() + within
        while await self.messages() < messages or not await self.all_heard(consumer):
            if time.monotonic() > deadline:
                raise Behind(f"{messages} messages, {await self.messages()} are there", self.folder)
            await asyncio.sleep(0.005)

    async def rows(self) -> dict[str, int]:
        """How many rows followup's tables hold; the letters that were marked as sent are counted once more."""
        found: dict[str, int] = {}
        async with self.store.look() as unit:
            for one in (table(model) for model in (*EVERY_SERVICE, *TABLES)):
                found[one.name] = await unit.connection.scalar(select(func.count()).select_from(one)) or 0
            sent = select(func.count()).where(OUTBOX.c.sent_at.is_not(None))
            found["outbox marked"] = await unit.connection.scalar(sent) or 0
        return found

    async def all_marked(self) -> None:
        """Wait until no letter lies in the outbox: those of the last batch are marked a moment after they were said."""
        unsent = select(OUTBOX.c.seq).where(OUTBOX.c.sent_at.is_(None)).limit(1)
        while True:
            async with self.store.look() as unit:
                if await unit.connection.scalar(unsent) is None:
                    return
            await asyncio.sleep(0.01)


@dataclass
class Ground:
    """Where places are made."""

    folder: Path
    stack: AsyncExitStack
    kind: str
    """On what places keep what they know: sqlite or postgresql."""
    postgres: PostgreSQL | None = None
    ports: Iterator[int] = field(default_factory=lambda: iter(free_ports(PORTS)))
    """Each is given once: the program that is to listen there may not do so yet."""

    async def place(self, name: str) -> Place:
        """A bus with its streams, and an empty database."""
        folder = self.folder / name
        folder.mkdir()
        bus = Bus(folder / "nats", folder, next(self.ports))
        await bus.start()
        self.stack.push_async_callback(bus.stop)
        client = await nats.connect(bus.url, max_reconnect_attempts=-1)
        self.stack.push_async_callback(client.close)
        await provision(client, [])
        place = Place(name, folder, bus, await self.database_for(name), client, next(self.ports))
        self.stack.push_async_callback(place.store.database.close)
        return place

    async def database_for(self, name: str) -> str:
        """Where a place keeps what it knows, as the setting says it: empty for SQLite."""
        return await self.database(name) if self.kind == "postgresql" else ""

    async def database(self, name: str) -> str:
        """An empty database on PostgreSQL; its URL."""
        assert self.postgres is not None
        connection = await asyncpg.connect(host="127.0.0.1", port=self.postgres.port, user="postgres")
        await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()
        return self.postgres.url().removesuffix("postgres") + name

    async def run(
        self, place: Place, name: str, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> Program:
        """Start a program of Python's; it ends with the ground."""
        program = Program([sys.executable, "-m", *arguments], place.folder / f"{name}.log")
        clean = {key: value for key, value in os.environ.items() if not key.startswith("THROUGHLINE_")}
        await program.start({**clean, "PYTHONPATH": str(ROOT), **(environment or {})})
        self.stack.push_async_callback(program.stop)
        return program

    async def product(self, place: Place, service: str = "followup", environment: Mapping[str, str] = NONE) -> Program:
        """The product: one of its services, as `throughline run` runs it, once it is ready and knows the playbook."""
        program = await self.beside(place, place.port, service, environment)
        await place.say(letters(iter([published(CLOCK.now())])))
        await place.until(1, service)
        return program

    async def beside(
        self, place: Place, port: int, service: str = "followup", environment: Mapping[str, str] = NONE
    ) -> Program:
        """A process of a service, once it is ready; there may be others at the same place."""
        environment = {
            "THROUGHLINE_NATS": place.bus.url,
            "THROUGHLINE_DATA": str(place.folder),
            "THROUGHLINE_DATABASE": place.database,
            "THROUGHLINE_PORT": str(port),
            # What is put into the tables by hand, to have a million of it, stands in no stream.
            "THROUGHLINE_WATCH_BUS_EVERY": "3600",
            **environment,
        }
        name = service if port == place.port else f"{service}-{port}"
        program = await self.run(place, name, "services", "run", service, environment=environment)
        await self._ready(place, program, port)
        return program

    async def _ready(self, place: Place, program: Program, port: int) -> None:
        async with httpx.AsyncClient() as http:
            for _try in range(READY):
                if not program.runs:
                    break
                try:
                    if (await http.get(f"http://127.0.0.1:{port}/health")).is_success:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.05)
        raise Behind(f"{program.arguments} did not become ready: {program.last_words()}", place.folder)


@asynccontextmanager
async def ground(kind: str, beside: bool = False) -> AsyncIterator[Ground]:
    """A folder, and PostgreSQL where it is asked for or peers need it; all that was started ends with the block.

    Where something fails the folder with its logs stays.
    """
    folder = _folder()
    async with AsyncExitStack() as stack:
        here = Ground(folder, stack, kind)
        if kind == "postgresql" or beside:
            here.postgres = PostgreSQL(folder / "postgres", folder / "postgres.log", next(here.ports))
            await here.postgres.make()
            await here.postgres.start()
            stack.push_async_callback(here.postgres.stop)
        yield here
    shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path:
    """An empty folder that PostgreSQL can enter, which runs under another name than root."""
    folder = Path(tempfile.mkdtemp(prefix="throughline-bench-"))
    folder.chmod(0o755)
    return folder
