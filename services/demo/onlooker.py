"""Somebody at the bus who notes all that is said, and knows when everybody has heard it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import nats
from nats.aio.client import Client
from nats.aio.subscription import Subscription

from shared.bus.streams import ENGAGEMENT
from shared.events import wire
from shared.events.base import Fact
from shared.service import Hear, Service
from shared.storage.work import Store

PATIENCE = 60.0
"""Seconds within which whatever is said is heard, on the slowest of machines."""
LOOK_AGAIN = 0.01


class NeverHeard(Exception):
    """{waiting} did not come to rest within {patience:.0f} seconds. The log of this run tells why."""

    def __init__(self, waiting: str) -> None:
        super().__init__((self.__doc__ or "").format(waiting=waiting, patience=PATIENCE))


@asynccontextmanager
async def watching(url: str, services: Sequence[Service]) -> AsyncIterator["Onlooker"]:
    """An onlooker, from now on; what was under way before has come to rest."""
    client = await nats.connect(url, name="onlooker")
    try:
        await _at_rest(client, services)
        yield Onlooker(services, client, await client.subscribe("eng.>"))
    finally:
        await client.close()


class Onlooker:
    """Notes what is said, and waits until every service that listens to it has heard it."""

    def __init__(self, services: Sequence[Service], client: Client, everything: Subscription) -> None:
        self._services = services
        self.client = client
        self._everything = everything
        self._speaking: dict[str, Service] = {}
        """Services that may have something in their outbox, by name."""
        self._heard: dict[str, set[str]] = {service.name: set() for service in services}
        self._awaited: dict[str, set[str]] = {service.name: set() for service in services}
        self._noted: dict[str, Fact] = {}
        self._told = 0
        self._something_happened = asyncio.Event()
        for service in services:
            service.store.posted = partial(self._posted, service, service.store.posted)
            service.hear = self._listening(service.name, service.hear)

    async def settle(self) -> None:
        """Return once all that was said is on the bus, and heard by whoever listens to it."""
        try:
            async with asyncio.timeout(PATIENCE):
                while await self._is_under_way():
                    await self._something_happened.wait()
        except TimeoutError:
            waiting = [*self._speaking, *(name for name, ids in self._awaited.items() if ids)]
            raise NeverHeard(", ".join(waiting)) from None

    def news(self) -> list[Fact]:
        """What was said since the last time, in order."""
        facts = list(self._noted.values())[self._told :]
        self._told += len(facts)
        return facts

    async def _is_under_way(self) -> bool:
        self._something_happened.clear()
        while self._speaking:
            _, service = self._speaking.popitem()
            assert service.postman is not None
            await service.postman.flush()
        await self._look()
        return bool(self._speaking or any(self._awaited.values()))

    async def _look(self) -> None:
        """Note what is on the bus by now, and who has still to hear it."""
        # The answer to a flush comes after everything that the server had for us before.
        await self.client.flush()
        while self._everything.pending_msgs:
            message = await self._everything.next_msg()
            fact = wire.decode(message.data)
            if fact.id in self._noted:
                continue
            self._noted[fact.id] = fact
            for service in self._services:
                if service.ear.hears(message.subject) and fact.id not in self._heard[service.name]:
                    self._awaited[service.name].add(fact.id)

    def _posted(self, service: Service, before: Callable[[], None]) -> None:
        before()
        self._speaking[service.name] = service
        self._something_happened.set()

    def _listening(self, name: str, hear: Hear) -> Hear:
        async def hear_and_note(store: Store, facts: Sequence[Fact]) -> None:
            await hear(store, facts)
            ids = {fact.id for fact in facts}
            self._heard[name] |= ids
            self._awaited[name] -= ids
            self._something_happened.set()

        return hear_and_note


async def _at_rest(client: Client, services: Sequence[Service]) -> None:
    """Wait until outboxes are empty and every ear has heard what its stream keeps."""
    for service in services:
        assert service.postman is not None
        await service.postman.flush()
    js = client.jetstream()
    for service in services:
        async with asyncio.timeout(PATIENCE):
            while True:
                ear = await js.consumer_info(service.ear.stream, service.ear.service)
                if not ear.num_pending and not ear.num_ack_pending:
                    break
                await asyncio.sleep(LOOK_AGAIN)


async def everything_said(client: Client) -> list[Fact]:
    """All facts that the stream keeps, in order."""
    js = client.jetstream()
    count = (await js.stream_info(ENGAGEMENT)).state.messages
    stream = await js.subscribe("eng.>", stream=ENGAGEMENT, ordered_consumer=True)
    try:
        return [wire.decode((await stream.next_msg(timeout=PATIENCE)).data) for _ in range(count)]
    finally:
        await stream.unsubscribe()
