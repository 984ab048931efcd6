"""What every service does alike: obey a command, hear facts, retract one of its own. Open work, decide, record."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import func, select

from shared.commands import Command, Said
from shared.errors import Conflict, NoneOfThem, Refused, Unknown
from shared.events import wire
from shared.events.base import NO_ENGAGEMENT, Event, Fact, FactRetracted, say
from shared.events.catalogue import RETRACTIONS, speaker
from shared.events.complaints import complaints, malformed
from shared.obligations.following import FEW, Following
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage import ownership
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
A = TypeVar("A")
Decide = Callable[[C, K, datetime], Sequence[Event]]
Know = Callable[[Unit, str], Awaitable[K]]
Record = Callable[[Unit, Sequence[Fact], bool], Awaitable[Sequence[Turn]]]


class NotOurs(Conflict):
    """Fact {fact_id} was said by {speaker}; only {speaker} takes it back."""


class TakenBack(Conflict):
    """This was said before in the same words, and taken back. To say it after all, give it revision {next_revision}."""


class TakenBackAlready(Conflict):
    """Fact {fact_id} was taken back before, for another reason. It stays taken back."""


class FollowsFromOthers(Conflict):
    """Fact {fact_id} follows from a playbook and other facts. Retract the fact behind it: see `because`, or ask why."""


async def obey(store: Store, command: C, know: Know[K], decide: Decide[C, K], record: Record, patience: float) -> Said:
    """Do what is asked, or refuse; what another service said a moment ago is waited for, `patience` seconds at most."""
    [said] = await obey_all(store, [command], know, decide, record, patience)
    return said


async def obey_all(
    store: Store, commands: Sequence[C], know: Know[K], decide: Decide[C, K], record: Record, patience: float,
    again: bool = False,
) -> list[Said]:  # fmt: skip
    """Do all that is asked together, or nothing: raises NoneOfThem where not all of several can be done.

    With `again`, what was said before in the same words and taken back is said with the revision after that.
    """

    async def once() -> list[Said]:
        async with store.work() as unit:
            await kept.hold(unit, {command.line for command in commands})
            decided = await _judged(commands, lambda command: _facts(unit, command, know, decide, again))
            facts = [fact for some in decided for fact in some]
            new = await ownership.see_that_they_may(unit, {fact.line for fact in facts})
            with unit.unasked():
                turns = await record(unit, facts, True)
                said = [_said(await _standing(unit, some), turns) for some in decided]
            await ownership.see_that_it_is_theirs(unit, new)
            return said

    return await _patiently(once, patience)


async def hear(store: Store, facts: Sequence[Fact], record: Record, said: bool = False) -> None:
    """Take in what others said (with `said`, what this service said elsewhere): all of it, or nothing and an error."""

    async def once() -> None:
        async with store.work() as unit:
            await record(unit, facts, said)

    await _patiently(once, patience=0)
    await _bring_home(store, facts, record, said)


async def _bring_home(store: Store, facts: Sequence[Fact], record: Record, said: bool) -> None:
    """Record retractions anew that another replica could not see when it recorded what they take back.

    Neither could be sure of the other before it had committed; now whoever came second sees both.
    """

    async def once() -> None:
        async with store.work() as unit:
            if strays := await kept.strays(unit, facts):
                await kept.forget(unit, strays)
                await record(unit, strays, said)

    if not store.database.is_sqlite and any(fact.event.engagement_id == NO_ENGAGEMENT for fact in facts):
        await _patiently(once, patience=0)


async def retract(store: Store, fact_id: str, reason: str, record: Record, of: str | None = None) -> Said:
    """Take back a fact that this service said: it never was; where a line is named, only one of that line."""
    [said] = await retract_all(store, [fact_id], reason, record, of)
    return said


async def retract_all(
    store: Store, fact_ids: Sequence[str], reason: str, record: Record, of: str | None = None
) -> list[Said]:
    """Take back several facts together, where a line is named of that line only, or none of them: raises NoneOfThem."""

    async def once() -> list[Said]:
        async with store.work() as unit:
            taken_back = await _judged(fact_ids, lambda fact_id: _retraction(unit, fact_id, reason, of))
            with unit.unasked():
                turns = await record(unit, taken_back, True)
            return [_said([fact], turns) for fact in taken_back]

    return await _patiently(once, patience=0)


async def _retraction(unit: Unit, fact_id: str, reason: str, of: str | None) -> Fact:
    """What takes a fact back; the same as before, where that was done before."""
    fact = await kept.fact(unit, fact_id)
    if of not in (None, fact.line):
        raise Unknown("fact", fact_id, field="fact_id")
    if (owner := speaker(fact.event.type)) != unit.service:
        raise NotOurs("fact_id", fact_id=fact_id, speaker=owner)
    if fact.event.from_ledger:
        raise FollowsFromOthers("fact_id", fact_id=fact_id)
    line = await kept.line_of(unit, fact_id)
    before = (await kept.histories(unit, [line]))[line]
    # What an engagement answered stands in the line of the request, and so must what takes the answer back.
    engagement = NO_ENGAGEMENT if fact.line.startswith(f"{NO_ENGAGEMENT}/") else fact.event.engagement_id
    words = {"engagement_id": engagement, "fact_id": fact_id, "reason": reason}
    event = RETRACTIONS[unit.service](**words, revision=_next_retraction(before, fact_id, reason))
    said = say(event, unit.now)
    return before.facts.get(said.id, said)


def _next_retraction(history: History, fact_id: str, reason: str) -> int:
    """The revision at which a fact is taken back; a higher one where that was done before, and undone."""
    before = [
        fact
        for fact in history.facts.values()
        if isinstance(fact.event, FactRetracted) and fact.event.fact_id == fact_id
    ]
    for fact in before:
        if fact.id not in history.retracted:
            if getattr(fact.event, "reason", None) != reason:
                raise TakenBackAlready("fact_id", fact_id=fact_id)
            return fact.event.revision
    return max((fact.event.revision for fact in before), default=-1) + 1


async def pass_time(store: Store, following: Following) -> None:
    """Do all that time has to do by now, a bounded number of obligations in each transaction."""

    async def once() -> int:
        async with store.work() as unit:
            await following.roll_on(unit)
            return await following.pass_time(unit)

    while await _patiently(once, patience=0) >= FEW:
        pass


async def plan_all_that_waits(store: Store, following: Following) -> None:
    """Plan every line again that waits for it, and let nothing fall due; for whoever has just learned much."""

    async def once() -> bool:
        async with store.work() as unit:
            earliest: datetime | None = await unit.connection.scalar(select(func.min(kept.LINE.c.look_again_at)))
            waits = earliest is not None and earliest <= unit.now
            if waits:
                await following.roll_on(unit)
            return waits

    while await _patiently(once, patience=0):
        pass


async def at_once(store: Store, piece: Callable[[Unit], Awaitable[T]]) -> T:
    """Do a piece of work that no fact tells of in one transaction, again where another replica was faster."""

    async def once() -> T:
        async with store.work() as unit:
            return await piece(unit)

    return await _patiently(once, patience=0)


async def until_done(store: Store, piece: Callable[[Unit], Awaitable[bool]]) -> None:
    """Do a piece of work in a transaction of its own, and another one, until there was nothing to do."""

    async def once() -> bool:
        async with store.work() as unit:
            return await piece(unit)

    while await _patiently(once, patience=0):
        pass


async def _judged(asked: Sequence[A], judge: Callable[[A], Awaitable[T]]) -> list[T]:
    """What each comes to, all judged before any is recorded; one that is refused alone keeps its own refusal."""
    found, refused = [], {}
    for one in asked:
        try:
            found.append(await judge(one))
        except Refused as error:
            if len(asked) == 1:
                raise
            refused[_called(one)] = error
    if refused:
        raise NoneOfThem(len(asked), refused)
    return found


def _called(asked: object) -> str:
    """By what one of several is told apart: the task, the line or the fact that it is about."""
    return str(getattr(asked, "task_id", None) or getattr(asked, "line", asked))


async def _facts(unit: Unit, command: C, know: Know[K], decide: Decide[C, K], again: bool) -> list[Fact]:
    """What a command makes true, as facts."""
    known = await know(unit, command.line)
    facts = [say(event, unit.now, known.zone) for event in _decided(decide, command, known, unit.now)]
    if again and (revision := _revision_after(await kept.histories(unit, {fact.line for fact in facts}), facts)):
        return await _facts(unit, command.model_copy(update={"revision": revision}), know, decide, again=False)
    return facts


def _decided(decide: Decide[C, K], command: C, known: K, now: datetime) -> Sequence[Event]:
    """What a command makes true; what no event could say is refused by the field that is too much for it."""
    try:
        return decide(command, known, now)
    except ValidationError as error:
        raise malformed(complaints(error.errors(include_url=False, include_input=False))) from None


async def _standing(unit: Unit, facts: Sequence[Fact]) -> list[Fact]:
    """The facts as they are on record, said now or before.

    Refuses what was retracted: saying it again in the same words would change nothing, and look as if it had.
    """
    histories = await kept.histories(unit, {fact.line for fact in facts})
    if next_revision := _revision_after(histories, facts):
        raise TakenBack("revision", next_revision=next_revision)
    return [histories[fact.line].facts.get(fact.id, fact) for fact in facts]


def _revision_after(histories: Mapping[str, History], facts: Sequence[Fact]) -> int | None:
    """With which revision facts can be said that were taken back; nothing where none was."""
    for fact in facts:
        history = histories[fact.line]
        if fact.id in history.retracted:
            before = (other.event.revision for other in history.facts.values() if other.slot == fact.slot)
            return max(before, default=fact.event.revision) + 1
    return None


def _said(facts: Sequence[Fact], turns: Sequence[Turn]) -> Said:
    first = facts[0].event
    return Said(
        id=next((str(named) for name in first.identity if (named := getattr(first, name))), first.engagement_id),
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
