"""One piece of work is one transaction: open it, load, decide, record; what was said goes out after the commit."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.access.caller import ALL_RIGHTS, Caller
from shared.clock import Clock
from shared.crashes import passing
from shared.playbooks.history import History
from shared.playbooks.places import Places
from shared.playbooks.topics import Topics
from shared.storage.database import Database
from shared.storage.many import insert_many
from shared.storage.tables import OutboxRow, table

OUTBOX = table(OutboxRow)


T = TypeVar("T")
Memory = dict[str, tuple[int, T]]
"""Histories by line, or what ledgers hold of them, each with the version at which it was read."""
REMEMBERED = 512
EVERYWHERE = Places()


@dataclass(slots=True)
class Unit:
    """A transaction, and the time at which it thinks."""

    connection: AsyncConnection
    service: str
    now: datetime
    places: Places
    zone: str
    """The zone of what has neither a jurisdiction nor an engagement."""
    topics: Topics
    """What topics are called."""
    memory: Memory[History]
    ledgers: Memory[Any]
    """What the ledger holds of lines, as it was at some version."""
    workings: dict[str, Any]
    """What was worked out of lines before; each part tells on what it stands, so none is wrong, at worst useless."""
    alone: bool
    """Whether nobody else can record anything before this unit has committed."""
    caller: Caller = ALL_RIGHTS
    """For whom all this is done: what is foreign to them is not there."""
    learned: Memory[History] = field(default_factory=dict)
    """The histories as they will be once this unit commits."""
    learned_ledgers: Memory[Any] = field(default_factory=dict)
    """What the ledger will hold of lines once this unit commits."""
    versions: dict[str, int] = field(default_factory=dict)
    """At which version each line was read here; 0 where there was none."""
    new: set[str] = field(default_factory=set)
    """The lines of which nothing was on record when they were read here last: there is nothing to read of them."""
    changed: set[str] = field(default_factory=set)
    """The lines that this unit made other than any memory of them."""
    posted: int = 0
    """Letters that wait for the postman."""
    is_on_the_bus: bool = False
    """Whether all that is said here was read from the bus, so that no letter has to carry it there."""

    @contextmanager
    def unasked(self) -> Iterator[None]:
        """Do something as the house itself does it, whoever asks: record what was decided, count what all told."""
        caller, self.caller = self.caller, ALL_RIGHTS
        try:
            yield
        finally:
            self.caller = caller

    async def post(self, letters: Sequence[dict[str, Any]]) -> None:
        """Put letters (id, subject, body) into the outbox."""
        if not letters:
            return
        if self.is_on_the_bus:
            await insert_many(self.connection, OUTBOX, [{"sent_at": self.now, **letter} for letter in letters])
            return
        await insert_many(self.connection, OUTBOX, letters)
        self.posted += len(letters)


class Store:
    """The way into one service's database."""

    def __init__(self, database: Database, clock: Clock, places: Places = EVERYWHERE, zone: str = "UTC") -> None:
        self.database = database
        self.clock = clock
        self.posted: Callable[[], None] = lambda: None
        """Called after a commit that left something in the outbox."""
        self.topics = Topics()
        """What topics are called; whoever counts them puts in the list that staff keep."""
        self.done = 0
        """How many units of work have committed."""
        self._places = places
        self._zone = zone
        self._memory: Memory[History] = {}
        self._ledgers: Memory[Any] = {}
        self._workings: dict[str, Any] = {}
        self._caller = ALL_RIGHTS
        self._whole = self
        """The store of which this is how somebody sees it."""

    def asked_by(self, caller: Caller) -> "Store":
        """The same store for somebody who asks: what is foreign to them is not there."""
        seen = copy(self._whole)
        seen._caller = caller
        return seen

    @asynccontextmanager
    async def work(self, briefly: bool = True) -> AsyncIterator[Unit]:
        """Open a unit that may record; everything in it commits together, or nothing does.

        Raises Raced where another replica was faster. What looks at whole tables is not done briefly.
        """
        async with self.database.writing(briefly) as connection:
            unit = self._unit(connection)
            yield unit
            passing("work.before_commit")
        passing("work.after_commit")
        self._remember(unit)
        self._whole.done += 1
        if unit.posted:
            self._whole.posted()

    @asynccontextmanager
    async def look(self, briefly: bool = False) -> AsyncIterator[Unit]:
        """Open a unit that only reads; briefly where an index answers at once."""
        async with self.database.reading(briefly) as connection:
            unit = self._unit(connection)
            yield unit
        self._remember(unit)

    def _unit(self, connection: AsyncConnection) -> Unit:
        database = self.database
        now = self.clock.now()
        world = (self._places, self._zone, self.topics)
        known = (self._memory, self._ledgers, self._workings)
        return Unit(connection, database.service, now, *world, *known, database.is_sqlite, self._caller)

    def _remember(self, unit: Unit) -> None:
        """Keep what was read or made, the oldest forgotten first; whoever uses it compares versions before."""
        _keep(self._memory, unit.learned)
        _keep(self._ledgers, unit.learned_ledgers)
        _keep(self._workings, {})


def _keep(memory: dict[str, T], learned: Mapping[str, T]) -> None:
    for line, remembered in learned.items():
        memory.pop(line, None)
        memory[line] = remembered
    # All at once: to find the first of a dictionary takes long where many before it are gone.
    for line in list(islice(memory, max(0, len(memory) - REMEMBERED))):
        del memory[line]
