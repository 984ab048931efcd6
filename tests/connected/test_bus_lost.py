"""The bus is disposable: what it lost, the databases say again."""

import asyncio
import shutil
from datetime import date
from pathlib import Path

from services import running
from shared.bus.server import EmbeddedServer
from shared.clock import WorldClock
from shared.errors import Unknown
from shared.events.base import Fact, say
from shared.events.intake import TaRequestLogged
from shared.service import Service
from shared.settings import Settings
from shared.storage import facts
from tests.support.bus import a_connection, all_in

LOGGED = TaRequestLogged(
    request_id="r1",
    source="t",
    external_id="1",
    jurisdiction="KY",
    topic="licensing",
    need="help",
    logged_on=date(2026, 1, 5),
)


async def test_a_bus_that_lost_everything_is_told_it_again_at_the_next_start(tmp_path: Path) -> None:
    clock = WorldClock()
    settings = Settings(data=tmp_path)
    fact = say(LOGGED, clock.now())
    async with EmbeddedServer(tmp_path / "nats") as server:
        services = running.build(settings, clock, ("intake",))
        async with running.started(services, server.url):
            await services[0].take_in(services[0].store, [fact])

    shutil.rmtree(tmp_path / "nats")

    async with EmbeddedServer(tmp_path / "nats") as server, a_connection(server) as client:
        services = running.build(settings, clock, ("intake", "followup"))
        async with running.started(services, server.url):
            async with asyncio.timeout(20):
                while not await _knows(services[1], fact):  # noqa: ASYNC110 - it is beyond a network
                    await asyncio.sleep(0.02)
            bodies = await all_in(client, "ENGAGEMENT")
    assert sum(fact.id.encode() in body for body in bodies) == 1


async def _knows(service: Service, fact: Fact) -> bool:
    async with service.store.look() as unit:
        try:
            return (await facts.fact(unit, fact.id)).same_words(fact)
        except Unknown:
            return False
