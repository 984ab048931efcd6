"""A service as the process that runs it sees it: the same few parts in all four."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlmodel import SQLModel

from shared import forgetting, seating
from shared.access import accounts, signing_in
from shared.access.register import Register
from shared.bus.acquaintances import Acquaintances, tell_changed
from shared.bus.asking import WITHIN, Unanswered, Words, answer_questions, ask
from shared.bus.broker import Broker, make_broker
from shared.bus.connecting import key_of_service
from shared.bus.delivery import Delivery, Received
from shared.bus.dividing import Division
from shared.bus.lanes import divided
from shared.bus.postman import Postman
from shared.bus.providing import Administrator, providing
from shared.bus.reconciler import Reconciler
from shared.bus.streams import Ear
from shared.catching_up import Learner
from shared.clock import Clock
from shared.commands import Said
from shared.companion import Companion
from shared.errors import Malformed, NotNow, Unknown, problems
from shared.events import wire
from shared.events.base import Fact
from shared.hearing import hear_facts, hear_side_by_side
from shared.obligations.alarm import Alarm
from shared.obligations.following import Following
from shared.people import Directory
from shared.settings import Settings
from shared.storage import aside
from shared.storage.database import Database
from shared.storage.migrations import Migrated
from shared.storage.outbox import StoredOutbox
from shared.storage.said import StoredSaid
from shared.storage.work import Store
from shared.use_cases import Record
from shared.web.pages.navigation import Pages
from shared.web.routes import Routes

log = structlog.get_logger()

Hear = Callable[[Store, Sequence[Fact]], Awaitable[None]]
LAST_WORDS = 2.0
"""Seconds that a service which stops waits for the bus to take what it has still to say."""


@dataclass
class Service:
    """One of the four: its store, what it hears, how it is asked, and what wakes it."""

    name: str
    settings: Settings
    clock: Clock
    models: Sequence[type[SQLModel]]
    router: Routes
    ear: Ear
    hear: Hear
    """Learn facts that others said."""
    take_in: Hear
    """Make facts of its own, said elsewhere, its own."""
    retract: Callable[[Store, str, str], Awaitable[Said]]
    keep: Record
    """Keep facts and the rows that show them, and plan nothing."""
    files: Mapping[str, int] = field(default_factory=dict)
    """Paths to which whole files are sent, and the most bytes of a request there."""
    pages: Pages | None = None
    """What it shows to people."""
    following: Following | None = None
    """What it makes of plans, if it keeps a ledger."""
    pass_time: Callable[[Store], Awaitable[None]] | None = None
    """Do all that time has to do by now."""
    earliest: Callable[[Store], Awaitable[datetime | None]] | None = None
    """When time next has something to do."""
    ticks: Callable[[Store], Alarm] | None = None
    """What wakes it when something falls due."""
    listens: "Callable[[Broker, Service], None] | None" = None
    """How it hears, if not by taking in facts in batches."""
    hear_message: Callable[[Store, str, bytes], Awaitable[object]] | None = None
    """How it handles one message, if that is no fact."""
    answers: "Mapping[str, Callable[[Service, Words], Awaitable[Words]]]" = field(default_factory=dict)
    """What other services may ask it by the bus, on `ask.<service>.<what>`, and how it answers."""
    forgets: forgetting.Forgets | None = None
    """Takes out of its own tables what was kept for a person who is erased."""
    colleagues: "Mapping[str, Service]" = field(default_factory=dict)
    """Services of the same process, to be asked directly where there is no bus."""
    sends: "Callable[[Service], Companion] | None" = None
    """What reaches people for it."""
    directory: Directory = field(init=False)
    """Who the people are behind the ids: asked of intake, unless a service has a better way."""
    register: Register = field(init=False)
    """Who may come in."""
    administrator: Administrator | None = field(init=False, default=None)
    """Who may make streams for it, on a bus that lets no service do so."""
    store: Store = field(init=False)
    broker: Broker | None = field(init=False, default=None)
    postman: Postman | None = field(init=False, default=None)
    reconciler: Reconciler | None = field(init=False, default=None)
    division: Division | None = field(init=False, default=None)
    """Which lanes this process hears, where its ear is divided."""
    alarm: Alarm | None = field(init=False, default=None)
    sender: Companion | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        database = Database.at(self.settings.database, self.settings.data, self.name)
        self.store = Store(database, self.clock, self.settings.known_places, self.settings.zone)
        self.directory = Acquaintances(self.ask)
        self.register = Register.of(self.settings, self.clock)

    async def mint_link(self, person_id: str) -> str:
        """A new link by which this person can sign in, once; raises Unknown for whoever may not sign in."""
        return await signing_in.mint_link(self.register, person_id)

    async def may_sign_in(self, person_id: str) -> bool:
        """Whether this person has an account."""
        return await accounts.account(self.register, person_id) is not None

    async def prepare(self) -> Migrated:
        """Make the tables that are not there yet, or bring those of an older version to this one."""
        migrated = await self.store.database.create(self.models)
        if migrated.changed and migrated.was is not None:
            log.info("migrated", service=self.name, was=migrated.was, now=migrated.now)
        await seating.seat_all(self.store)
        return migrated

    async def start(self, urls: str, alarm: bool = True) -> None:
        """Open the database, take its place on the bus, and begin to hear, to say and to wake.

        Without its alarm nothing wakes it: whoever moves its clock has to let its time pass.
        """
        await self.prepare()
        broker = self.broker = make_broker(urls, self.name, key_of_service(self.name, self.settings))
        await broker.connect()
        await providing(broker, self.ear, self.settings, self.administrator)()
        await self._catch_up(broker)
        if self.listens:
            self.listens(broker, self)
        else:
            self.division = hear_facts(broker, self.ear, self.store.database, self.settings, self.take, self.put_aside)
        self._listen_beside(broker)
        self.postman = Postman(outbox := StoredOutbox(self.store), broker, self.name)
        self.reconciler = self._reconciler(broker, outbox)
        await self.reconciler.start()
        self.alarm = self.ticks(self.store) if self.ticks and alarm else None
        self.store.posted = self._posted
        await broker.start()
        await self.postman.start()
        if self.division:
            await self.division.start()
        if self.alarm:
            self.alarm.start()
        if self.sends and alarm:
            self.sender = self.sends(self)
            self.sender.start()

    def _listen_beside(self, broker: Broker) -> None:
        """Hear what no stream keeps: questions of other services, and that somebody's name has changed."""
        for what in (forgetting.FORGET, forgetting.MENTIONS, *self.answers):
            answer_questions(broker, self.name, what, partial(self.answer, what))
        if isinstance(self.directory, Acquaintances):
            self.directory.listen(broker, self._drop_what_was_written)

    async def ask(self, service: str, what: str, question: Words, within: float = WITHIN) -> Words | None:
        """Put a question to another service; None where it does not answer. Raises what it refuses."""
        if self.broker is None and service in self.colleagues:
            return await self.colleagues[service].answer(what, question)
        try:
            return await ask(self.broker.client if self.broker else None, service, what, question, within)
        except Unanswered as error:
            log.info("not_answered", service=service, what=what, reason=error.reason)
            return None

    async def answer(self, what: str, question: Words) -> Words:
        """Answer a question of another service: what every service answers, or what this one does."""
        if what == forgetting.FORGET:
            self._drop_what_was_written()
            told = await forgetting.forget(self.store, forgetting.Forget.model_validate(question), self.forgets)
            return told.model_dump(mode="json")
        if what == forgetting.MENTIONS:
            found = await forgetting.mentions(self.store, forgetting.Search.model_validate(question).words)
            return {"mentions": [one.model_dump(mode="json") for one in found]}
        if what not in self.answers:
            raise Unknown("question", what)
        return await self.answers[what](self, question)

    async def tell_people_changed(self, erased: bool = False) -> None:
        """Let every replica of every service forget whom it remembers; if somebody was erased, also what it wrote."""
        await tell_changed(self.broker, erased)
        for one in self.colleagues.values():
            if isinstance(one.directory, Acquaintances):
                await one.directory.changed()

    def _reconciler(self, broker: Broker, outbox: StoredOutbox) -> Reconciler:
        told = self.settings
        provide = providing(broker, self.ear, told, self.administrator)
        ears, said, every = divided(self.ear, told.lanes), StoredSaid(self.store, outbox), told.watch_bus_every
        reconciler = Reconciler(ears, said, broker, every, told.replicas, told.ack_wait, provide)

        def came_back() -> None:
            reconciler.wake()
            # Whoever was erased while the bus was away was erased without a word to this replica.
            self._drop_what_was_written()

        broker.troubles.came_back = came_back
        return reconciler

    async def _catch_up(self, broker: Broker) -> None:
        """At the first start on a database, and the first after it was restored: nothing is remembered of the bus."""
        learner = Learner(self.store, self.ear, self.keep, self.following, self.settings.max_fact_bytes)
        if not await learner.remembers_the_bus():
            await learner.catch_up(broker.client)

    async def stop(self) -> None:
        """Hear no more, finish what is under way, and leave the rest to the next start: nothing is lost by it."""
        async with contextlib.AsyncExitStack() as whatever_happens:
            whatever_happens.push_async_callback(self.store.database.close)
            if self.division:
                whatever_happens.push_async_callback(self.division.stop)
            if self.alarm:
                self.alarm.stop()
            if self.sender:
                await self.sender.stop()
            if self.broker and self.postman:
                whatever_happens.push_async_callback(self.postman.stop)
                whatever_happens.push_async_callback(self.broker.stop)
                if self.reconciler:
                    whatever_happens.push_async_callback(self.reconciler.stop)
                await self._say_last_words(self.broker, self.postman)

    async def _say_last_words(self, broker: Broker, postman: Postman) -> None:
        if broker.client.is_connected:
            with contextlib.suppress(TimeoutError, RuntimeError):
                await asyncio.wait_for(postman.flush(), LAST_WORDS)

    async def take(self, batch: Sequence[Delivery]) -> None:
        """Hear a batch together; what cannot be read is put aside and costs its neighbours nothing."""
        facts: list[Fact] = []
        for delivery in batch:
            try:
                facts.append(wire.decode(delivery.body, self.settings.max_fact_bytes))
            except Malformed as error:
                await self.put_aside(delivery, error)
        await hear_side_by_side(self.hear, self.store, facts)
        if self.alarm:
            # Also what leaves nothing to say may bring the next due time nearer: a version of a playbook, an amendment.
            self.alarm.reset()

    async def put_aside(self, delivery: Received, error: Exception) -> None:
        """Keep a message that cannot be handled, with the reason."""
        async with self.store.work() as unit:
            await aside.put_aside(unit, delivery.subject, delivery.body, problems(error))

    async def retry_aside(self, aside_id: str, mended: bytes | None = None) -> None:
        """Handle a message again that was put aside, as it came or as it was mended; if refused again, it stays."""
        async with self.store.look() as unit:
            subject, body = await aside.message(unit, aside_id)
        body = mended if mended is not None else body
        if self.hear_message:
            await self.hear_message(self.store, subject, body)
        else:
            await self.hear(self.store, [wire.decode(body, self.settings.max_fact_bytes)])
        async with self.store.work() as unit:
            await aside.settle(unit, aside_id, "retried")

    async def health(self) -> dict[str, Any]:
        """Whether the database answers and the bus is there, and how much waits to be said or looked at."""
        connected = self.broker is not None and self.broker.client.is_connected
        told: dict[str, Any] = {"bus": connected, "last_error": self.postman.kind_of_error if self.postman else ""}
        try:
            async with self.store.look() as unit:
                told |= {"database": True, **await aside.waiting_counts(unit)}
            if trouble := self.store.database.trouble:
                # A full disk can still be read.
                told |= {"database": False, "last_error": trouble}
        except Exception as error:
            reason = error.reason if isinstance(error, NotNow) else type(error).__name__
            told |= {"database": False, "last_error": reason}
        told |= self.division.told() if self.division else {}
        return {"well": connected and told["database"] and not told.get("lanes_trouble"), **told}

    def _drop_what_was_written(self) -> None:
        if self.sender:
            self.sender.forget()

    def _posted(self) -> None:
        if self.postman:
            self.postman.wake()
        if self.alarm:
            self.alarm.reset()
        if self.sender:
            self.sender.wake()
