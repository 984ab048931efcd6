"""The drill: saved while people work; databases are lost, with the bus or without; what was confirmed comes back."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services import running
from services.backup import HEARERS_FIRST
from shared.bus.server import EmbeddedServer
from shared.clock import WorldClock
from shared.events import wire
from shared.events.base import Fact
from shared.obligations import ledger
from shared.obligations.following import owed
from shared.obligations.reconcile import reconcile
from shared.obligations.ruling import ruling
from shared.service import Service
from shared.settings import Settings
from shared.storage import backup, facts, restoring
from shared.storage.backup import Holding
from tests.support.bus import a_connection, all_in
from tests.support.later import Ahead
from tests.support.saying import NOW, held, said, session
from tests.support.services import published

DAYS = (Ahead(0).now() - NOW) / timedelta(days=1)
"""How far the world's clock is ahead of the Monday on which the stories here begin."""
WITHIN = 60.0


def engagement(name: str) -> list[Fact]:
    """An engagement with a team and a first session, as its services say it."""
    e: dict[str, Any] = {"engagement_id": name}
    return [said("engagement_opened", **e), said("team_formed", **e), session(1, "2027-01-12T15:00:00-05:00", **e)]


def went_on(name: str) -> list[Fact]:
    """What happened in it then: the session moved, was held without the team, and the task of asking it was done."""
    e: dict[str, Any] = {"engagement_id": name}
    moved = session(1, "2027-01-19T15:00:00-05:00", revision=1, **e)
    return [
        moved,
        held(1, "2027-01-19T15:00:00-05:00", attendance={"vi": ["p-1"]}, **e),
        said("follow_up_done", task_id=f"{name}/ask/ky/1", on="2027-01-12", **e),
    ]


class Center:
    """All four services with SQLite on a bus of their own; their clock stands still until it is put forward."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir()
        self.days = 0.0
        self.services: dict[str, Service] = {}

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator["Center"]:
        settings = Settings(data=self.data)
        clock = Ahead(self.days - DAYS)
        async with EmbeddedServer(self.folder / "nats") as server:
            services = running.build(settings, clock)
            self.services = {service.name: service for service in services}
            async with running.started(services, server.url):
                yield self
                await self.settled()
                async with a_connection(server) as client:
                    self.stream = [wire.decode(body) for body in await all_in(client, "ENGAGEMENT")]

    async def say(self, some: Sequence[Fact]) -> None:
        """Each is confirmed by the service that says it."""
        for fact in some:
            service = self.services[fact.event.type.split(".")[1]]
            await service.take_in(service.store, [fact])

    async def settled(self) -> None:
        """Wait until everybody has said, heard and let fall due all there is."""
        async with asyncio.timeout(WITHIN):
            quiet = 0
            while quiet < 5:
                before = [service.store.done for service in self.services.values()]
                for service in self.services.values():
                    assert service.postman is not None
                    await service.postman.flush()
                await asyncio.sleep(0.2)
                quiet = quiet + 1 if before == [service.store.done for service in self.services.values()] else 0

    async def save(self, folder: Path) -> None:
        holdings = [Holding(self.services[one].store.database, self.services[one].models) for one in HEARERS_FIRST]
        await backup.save(holdings, folder, "1", WorldClock().now)

    async def restore(self, folder: Path) -> None:
        services = running.build(Settings(data=self.data), WorldClock(), HEARERS_FIRST)
        holdings = [Holding(service.store.database, service.models) for service in services]
        await restoring.restore(folder, restoring.manifest_of(folder), holdings)
        for service in services:
            await service.store.database.close()

    async def known(self, name: str) -> set[str]:
        """The ids of all facts that a service knows."""
        async with self.services[name].store.look() as unit:
            lines = await facts.lines(unit)
            return {fact.id for line in lines for fact in await facts.story(unit, line)}

    async def check_ledgers(self) -> None:
        """What is recorded is what the plan says, made anew from the facts: there is nothing to change."""
        for name in ("followup", "evaluation"):
            service = self.services[name]
            assert service.following is not None
            async with service.store.look() as unit:
                for line, history in (await facts.histories(unit, await facts.lines(unit))).items():
                    wanted = owed(unit, await ruling(unit, history), history, service.following.keeps)
                    recorded = (await ledger.rows(unit, [line]))[line]
                    assert reconcile(wanted, recorded, history.marks, unit.now) == []


def fell_due(stream: Sequence[Fact]) -> Counter[str]:
    """How often each obligation fell due, as the bus tells it."""
    told = {fact.id: fact.event for fact in stream}.values()
    names = (getattr(one, "task_id", None) or getattr(one, "round_id", None) for one in told if _is_due(one.type))
    return Counter(map(str, names))


def _is_due(type_: str) -> bool:
    return "follow_up_fell_due" in type_ or "evaluation_opened" in type_


@pytest.mark.proof
@pytest.mark.parametrize("bus_is_lost", [True, False], ids=["with the bus", "without the bus"])
async def test_what_was_confirmed_is_there_after_a_disaster(tmp_path: Path, bus_is_lost: bool) -> None:
    center, saved = Center(tmp_path), tmp_path / "saved"
    before = [published(), *(fact for n in range(20) for fact in engagement(f"a{n}"))]
    meanwhile = [fact for n in range(20) for fact in (*engagement(f"b{n}"), *went_on(f"a{n}"))]
    after = [fact for n in range(5) for fact in (*went_on(f"b{n}"), *engagement(f"c{n}"))]
    async with center.at_work():
        await center.say(before)
        await center.settled()
        writing = asyncio.create_task(center.say(meanwhile))
        await center.save(saved)
        await writing
        await center.say(after)
    center.days = 20
    async with center.at_work():
        await center.settled()
    due = fell_due(center.stream)
    assert due and set(due.values()) == {1}

    shutil.rmtree(center.data)
    center.data.mkdir()
    if bus_is_lost:
        shutil.rmtree(tmp_path / "nats")
    await center.restore(saved)
    center.days = 21
    async with center.at_work():
        await center.settled()
        confirmed = {fact.id for fact in before}
        if not bus_is_lost:
            confirmed |= {fact.id for fact in (*meanwhile, *after)}
        assert confirmed <= await center.known("followup")
        await center.check_ledgers()
    on_the_bus = {fact.id for fact in center.stream}
    assert confirmed <= on_the_bus
    again = fell_due(center.stream)
    if not bus_is_lost:
        assert again == due
        assert len(on_the_bus) == len(center.stream), "nothing was said in vain"
    assert set(again.values()) == {1}

    center.days = 60
    async with center.at_work():
        await center.settled()
        await center.check_ledgers()
    assert set(fell_due(center.stream).values()) == {1}
