"""The outbox of a service: its letters are claimed by one postman at a time, marked when the bus has them, and stay."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, bindparam, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.bus.lanes import line_told
from shared.bus.postman import Letter
from shared.storage.database import Raced
from shared.storage.many import among, among_given
from shared.storage.work import OUTBOX, Store

UNSENT = OUTBOX.c.sent_at.is_(None)
OLDEST = select(OUTBOX.c.seq, OUTBOX.c.id, OUTBOX.c.subject, OUTBOX.c.body, OUTBOX.c.again)
OLDEST = OLDEST.where(UNSENT).order_by(OUTBOX.c.seq).limit(bindparam("most"))
OLDEST_BUT = OLDEST.where(~among_given(OUTBOX.c.seq, "sent"))
OLDEST_FREE = OLDEST.with_for_update(skip_locked=True)
ANY = select(OUTBOX.c.seq).where(UNSENT).limit(1)
OLDER = OLDEST.limit(None).where(OUTBOX.c.seq < bindparam("last"), ~among_given(OUTBOX.c.seq, "ours"))


class Numbered(Protocol):
    """Whatever stands for a letter of the outbox."""

    @property
    def seq(self) -> int: ...
    @property
    def again(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Claim:
    """Letters that are this postman's to carry."""

    letters: Sequence[Letter]
    mark_sent: Callable[[Sequence[Letter]], Awaitable[None]]
    """Remember that the bus has these; they stay in the outbox, from which the bus can be rebuilt."""
    are_elsewhere: bool = False
    """Whether there are letters that wait for what another postman holds."""


class StoredOutbox:
    """The outbox as the postman sees it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sent: dict[int, Letter] = {}
        """On SQLite, what the bus has and is not marked yet: many are marked in one transaction, not each in its own.

        Whoever dies with some of them says them again, as if it had died before it could mark them.
        """

    @asynccontextmanager
    async def claim(self, limit: int) -> AsyncIterator[Claim]:
        """The oldest letters that nobody has sent and no other replica holds; those of one line in order.

        They are held until the end of the block. On SQLite nobody holds anything: whoever sends at the same time sends
        the same letters in the same order, and the bus recognises them.
        """
        if self._store.database.is_sqlite:
            async with self._store.database.reading(briefly=True) as connection:
                waiting = await _letters(connection, OLDEST_BUT, most=limit, sent=self._sent)
            yield Claim(waiting, self._mark_soon)
            return
        async with self._store.database.claiming() as connection:
            locked = await _letters(connection, OLDEST_FREE, most=limit)
            letters = await _first_of_their_lines(connection, locked)

            async def mark(sent: Sequence[Letter]) -> None:
                await connection.execute(self._marked(sent))

            held = len(letters) < len(locked) or (not locked and await connection.scalar(ANY) is not None)
            yield Claim(letters, mark, held)

    async def settle(self) -> None:
        """Have all marked in the database that the bus has."""
        if not (sent := dict(self._sent)):
            return
        # Who loses the race to another replica, which sent the same, finds out at the next look what is left to mark.
        with suppress(Raced):
            async with self._store.database.writing() as connection:
                await connection.execute(self._marked(sent.values()))
        for one in sent:
            self._sent.pop(one, None)

    async def _mark_soon(self, letters: Sequence[Letter]) -> None:
        self._sent |= {letter.seq: letter for letter in letters}

    def _marked(self, letters: Iterable[Letter]) -> Any:
        return update(OUTBOX).where(these(letters), UNSENT).values(sent_at=self._store.clock.now())


def these(letters: Iterable[Numbered]) -> ColumnElement[bool]:
    """These letters, at the count at which they were read: one that was lost meanwhile is another letter."""
    by_count: dict[int, list[int]] = defaultdict(list)
    for letter in letters:
        by_count[letter.again].append(letter.seq)
    return or_(
        false(), *(among(OUTBOX.c.seq, numbers) & (OUTBOX.c.again == again) for again, numbers in by_count.items())
    )


async def _letters(connection: AsyncConnection, query: Select[Any], **told: Any) -> list[Letter]:
    rows = (await connection.execute(query, told)).all()
    return [Letter(row.seq, row.id, row.subject, row.body.encode(), row.again) for row in rows]


async def _first_of_their_lines(connection: AsyncConnection, locked: Sequence[Letter]) -> Sequence[Letter]:
    """The letters before which no older one of the same line is in somebody else's hands."""
    if not locked:
        return locked
    theirs = await _letters(connection, OLDER, last=locked[-1].seq, ours=[letter.seq for letter in locked])
    first: dict[str, int] = {}
    for letter in theirs:
        first.setdefault(line_told(letter.subject, letter.body), letter.seq)
    if not first:
        return locked
    return [one for one in locked if one.seq < first.get(line_told(one.subject, one.body), one.seq + 1)]
