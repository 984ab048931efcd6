"""What every service does alike: obey a command, hear facts, retract one of its own. Open work, decide, record."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from shared.commands import Command, Said
from shared.errors import Conflict, Unknown
from shared.events import wire
from shared.events.base import Event, Fact, say
from shared.events.catalogue import RETRACTIONS, speaker
from shared.obligations.following import Following
from shared.storage import facts as kept
from shared.storage.database import Raced
from shared.storage.facts import Turn
from shared.storage.work import Store, Unit

PAUSE = 0.05


class Known(Protocol):
    """What a service knows of a line; at least the zone in which its days begin."""

    @property
    def zone(self) -> ZoneInfo: ...


C = TypeVar("C", bound=Command)
K = TypeVar("K", bound=Known)
T = TypeVar("T")
Decide = Callable[[C, K, datetime], Sequence[Event]]
Know = Callable[[Unit, str], Awaitable[K]]
Record = Callable[[Unit, Sequence[Fact], bool], Awaitable[Sequence[Turn]]]


class NotOurs(Conflict):
    """Fact {fact_id} was said by {speaker}; only {speaker} takes it back."""


class TakenBack(Conflict):
    """This was said before in the same words, and taken back. To say it after all, give it revision {next_revision}."""


async def obey(store: Store, command: C, know: Know[K], decide: Decide[C, K], record: Record, patience: float) -> Said:
    """Do what is asked, or refuse; what another service said a moment ago is waited for, `patience` seconds at most."""

    async def once() -> Said:
        async with store.work() as unit:
            known = await know(unit, command.line)
            facts = [say(event, unit.now, known.zone) for event in decide(command, known, unit.now)]
            turns = await record(unit, facts, True)
            await _all_stand(unit, facts)
            return _said(facts, turns)

    return await _patiently(once, patience)


async def hear(store: Store, facts: Sequence[Fact], record: Record, said: bool = False) -> None:
    """Take in what others said (with `said`, what this service said elsewhere): all of it, or nothing and an error."""

    async def once() -> None:
        async with store.work() as unit:
            await record(unit, facts, said)

    await _patiently(once, patience=0)


async def retract(store: Store, fact_id: str, reason: str, record: Record) -> Said:
    """Take back a fact that this service said: it never was."""
    async with store.work() as unit:
        fact = await kept.fact(unit, fact_id)
        if (owner := speaker(fact.event.type)) != unit.service:
            raise NotOurs("fact_id", fact_id=fact_id, speaker=owner)
        event = RETRACTIONS[unit.service](engagement_id=fact.event.engagement_id, fact_id=fact_id, reason=reason)
        facts = [say(event, unit.now)]
        return _said(facts, await record(unit, facts, True))


async def pass_time(store: Store, following: Following) -> None:
    """Do all that time has to do by now, a bounded number of obligations in each transaction."""

    async def once() -> int:
        async with store.work() as unit:
            await following.roll_on(unit)
            return await following.pass_time(unit)

    while await _patiently(once, patience=0):
        pass


async def _all_stand(unit: Unit, facts: Sequence[Fact]) -> None:
    """Refuse what was retracted: saying it again in the same words would change nothing, and look as if it had."""
    histories = await kept.histories(unit, {fact.line for fact in facts})
    for fact in facts:
        history = histories[fact.line]
        if fact.id in history.retracted:
            highest = max(other.event.revision for other in history.facts.values() if other.slot == fact.slot)
            raise TakenBack("revision", next_revision=highest + 1)


def _said(facts: Sequence[Fact], turns: Sequence[Turn]) -> Said:
    first = facts[0].event
    return Said(
        id=str(getattr(first, (first.identity or ("engagement_id",))[0])),
        facts=[wire.document(fact) for fact in facts],
        new=any(turn.new for turn in turns),
    )


async def _patiently(attempt: Callable[[], Awaitable[T]], patience: float) -> T:
    """Try again where another replica was faster; and for a while where something is not known yet."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    while True:
        try:
            return await attempt()
        except Raced:
            await asyncio.sleep(0)
        except Unknown:
            if loop.time() >= deadline:
                raise
            await asyncio.sleep(PAUSE)
