"""Fates go to the bus: what is committed and numbered is carried there in order, and how far that got is on record."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import structlog

from services.evaluation.domain.notices import Notice
from services.evaluation.handlers import notices
from services.evaluation.repository import carrying
from shared import use_cases
from shared.bus.ending import ended
from shared.crashes import passing
from shared.storage.work import Store

log = structlog.get_logger()
AT_ONCE = 100
"""How many are carried before it is put on record: at most so many are carried again after a crash."""
LOOK = 1.0
"""Seconds after which it looks for something to carry although nobody called; what is heard calls nobody."""
PAUSE = 1.0
"""Seconds for which a bus that did not take something is left alone."""
Publish = Callable[[Notice], Awaitable[None]]
"""Tells it on the bus, and returns when it is kept there."""


class Carrier:
    """Carries fates to the bus as long as the service runs.

    Replicas carry the same at the same time: the bus recognises what it has by its id, and none is carried before all
    that came earlier are there.
    """

    def __init__(self, store: Store, publish: Publish) -> None:
        self._store, self._publish = store, publish
        self._called = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._waits = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._work(), name="carrier of fates")

    def wake(self) -> None:
        """Something was recorded: there may be something to tell."""
        self._called.set()

    def forget(self) -> None:
        """Nothing of what is carried is remembered."""

    async def stop(self) -> None:
        """Stop at once; what was not carried is carried after the next start."""
        task, self._task = self._task, None
        if task is not None:
            await ended(task)

    async def carry_all(self) -> None:
        """Carry all that waits."""
        await notices.number(self._store)
        while await self._carry_some():
            pass

    async def _carry_some(self) -> bool:
        """Carry some of what waits; tells whether there may be more."""
        async with self._store.look() as unit:
            waiting = await carrying.waiting(unit, AT_ONCE)
        reached = waiting.after
        try:
            for one in waiting.fates:
                await self._publish(one)
                reached = one.n
            reached = waiting.to
            passing("carrier.after_publish")
        finally:
            # What came before the one that was not taken is there.
            if reached > waiting.after:
                await use_cases.at_once(self._store, partial(carrying.carried, to=reached))
        return len(waiting.fates) == AT_ONCE

    async def _work(self) -> None:
        while True:
            self._called.clear()
            try:
                await self.carry_all()
            except Exception as error:  # whatever it is, they must go out
                if not self._waits:
                    log.warning("bus.fates_wait", reason=type(error).__name__, exc_info=error)
                self._waits = True
                await asyncio.sleep(PAUSE)
                continue
            if self._waits:
                log.info("bus.fates_go_out_again")
            self._waits = False
            with suppress(TimeoutError):
                await asyncio.wait_for(self._called.wait(), LOOK)
