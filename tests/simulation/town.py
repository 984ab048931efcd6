"""A town: two replicas of each of the real services on a bus of little virtue, and what can happen to them."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from nats.js.errors import APIError
from sqlalchemy import delete, select, update

from shared import crashes
from shared.bus.delivery import deliver
from shared.bus.postman import Postman
from shared.clock import VirtualClock
from shared.errors import Refused
from shared.events import wire
from shared.events.base import Fact
from shared.events.catalogue import speaker
from shared.obligations.ledger import LEDGER, ROW
from shared.obligations.reconcile import Row
from shared.service import Service
from shared.storage.facts import FACT
from shared.storage.outbox import StoredOutbox
from shared.storage.tables import EVERY_SERVICE, table
from shared.storage.work import OUTBOX, Store
from tests.simulation.bus import Answer, Bus, Connection, Kept

REPLICAS = 2
ENOUGH = 40
"""Rounds of telling and hearing after which a town that is not silent yet never will be."""


class Died(BaseException):
    """A process was killed here; nobody can tidy up."""


@contextmanager
def dying(at: str | None) -> Iterator[None]:
    """Let whoever comes to this point die there."""
    crashes.dies = _die
    crashes.choose(at or "")
    try:
        yield
    finally:
        crashes.choose("")


def _die() -> None:
    crashes.choose("")
    raise Died


class Town:
    """The services, their replicas, the bus between them, and time."""

    def __init__(self, services: Sequence[Service], start: datetime) -> None:
        self.services = {service.name: service for service in services}
        self.clock = VirtualClock(start)
        self.bus = Bus({service.name: service.ear for service in services})
        self.confirmed: dict[str, Fact] = {}
        """What somebody was told is recorded."""
        self._deaths = 0
        self._posted: dict[str, int] = {}
        """How much had been done when the outbox was empty."""
        self._due: dict[str, tuple[int, datetime | None]] = {}
        """How much had been done when it was asked what is due next, and the answer."""
        self._stores = {name: [self._store(name) for _ in range(REPLICAS)] for name in self.services}

    async def empty(self) -> None:
        """Begin with nothing on record."""
        for service in self.services.values():
            async with service.store.database.writing() as connection:
                for model in (*EVERY_SERVICE, *service.models):
                    await connection.execute(delete(table(model)))

    def restart(self, name: str, replica: int) -> None:
        """Start a process anew: what it had in mind is gone."""
        self._deaths += 1_000
        self._stores[name][replica] = self._store(name)

    def as_replica(self, name: str, replica: int) -> Service:
        """The service, as one of its processes has it."""
        service = self.services[name]
        service.store = self._stores[name][replica]
        return service

    async def doing(
        self, name: str, replica: int, deed: Callable[[Service], Awaitable[object]], dies_at: str | None = None
    ) -> bool:
        """Have a replica do something; if it dies on the way it is started anew. False if it never finished."""
        try:
            with dying(dies_at):
                await deed(self.as_replica(name, replica))
        except Died:
            self.restart(name, replica)
            return False
        return True

    async def say(self, fact: Fact, replica: int = 0, dies_at: str | None = None) -> None:
        """Tell the service whose fact it is; who gets no answer tells it again."""
        owner = speaker(fact.event.type)

        async def take_in(service: Service) -> None:
            await service.take_in(service.store, [fact])

        try:
            if not await self.doing(owner, replica, take_in, dies_at):
                await self.doing(owner, 1 - replica, take_in)
        except Refused:
            return
        self.confirmed[fact.id] = fact

    async def retract(self, fact: Fact, replica: int = 0, dies_at: str | None = None) -> None:
        """Have a fact taken back by whoever said it."""

        async def take_back(service: Service) -> None:
            said = await service.retract(service.store, fact.id, "a mistake")
            for told in said.facts:
                self.confirmed[str(told["id"])] = wire.understand(told)

        try:
            if not await self.doing(speaker(fact.event.type), replica, take_back, dies_at):
                await self.doing(speaker(fact.event.type), 1 - replica, take_back)
        except Refused:
            return

    async def post(self, name: str, replica: int = 0, answer: Answer = "heard", dies_at: str | None = None) -> bool:
        """Have a postman go once; False if something is left."""
        self.bus.answer = answer
        is_all = False

        async def go(service: Service) -> None:
            nonlocal is_all
            postman = Postman(StoredOutbox(service.store), Connection(self.bus), name)
            try:
                is_all = await postman._round()
            except (TimeoutError, APIError):
                is_all = False

        await self.doing(name, replica, go, dies_at)
        self.bus.answer = "heard"
        return is_all

    async def hear(
        self, name: str, messages: Sequence[Kept], replica: int = 0, tells: bool = True, dies_at: str | None = None
    ) -> None:
        """Deliver messages to a service, in this order."""
        self.bus.tells = tells

        async def listen(service: Service) -> None:
            await deliver(self.bus.deliveries(name, messages), service.take, service.put_aside)

        if messages:
            await self.doing(name, replica, listen, dies_at)
        self.bus.tells = True

    async def ring(self, name: str, replica: int = 0, dies_at: str | None = None) -> None:
        """Wake a service: let happen what time says."""

        async def wake(service: Service) -> None:
            if service.pass_time:
                await service.pass_time(service.store)

        await self.doing(name, replica, wake, dies_at)

    async def say_again(self, name: str) -> None:
        """Have the outbox say again what the stream has lost."""
        kept = {message.postmark.partition(".")[0] for message in self.bus.kept}
        async with self.as_replica(name, 0).store.work() as unit:
            query = select(OUTBOX.c.id).where(OUTBOX.c.sent_at.is_not(None), OUTBOX.c.subject.startswith("eng."))
            lost = [id for id in await unit.connection.scalars(query) if id not in kept]
            again = update(OUTBOX).where(OUTBOX.c.id.in_(lost))
            await unit.connection.execute(again.values(sent_at=None, again=OUTBOX.c.again + 1))

    async def settle(self) -> None:
        """Let all be told and heard, and happen what time says by now."""
        for _ in range(ENOUGH):
            posted = [await self._post_if_any(name) for name in self.services]
            for name in self.services:
                await self.hear(name, list(self.bus.open.get(name, ())))
            rang = [await self._ring_if_due(name) for name in self.services]
            if all(posted) and not any(rang) and not any(self.bus.open.values()):
                return
        raise AssertionError("the town does not come to rest")

    async def live_until(self, moment: datetime) -> None:
        """Let time pass without any faults, stopping wherever something falls due."""
        self._posted.clear()
        # Twice, as a service looks again and again: of a letter that was never confirmed, the first look knows nothing,
        # and a bus that recognises what it has forgotten lets it pass for stored.
        for _look in range(2):
            for name in self.services:
                await self.say_again(name)
            await self.settle()
        while (due := await self._next()) is not None and due <= moment:
            self.clock.move_to(due)
            await self.settle()
        self.clock.move_to(moment)
        await self.settle()

    async def rows(self, name: str) -> dict[str, Row]:
        """The whole ledger of a service."""
        async with self.services[name].store.look() as unit:
            documents = await unit.connection.scalars(select(LEDGER.c.document))
            return {row.key: row for row in (ROW.validate_json(document) for document in documents)}

    async def facts(self, name: str, after: int = 0, **equal: object) -> list[tuple[int, Fact]]:
        """What a service has on record, in order, each with its place."""
        query = select(FACT.c.seq, FACT.c.body).where(FACT.c.seq > after).order_by(FACT.c.seq)
        query = query.where(*(FACT.c[column] == value for column, value in equal.items()))
        async with self.services[name].store.look() as unit:
            return [(row.seq, wire.decode(row.body.encode())) for row in await unit.connection.execute(query)]

    def done(self, name: str) -> int:
        """How much the replicas of a service have done, by their own count and how often they died."""
        return self._deaths + sum(store.done for store in self._stores[name])

    def followers(self) -> list[Service]:
        """The services that keep a ledger."""
        return [service for service in self.services.values() if service.following]

    def _store(self, name: str) -> Store:
        service = self.services[name]
        return Store(service.store.database, self.clock, service.settings.known_places, service.settings.zone)

    async def _post_if_any(self, name: str) -> bool:
        """Have a postman go until the outbox is empty; False if that was not at once."""
        done = self.done(name)
        if self._posted.get(name) == done:
            return True
        if is_all := await self.post(name):
            self._posted[name] = done
        return is_all

    async def _ring_if_due(self, name: str) -> bool:
        due = await self._earliest(name)
        if due is None or due > self.clock.now():
            return False
        await self.ring(name)
        return True

    async def _next(self) -> datetime | None:
        moments = [await self._earliest(service.name) for service in self.followers()]
        return min((moment for moment in moments if moment is not None), default=None)

    async def _earliest(self, name: str) -> datetime | None:
        service, done = self.as_replica(name, 0), self.done(name)
        if service.earliest is None:
            return None
        if self._due.get(name, (-1, None))[0] != done:
            self._due[name] = (done, await service.earliest(service.store))
        return self._due[name][1]
