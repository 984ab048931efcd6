"""The bus is disposable: what a stream has lost, its service says again, and our ear hears from the beginning.

See docs/decisions/0024.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Protocol

import structlog
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.bus import outcomes
from shared.bus.comparing import Marked, lacking
from shared.bus.ending import ended
from shared.bus.postman import HasClient
from shared.bus.sighting import Seen, Sight, doubt, look_at, message
from shared.bus.streams import ASIDE, ENGAGEMENT, OUTCOMES, Ear, begin_again, provision
from shared.crashes import passing

log = structlog.get_logger()

CHUNK = 200_000
"""Letters that are compared at once: their ids are held in memory meanwhile."""
NEWEST = 10_000
"""The least number of messages that are compared when the bus came back, if nothing seems amiss."""
SKEW = timedelta(minutes=2)
"""How far the clocks of server and service may differ. Where it is more, too much is compared, never too little."""
FIRST_PAUSE = 1.0
GONE = "it was gone"


Provide = Callable[[], Awaitable[None]]
"""Has streams and ears made that are gone."""


class Depth(IntEnum):
    """How much of what was said is compared with the stream where nothing seems amiss."""

    NOTHING = 0
    NEWEST = 1
    """What was said since the last look: a stream that lost its end may have grown again."""
    EVERYTHING = 2


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What became of one stream."""

    stream: str
    doubt: str
    """Why it was not believed to be whole; empty where nothing seemed amiss."""
    compared: int
    """How many letters of ours were looked for."""
    said_again: int
    """How many of them it lacked."""
    ear_began_again: bool


class Said(Protocol):
    """What a service remembers of what it said, and of the streams."""

    async def remembered(self, stream: str) -> Sight | None:
        """What was seen at the look before."""

    async def remember(self, sight: Sight) -> None:
        """Keep what was seen."""

    async def marked(self, subjects: Sequence[str], after: int, limit: int, since: datetime | None) -> Sequence[Marked]:
        """Letters on these subjects that are marked as sent (since then), in the order of the outbox."""

    async def unmark(self, letters: Sequence[Marked]) -> int:
        """Have these said again, unless somebody else has seen to it; tells how many."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Says:
    """What of one stream a service looks after."""

    said_on: tuple[str, ...]
    """The subjects on which it says what is to be there."""
    kept_on: str
    """The subject on which that stands there."""


def _says(service: str) -> Mapping[str, Says]:
    facts, aside = f"eng.{service}.>", f"aside.{service}"
    says = {ENGAGEMENT: Says((facts,), facts), ASIDE: Says((aside,), aside)}
    if service == outcomes.SPEAKER:
        says[OUTCOMES] = Says(tuple(f"{on}>" for on in outcomes.ON), "outcomes.>")
    return says


class Reconciler:
    """Looks after the streams in which one service's letters or its ear stand, for as long as it runs."""

    def __init__(
        self,
        ears: Sequence[Ear],
        said: Said,
        bus: HasClient,
        every: float,
        replicas: int,
        ack_wait: float,
        provide: "Provide | None" = None,
    ) -> None:
        self.last_error = ""
        """Why the last look failed; empty when all is well."""
        self.first_look: Sequence[Reconciled] = ()
        """What was found at the start."""
        self._ears, self._said, self._bus = ears, said, bus
        self._service, self._hears_on = ears[0].service, ears[0].stream
        self._every, self._replicas, self._ack_wait = every, replicas, ack_wait
        self._provide = provide or self._provision
        self._says = _says(self._service)
        self._found: Sequence[Reconciled] = ()
        self._one_at_a_time = asyncio.Lock()
        self._called = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look for the first time, and then for as long as it runs."""
        if await self._try(Depth.NEWEST):
            self.first_look = self._found
        else:
            self._called.set()
        self._task = asyncio.create_task(self._watch(), name=f"reconciler of {self._service}")

    async def stop(self) -> None:
        """Stop at once; what was not finished is found again at the next start."""
        task, self._task = self._task, None
        if task is not None:
            await ended(task)

    def wake(self) -> None:
        """Say that the bus was away and came back: nobody knows what it has lost meanwhile."""
        self._called.set()

    async def reconcile(self, depth: Depth = Depth.EVERYTHING) -> list[Reconciled]:
        """Look at every stream and mend what lacks; tells what was done."""
        async with self._one_at_a_time:
            return [await self._visit(stream, depth) for stream in sorted({*self._says, self._hears_on})]

    async def _watch(self) -> None:
        pause, depth = self._every, Depth.NOTHING
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._called.wait(), pause)
            if self._called.is_set():
                self._called.clear()
                depth = Depth.NEWEST
            if await self._try(depth):
                pause, depth = self._every, Depth.NOTHING
            else:
                pause = min(self._every, max(FIRST_PAUSE, pause * 2 if pause < self._every else FIRST_PAUSE))

    async def _try(self, depth: Depth) -> bool:
        try:
            if self._bus.client.is_connected:
                self._found = await self.reconcile(depth)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            if reason != self.last_error:
                log.warning("bus.not_looked_at", service=self._service, reason=reason)
            self.last_error = reason
            return False
        self.last_error = ""
        return self._bus.client.is_connected

    async def _visit(self, stream: str, depth: Depth) -> Reconciled:
        js = self._bus.client.jetstream(timeout=10)
        before = await self._said.remembered(stream)
        seen, why = await self._look(js, stream, before)
        if not why and depth is Depth.NEWEST and await self._lacks_some_of_the_newest(js, seen, before):
            why = "it lacks some of what was said last"
        compared = again = 0
        if why or depth is Depth.EVERYTHING:
            compared, again = await self._compare(seen)
        # What the stream has and our database lacks would be learned here.
        began_again = seen.ear_is_missing or (why == GONE and stream == self._hears_on)
        if (why or again) and (seen.ear_has_heard or seen.ear_is_missing):
            await begin_again(self._bus.client, self._ears, self._ack_wait)
            began_again = True
        if seen.sight != before:
            # Only now: whoever died on the way has the same doubt at the next look.
            await self._said.remember(seen.sight)
        found = Reconciled(stream, why, compared, again, began_again)
        if before is not None and (why or again):
            log.warning("bus.reconciled", service=self._service, doubt=why, compared=compared, said_again=again)
        return found

    async def _look(self, js: JetStreamContext, stream: str, before: Sight | None) -> tuple[Seen, str]:
        """What is seen, and the reason to doubt that it is whole; a stream or an ear that is gone is made again."""
        try:
            seen = await look_at(js, stream, self._ears)
        except NotFoundError:
            await self._provide()
            return await look_at(js, stream, self._ears), GONE
        why = await doubt(js, seen, before)
        if seen.ear_is_missing:
            await self._provide()
        return seen, why

    async def _provision(self) -> None:
        await provision(self._bus.client, self._ears, self._replicas, self._ack_wait)

    async def _lacks_some_of_the_newest(self, js: JetStreamContext, seen: Seen, before: Sight | None) -> bool:
        stream = seen.sight.stream
        if before is None or stream not in self._says:
            return False
        start = await message(js, stream, min(before.sequence, seen.sight.sequence - NEWEST))
        since = start.time - SKEW if start and start.time else None
        says = self._says[stream]
        letters = await self._said.marked(says.said_on, 0, CHUNK, since or self._kept_since(seen))
        stored_since = since - SKEW if since else None
        return bool(await lacking(self._bus.client, stream, says.kept_on, letters, stored_since)) if letters else False

    async def _compare(self, seen: Seen) -> tuple[int, int]:
        """Look for all that we said to a stream, and have said again what it lacks."""
        stream, compared, again, after = seen.sight.stream, 0, 0, 0
        says = self._says.get(stream)
        is_all = says is None
        while says is not None and not is_all:
            letters = await self._said.marked(says.said_on, after, CHUNK, self._kept_since(seen))
            # Under load more is said while we compare; that is for the next look, or this one would never end.
            is_all = len(letters) < CHUNK
            if not letters:
                break
            lost = await lacking(self._bus.client, stream, says.kept_on, letters)
            passing("reconciler.after_compare")
            again += await self._said.unmark(lost)
            passing("reconciler.after_unmark")
            compared, after = compared + len(letters), letters[-1].seq
        return compared, again

    def _kept_since(self, seen: Seen) -> datetime | None:
        """From when on the stream would still have what was said; what is older has had its time."""
        return self._said.now() - timedelta(seconds=seen.keeps) + SKEW if seen.keeps else None
