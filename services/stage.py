"""The services on a virtual clock: facts go in one by one, time passes, and all that they oblige happens."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

from shared.clock import VirtualClock
from shared.errors import Refused
from shared.events import wire
from shared.events.base import Fact
from shared.events.catalogue import SPEAKERS, speaker
from shared.service import Service
from shared.storage.outbox import StoredOutbox

Settle = Callable[[], Awaitable[None]]
Turned = Callable[[datetime], Awaitable[None]]
OnRefusal = Callable[[Fact, Refused], None]
MOST = 500


class Stage:
    """Plays a log of facts: each is taken in by the service that says such facts, at the time at which it happened."""

    def __init__(self, services: Sequence[Service], clock: VirtualClock, settle: Settle) -> None:
        self._services = {service.name: service for service in services}
        self._clock = clock
        self._settle = settle
        """Returns when every service has heard all that was said."""
        self._asked: dict[str, tuple[int, datetime | None]] = {}
        """When time next has something to do in a service, and how much had been done there when it was asked."""

    async def play(
        self, facts: Iterable[Fact], until: datetime, refused: OnRefusal, turned: Turned | None = None
    ) -> None:
        """Let everything happen up to `until`, in the order of time; `turned` is called after each thing that did."""
        for fact in sorted((fact for fact in facts if not fact.event.from_ledger), key=lambda fact: fact.time):
            if fact.time > until:
                break
            await self.pass_time(fact.time, turned)
            try:
                await self.say(fact)
            except Refused as error:
                refused(fact, error)
            if turned:
                await turned(self._clock.now())
        await self.pass_time(until, turned)

    async def say(self, fact: Fact) -> None:
        """Have one fact said by the service whose fact it is, and heard by all others."""
        await self.take_in(fact)
        await self._settle()
        await self._do_what_time_says()

    async def take_in(self, fact: Fact) -> None:
        """Hand a fact to the service whose fact it is."""
        owner = self._services[speaker(fact.event.type)]
        await owner.take_in(owner.store, [fact])

    async def pass_time(self, until: datetime, turned: Turned | None = None) -> None:
        """Let time pass, stopping wherever something falls due on the way."""
        while (moment := await self._next()) is not None and moment <= until:
            self._clock.move_to(moment)
            await self._do_what_time_says()
            if turned:
                await turned(self._clock.now())
        self._clock.move_to(until)

    async def _do_what_time_says(self) -> None:
        while (moment := await self._next()) is not None and moment <= self._clock.now():
            for service in self._services.values():
                due = await self._earliest(service)
                if service.pass_time and due is not None and due <= self._clock.now():
                    await service.pass_time(service.store)
            await self._settle()

    async def _next(self) -> datetime | None:
        moments = [await self._earliest(service) for service in self._services.values()]
        return min((moment for moment in moments if moment is not None), default=None)

    async def _earliest(self, service: Service) -> datetime | None:
        """When time next has something to do in this service; asked again only after it has done something."""
        if service.earliest is None:
            return None
        done = service.store.done
        if self._asked.get(service.name, (-1, None))[0] != done:
            self._asked[service.name] = (done, await service.earliest(service.store))
        return self._asked[service.name][1]


class Courier:
    """Carries what services say to those who listen, inside one process and in order: the bus of a replay."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._hearers = {service.name: hearers(service, services) for service in services}
        self._waiting: dict[str, Service] = {}
        for service in services:
            if self._hearers[service.name]:
                service.store.posted = partial(self._waiting.__setitem__, service.name, service)

    async def settle(self) -> None:
        """Carry until nobody has anything left to say."""
        while self._waiting:
            await self._empty(self._waiting.pop(next(iter(self._waiting))))

    async def _empty(self, service: Service) -> None:
        outbox = StoredOutbox(service.store)
        is_empty = False
        while not is_empty:
            async with outbox.claim(MOST) as claim:
                for other in self._hearers[service.name]:
                    heard = [wire.decode(letter.body) for letter in claim.letters if other.ear.hears(letter.subject)]
                    if heard:
                        await other.hear(other.store, heard)
                await claim.mark_sent(claim.letters)
            is_empty = len(claim.letters) < MOST
        await outbox.settle()


def hearers(speaks: Service, services: Iterable[Service]) -> list[Service]:
    """Those among the services that listen to what one of them says."""
    subjects = [f"{event.type}.-" for event in SPEAKERS[speaks.name]]
    return [
        other for other in services if other is not speaks and any(other.ear.hears(subject) for subject in subjects)
    ]
