"""A small world for faults: some services in this process, others outside it, to be broken, killed and judged."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks.faults.checker import check
from benchmarks.faults.child import send
from benchmarks.faults.drain import drain
from benchmarks.faults.kept import Ledger
from benchmarks.faults.nursery import Nursery
from benchmarks.faults.verdict import Verdict
from services import running
from shared.bus.server import EmbeddedServer
from shared.clock import WorldClock
from shared.settings import Settings
from shared.storage.database import LONGEST
from shared.web import frame
from tests.support.services import nothing_to_start

ROOT = Path(__file__).parents[2]
PATIENCE = LONGEST + 60.0
"""Whoever is paused in the middle of a transaction keeps its locks for as long as PostgreSQL lets it."""
SERVICES = ("intake", "sessions", "followup", "evaluation")


class SmallWorld:
    """One bus, and every service on one database; those outside are processes of their own."""

    def __init__(self, folder: Path, bus: EmbeddedServer, nursery: Nursery, database: str, mutation: str) -> None:
        self.bus = bus
        self.here: dict[str, httpx.AsyncClient] = {}
        self._folder, self._nursery, self._database, self._mutation = folder, nursery, database, mutation
        self._ledger = Ledger(folder / "ledger.jsonl")
        self._outside: list[int] = []

    async def start(self, service: str, crash_at: str = "", **more: str) -> asyncio.Future[int]:
        """A process of this service, mutated if this world is; it dies at a crash point, if one is named."""
        settings = {
            "NATS": self.bus.url,
            "DATA": str(self._folder),
            "DATABASE": self._database,
            "PLAYBOOKS": str(ROOT / "playbooks"),
            "PORT": "0",
            "ACK_WAIT": "1",
            "BATCH": "1",
            "CRASH_AT": crash_at,
            **more,
        }
        told = {f"THROUGHLINE_{name}": value for name, value in settings.items()}
        pid, end = await self._nursery.fork(["run", service], told, self._log(service), self._mutation)
        self._outside.append(pid)
        return end

    async def dies(self, service: str, crash_at: str) -> None:
        """Start a process of this service that kills itself, and wait until it is dead."""
        code = await asyncio.wait_for(await self.start(service, crash_at), PATIENCE)
        assert code == -signal.SIGKILL, self._log(service).read_text(encoding="utf-8")

    async def is_killed(self, end: asyncio.Future[int]) -> None:
        """Kill the process that was started last, and wait until it is dead."""
        send(self._outside[-1], signal.SIGKILL)
        await asyncio.wait_for(end, PATIENCE)

    def send(self, what: signal.Signals, number: int = -1) -> None:
        """Send a signal to a process outside, by the order in which they were started."""
        send(self._outside[number], what)

    async def say(self, service: str, path: str, **told: Any) -> None:
        """Command one of the services in this process, and enter what it confirms."""
        answer = await self.here[service].post(path, json=told)
        assert answer.is_success, answer.text
        for fact in answer.json()["facts"]:
            self._ledger.enter(service, fact["id"], fact["data"])

    async def settled(self) -> None:
        """Wait until everything is heard and said, and nothing is due that has not fallen due."""
        left = await drain(self.databases, self.bus.url, PATIENCE)
        assert not left, left

    async def verdict(self) -> Verdict:
        """What the checker says of this world."""
        return await check(self.databases, self.bus.url, self._folder / "ledger.jsonl", self._folder / "poison.jsonl")

    @property
    def databases(self) -> dict[str, str]:
        return {name: self._database or f"sqlite+aiosqlite:///{self._folder}/{name}.db" for name in SERVICES}

    def end(self) -> None:
        """Kill what is outside."""
        for pid in self._outside:
            send(pid, signal.SIGKILL)
        self._ledger.close()

    def _log(self, service: str) -> Path:
        return self._folder / f"{service}.log"


@asynccontextmanager
async def a_nursery(folder: Path) -> AsyncIterator[Nursery]:
    """Where processes come from quickly; when it ends, they end."""
    nursery = Nursery(folder)
    await nursery.start()
    try:
        yield nursery
    finally:
        await nursery.stop()


@asynccontextmanager
async def a_small_world(
    folder: Path, nursery: Nursery, *outside: str, database: str = "", mutation: str = ""
) -> AsyncIterator[SmallWorld]:
    """A bus, and all services but those that are to run outside, which the test starts."""
    folder = folder / (mutation or "whole")
    folder.mkdir()
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EmbeddedServer(folder / "bus"))
        world = SmallWorld(folder, bus, nursery, database, mutation)
        stack.callback(world.end)
        settings = Settings(data=folder, nats=bus.url, database=database, playbooks=folder, patience=30)
        names: Sequence[str] = [name for name in SERVICES if name not in outside]
        services = running.build(settings, WorldClock(), names)
        await stack.enter_async_context(running.started(services, bus.url))
        for service in services:
            transport = httpx.ASGITransport(frame.build([service], nothing_to_start))
            client = httpx.AsyncClient(transport=transport, base_url="http://throughline")
            world.here[service.name] = await stack.enter_async_context(client)
        yield world
