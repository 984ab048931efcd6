"""The directory of people as every service but intake has it: asked over the bus, and remembered for some seconds."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog
from faststream import AckPolicy
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.bus.asking import Words, raw
from shared.bus.broker import Broker
from shared.errors import Malformed
from shared.people import CHANGED, Address, Person

log = structlog.get_logger()

KEEPER, WHAT = "intake", "people"
"""Who keeps the directory, and what it is asked for."""
ERASED = b"erased"
"""What is told there if somebody was erased: every replica then drops what it holds of anybody."""
MOST = 200
"""The most people who are asked for at once."""
REMEMBERED_FOR = 10.0
"""Seconds for which a name is shown without asking again; also the longest that an erased one can be shown by a service
which the bus cannot reach.
"""
SILENT_FOR = 5.0
"""Seconds for which nobody is asked after nobody answered: a page must not wait for each of its names."""
TRIES = 3
"""How often is asked again where somebody changed while the answer was on its way."""
Known = tuple[float, Person | None]
Asks = Callable[[str, str, Words], Awaitable[Words | None]]
"""Puts a question to a service; None where it does not answer."""


class Question(BaseModel):
    """Who has these ids, or who reads mail at this address."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    ids: tuple[str, ...] = Field(default=(), max_length=MOST)
    address: Address | None = None


class People(BaseModel):
    """The answer: whoever is known of those that were asked for."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    people: tuple[Person, ...] = ()


class Acquaintances:
    """Asks intake for people. Who is not answered knows nobody, and shows ids."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks
        self._known: dict[str, Known] = {}
        self._generation = 0
        self._silent_until = 0.0

    async def named(self, ids: Iterable[str]) -> Mapping[str, Person]:
        wanted = sorted({*ids})
        now = asyncio.get_running_loop().time()
        self._known = {one: known for one, known in self._known.items() if known[0] > now}
        # What is remembered may be forgotten while we ask: then it is not shown either.
        missing = [one for one in wanted if one not in self._known]
        for some in (missing[start : start + MOST] for start in range(0, len(missing), MOST)):
            await self._learn(some)
        found = {one: self._known[one][1] for one in wanted if one in self._known}
        return {one: person for one, person in found.items() if person is not None}

    async def whose(self, address: str) -> Person | None:
        found = await self._ask({"address": address})
        return found[0] if found else None

    async def changed(self) -> None:
        self._generation += 1
        self._known.clear()

    def listen(self, broker: Broker, erased: Callable[[], None] = lambda: None) -> None:
        """From the broker's start to its stop, forget whenever somebody has changed, and tell if they were erased."""

        async def hear(message: Msg) -> None:
            await self.changed()
            if message.data == ERASED:
                erased()

        hear.__name__ = "people_changed"
        # No queue: every replica remembers by itself, and has to forget by itself.
        broker.subscriber(CHANGED, no_reply=True, ack_policy=AckPolicy.MANUAL, decoder=raw)(hear)

    async def _learn(self, ids: Sequence[str]) -> None:
        for _try in range(TRIES):
            generation = self._generation
            found = await self._ask({"ids": ids})
            if found is None:
                return
            if generation == self._generation:
                until = asyncio.get_running_loop().time() + REMEMBERED_FOR
                people = {person.person_id: person for person in found}
                self._known |= {one: (until, people.get(one)) for one in ids}
                return

    async def _ask(self, question: Mapping[str, Any]) -> tuple[Person, ...] | None:
        """Whoever is known of those asked for; none where nobody answered."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._silent_until:
            return None
        try:
            answer = await self._asks(KEEPER, WHAT, question)
            if answer is not None:
                return People.model_validate(answer).people
        except Malformed as error:
            # It answers, only not this: one address that is none must not cost everybody their names.
            log.warning("people_not_known", why=type(error).__name__)
            return ()
        except ValidationError as error:
            log.warning("people_not_known", why=type(error).__name__)
        self._silent_until = loop.time() + SILENT_FOR
        return None


async def tell_changed(broker: Broker | None, erased: bool = False) -> None:
    """Tell everybody who remembers people to ask again; if somebody was erased, to drop what is held of anybody."""
    if broker is None or not broker.client.is_connected:
        return
    try:
        await broker.client.publish(CHANGED, ERASED if erased else b"")
        await broker.client.flush(2)
    except (NatsError, TimeoutError) as error:
        log.warning("people_change_not_told", why=type(error).__name__)
