"""Catching up: what the stream has and a restored database lacks is learned before anything is planned or falls due.

See docs/decisions/0028.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import structlog
from nats.aio.client import Client
from sqlalchemy import func, select, update

from shared import use_cases
from shared.bus.ears import WHOLE, covers
from shared.bus.reading import SILENCE, everything
from shared.bus.sighting import look_at
from shared.bus.streams import ENGAGEMENT, Ear
from shared.errors import Malformed, Refused
from shared.events import wire
from shared.events.base import Fact
from shared.events.catalogue import speaker
from shared.events.intake import PlaybookPublished
from shared.obligations.following import Following
from shared.obligations.recovering import learn
from shared.obligations.ruling import vouch_for
from shared.storage.facts import FACT, LINE, Turn
from shared.storage.many import among
from shared.storage.said import StoredSaid
from shared.storage.tables import StreamRow, table
from shared.storage.work import OUTBOX, Store, Unit
from shared.use_cases import Record

log = structlog.get_logger()
STREAM = table(StreamRow)
AT_ONCE = 2_500
"""Facts that are learned in one go."""


@dataclass(frozen=True)
class Learner:
    """A service that may lack what it said and heard itself."""

    store: Store
    ear: Ear
    keep: Record
    """Keep facts and the rows that show them, and plan nothing."""
    following: Following | None
    largest: int
    """Bytes of the largest fact."""
    anew: bool = False
    """Whether the database was empty, so that no row of the ledger is older than what is learned."""

    async def remembers_the_bus(self) -> bool:
        """Whether this database has ever been held against the bus, since it was made or restored."""
        async with self.store.look() as unit:
            looked = select(STREAM.c.stream).where(STREAM.c.stream == ENGAGEMENT)
            return await unit.connection.scalar(looked) is not None

    async def catch_up(self, client: Client) -> int:
        """Learn all that the stream has of what this service said and hears; tells how much of it was new.

        Nothing is said before all is known, and nothing may fall due meanwhile: a plan made from half of a history
        would take back what follows from the other half. Only where it says what the ledger said is it kept before
        (docs/decisions/0067). Whoever is stopped half-way begins again: what is known already changes nothing. Into an
        empty database all is read once: where all could be learned, the ear need not hear it again, and nothing was
        said that would have to be looked for.
        """
        before = await self._known()
        learner = replace(self, anew=not before)
        seen = await look_at(client.jetstream(timeout=SILENCE), ENGAGEMENT, ())
        ours = f"eng.{self.store.database.service}.>"
        hears = self.ear.subjects if self.ear.stream == ENGAGEMENT else ()
        is_whole = await learner._read(client, (ours, *hears))
        await learner.plan()
        if is_whole and not before:
            await StoredSaid(self.store).remember(seen.sight)
        learned = await self._known() - before
        if learned:
            log.warning("learned_from_the_bus", service=self.store.database.service, facts=learned)
        return learned

    async def _read(self, client: Client, subjects: Sequence[str]) -> bool:
        """Learn what stands on these subjects; whether all of it could be."""
        is_whole = True
        learning: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        learning.set_result(True)
        try:
            # One subject of all is found faster than several of them: shared/bus/ears.py.
            given = subjects if len(subjects) == 1 else [WHOLE]
            async for batch in everything(client, ENGAGEMENT, given, at_once=AT_ONCE):
                ours = [message for message in batch if any(covers(some, message.subject) for some in subjects)]
                facts = self._facts(message.data for message in ours)
                is_whole = is_whole and len(facts) == len(ours)
                # These were read while those before them were put on record.
                is_whole = await learning and is_whole
                learning = asyncio.ensure_future(self.put_on_record(facts))
            return await learning and is_whole
        finally:
            learning.cancel()
            await asyncio.gather(learning, return_exceptions=True)

    async def plan(self) -> None:
        """Plan all that waits until all is known."""
        if self.following:
            await use_cases.plan_all_that_waits(self.store, self.following, "anew" if self.anew else "restored")

    async def put_on_record(self, facts: Sequence[Fact]) -> bool:
        """Put facts on record; whether all of them could be."""
        try:
            await use_cases.hear(self.store, facts, self._keep)
        except Refused as error:
            if len(facts) == 1:
                log.warning("not_learned", service=self.store.database.service, fact=facts[0].id, reason=str(error))
            else:
                half = len(facts) // 2
                await self.put_on_record(facts[:half])
                await self.put_on_record(facts[half:])
            return False
        return True

    def _facts(self, bodies: Iterable[bytes]) -> list[Fact]:
        """What can be read; the rest was put aside when it came, or will be when the ear hears it again."""
        facts = []
        for body in bodies:
            try:
                facts.append(wire.decode(body, self.largest))
            except Malformed:
                continue
        return facts

    def _is_ours(self, fact: Fact) -> bool:
        return speaker(fact.event.type) == self.store.database.service

    async def _keep(self, unit: Unit, facts: Sequence[Fact], _said: bool) -> Sequence[Turn]:
        """Record facts, each as said or heard, and have their lines planned later."""
        unit.is_on_the_bus = True
        if self.following:
            vouch_for(facts)
        ours = [fact for fact in facts if self._is_ours(fact)]
        said = [fact for fact in ours if not fact.event.from_ledger]
        turns = await self.keep(unit, said, True) if said else []
        if heard := [fact for fact in facts if not self._is_ours(fact)]:
            turns = [*turns, *await self.keep(unit, heard, False)]
        await _mark_sent(unit, ours)
        if self.following:
            published = {it.event.playbook for t in turns for it in t.new if isinstance(it.event, PlaybookPublished)}
            told, first = await learn(unit, [fact for fact in ours if fact.event.from_ledger])
            at_once = {line: told[line] for line in first} if self.anew else {}
            done = await self.following.bring_back(unit, at_once)
            changed = {turn.line for turn in turns if turn.after is not turn.before}
            await _plan_later(unit, (changed | told.keys()) - done, published)
        return turns

    async def _known(self) -> int:
        async with self.store.look() as unit:
            return await unit.connection.scalar(select(func.count()).select_from(FACT)) or 0


async def _mark_sent(unit: Unit, facts: Sequence[Fact]) -> None:
    """The bus has these: it need not be told, where a letter about one of them still waits."""
    if facts:
        there = among(OUTBOX.c.id, [fact.id for fact in facts]) & OUTBOX.c.sent_at.is_(None)
        await unit.connection.execute(update(OUTBOX).where(there).values(sent_at=unit.now))


async def _plan_later(unit: Unit, lines: set[str], playbooks: set[str]) -> None:
    if lines or playbooks:
        changed = among(LINE.c.line, lines) | among(LINE.c.playbook, playbooks)
        await unit.connection.execute(update(LINE).where(changed).values(look_again_at=unit.now))
