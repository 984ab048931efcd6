"""Telling what evaluation said to whoever asks for it: page by page, or as it comes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from time import monotonic

from services.evaluation.domain.notices import Cursor, Notice, Told
from services.evaluation.repository import notices
from shared import use_cases
from shared.access.caller import NOBODY, Caller, Role
from shared.errors import NotNow, Refused
from shared.storage.work import Store

AT_ONCE = 200
"""Events that one look of a stream reads."""
PAUSE = 0.5
"""Seconds between two looks."""
HEARTBEAT = 15.0
"""Seconds of silence after which a stream says that it is still there."""
RECONNECT = 3000
"""Milliseconds after which whoever lost a stream comes again."""
KNOWN_FOR = 3.0
"""Seconds after which a stream asks anew who listens: whoever is shut out hears no more by then."""
Known = Callable[[], Awaitable[Caller]]


class News:
    """Looks whether there is anything new, once for all streams that are open at this process."""

    def __init__(self) -> None:
        self._newest = 0
        self._until = 0.0
        self._looking = asyncio.Lock()

    async def after(self, store: Store, n: int) -> bool:
        """Whether there may be something that comes after this number."""
        async with self._looking:
            if monotonic() >= self._until:
                await number(store)
                async with store.look() as unit:
                    self._newest = (await notices.newest(unit)).n
                self._until = monotonic() + PAUSE / 2
        return self._newest > n


async def number(store: Store) -> None:
    """Number what waits for it, as the house itself: whoever asks, all is numbered."""
    async with store.look() as unit:
        if not await notices.waiting(unit):
            return
    await use_cases.until_done(store, notices.number)


async def page(store: Store, since: Cursor | datetime, limit: int, engagement: str | None = None) -> Told:
    """What was told after a cursor or from a time on, as far as it is theirs who ask."""
    found, cursor, more = await _read(store, since, limit, engagement)
    return Told(items=[json.loads(one.body) for one in found], cursor=str(cursor), more=more)


async def _read(
    store: Store, since: Cursor | datetime, limit: int, engagement: str | None
) -> tuple[list[Notice], Cursor, bool]:
    await number(store)
    async with store.look() as unit:
        found = await notices.read(unit, await notices.after(unit, since), limit + 1, engagement)
        if len(found) > limit:
            return found[:limit], found[limit - 1].cursor, True
        return found, await notices.newest(unit), False


async def stream(
    store: Store,
    known: Known,
    roles: frozenset[Role],
    since: Cursor | datetime,
    engagement: str | None,
    news: News,
    is_ending: Callable[[], bool],
) -> AsyncIterator[bytes]:
    """Server-sent events, each as it comes, until whoever asked may not see them any more or the service stops."""
    yield f"retry: {RECONNECT}\n\n".encode()
    said, asked, caller, read = monotonic(), float("-inf"), NOBODY, None
    while not is_ending():
        more = False
        with suppress(NotNow):
            if monotonic() - asked >= KNOWN_FOR:
                if (standing := await _still(known, roles)) is None:
                    return
                caller, asked = standing, monotonic()
            if read is None or await news.after(store, read.n):
                found, read, more = await _read(store.asked_by(caller), read or since, AT_ONCE, engagement)
                for one in found:
                    yield _event(one)
                    said = monotonic()
        if monotonic() - said >= HEARTBEAT:
            yield b": still here\n\n"
            said = monotonic()
        if not more:
            await asyncio.sleep(PAUSE)


async def _still(known: Known, roles: frozenset[Role]) -> Caller | None:
    """Who asked, as they stand now; none where they would not be let in any more."""
    try:
        caller = await known()
    except Refused:
        return None
    return caller if not roles.isdisjoint(caller.roles) else None


def _event(one: Notice) -> bytes:
    # JSON as we write it has no line breaks.
    return f"id: {one.cursor}\nevent: {one.type}\ndata: {one.body}\n\n".encode()
