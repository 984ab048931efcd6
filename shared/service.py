"""A service as the process that runs it sees it: the same few parts in all four."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog
from fastapi import APIRouter
from faststream.nats import NatsBroker
from sqlmodel import SQLModel

from shared.bus.listening import Delivery, Ear, listen
from shared.bus.postman import Postman
from shared.clock import Clock
from shared.commands import Said
from shared.errors import Malformed, problems
from shared.events import wire
from shared.events.base import Fact
from shared.obligations.alarm import Alarm
from shared.settings import Settings
from shared.storage.aside import message, put_aside, settle
from shared.storage.database import Database
from shared.storage.work import Store, StoredOutbox
from shared.web.desk import Desk

log = structlog.get_logger()

Hear = Callable[[Store, Sequence[Fact]], Awaitable[None]]


@dataclass
class Service:
    """One of the four: its store, what it hears, how it is asked, and what wakes it."""

    name: str
    settings: Settings
    clock: Clock
    models: Sequence[type[SQLModel]]
    router: APIRouter
    ears: Sequence[Ear]
    hear: Hear
    """Learn facts that others said."""
    take_in: Hear
    """Make facts of its own, said elsewhere, its own."""
    retract: Callable[[Store, str, str], Awaitable[Said]]
    alarm: Alarm | None = None
    store: Store = field(init=False)
    postman: Postman = field(init=False)

    def __post_init__(self) -> None:
        database = Database.at(self.settings.database, self.settings.data, self.name)
        self.store = Store(database, self.clock)
        self.postman = Postman(StoredOutbox(self.store), self.name)
