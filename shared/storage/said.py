"""What a service said, as the reconciler sees it: letters marked as sent, and what the streams looked like."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Update, or_, select, update

from shared.bus.comparing import Marked
from shared.bus.sighting import Sight
from shared.storage.database import Raced
from shared.storage.many import upsert
from shared.storage.outbox import StoredOutbox, these
from shared.storage.tables import StreamRow, table
from shared.storage.work import OUTBOX, Store

STREAM = table(StreamRow)
AT_ONCE = 2000
"""Marks that are taken off in one transaction."""


class StoredSaid:
    """The outbox and the memory of streams in one service's database."""

    def __init__(self, store: Store, outbox: StoredOutbox | None = None) -> None:
        self._store = store
        self._outbox = outbox or StoredOutbox(store)

    def now(self) -> datetime:
        """The time by which letters are marked."""
        return self._store.clock.now()

    async def remembered(self, stream: str) -> Sight | None:
        """What was seen at the look before; from then on, all that the postman believes the bus to have is marked."""
        await self._outbox.settle()
        async with self._store.look() as unit:
            query = select(STREAM).where(STREAM.c.stream == stream)
            row = (await unit.connection.execute(query)).one_or_none()
        return Sight(row.stream, row.created, row.sequence, row.letter, row.missing) if row else None

    async def remember(self, sight: Sight) -> None:
        """Keep what was seen. Of two replicas at one instant either is kept: both saw the same stream."""
        row = {"stream": sight.stream, "created": sight.created, "sequence": sight.sequence}
        with suppress(Raced):
            async with self._store.database.writing() as connection:
                await upsert(connection, STREAM, [row | {"letter": sight.letter, "missing": sight.missing}])

    async def marked(self, subjects: Sequence[str], after: int, limit: int, since: datetime | None) -> Sequence[Marked]:
        """Letters on these subjects that are marked as sent (since then), in the order of the outbox."""
        query = select(OUTBOX.c.seq, OUTBOX.c.id, OUTBOX.c.again).where(OUTBOX.c.sent_at.is_not(None))
        on = or_(*(OUTBOX.c.subject.startswith(subject.removesuffix(">")) for subject in subjects))
        query = query.where(OUTBOX.c.seq > after, on)
        if since is not None:
            query = query.where(OUTBOX.c.sent_at > since)
        async with self._store.look() as unit:
            rows = await unit.connection.execute(query.order_by(OUTBOX.c.seq).limit(limit))
            return [Marked(row.seq, row.id, row.again) for row in rows]

    async def unmark(self, letters: Sequence[Marked]) -> int:
        """Have these said again, unless another replica has seen to it; tells how many."""
        again = 0
        for place in range(0, len(letters), AT_ONCE):
            # Who was slower finds another count, and leaves them alone: else they would be said twice more.
            some = these(letters[place : place + AT_ONCE])
            taken = update(OUTBOX).where(some, OUTBOX.c.sent_at.is_not(None))
            taken = taken.values(sent_at=None, again=OUTBOX.c.again + 1)
            again += await self._changed(taken)
        if again:
            self._store.posted()
        return again

    async def _changed(self, taken: Update) -> int:
        while True:
            # Whoever is taking off the same marks is finished in a moment, and leaves none to take off.
            with suppress(Raced):
                async with self._store.database.writing(briefly=False) as connection:
                    return int((await connection.execute(taken)).rowcount)
