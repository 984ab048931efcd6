"""The alarm: wakes a ledger at its earliest due time; it remembers nothing, the ledger does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from shared.clock import Clock, WorldClock
from shared.errors import NotNow

log = structlog.get_logger()
WORLD = WorldClock()

SAFETY = timedelta(seconds=15)
"""However sure the alarm is of the next due time, it looks this often: what it waits for a replica may have made."""
CHANGED = timedelta(seconds=0.05)
"""However often a ledger changes, it is looked at no oftener than this."""
HELD = timedelta(seconds=0.2)
"""How long what is due and did not happen is left to the replica that seems to hold it."""
AFTER_FAILURE = timedelta(seconds=3)
"""How long after a failure it looks again."""
JUMP = 60.0
"""Seconds by which the wall clock may differ from the steady one before it is doubted."""
DOUBT = timedelta(seconds=5)
"""How long after a jump of the clock it is looked at again, before anything fires."""


class Alarm:
    """Wakes `ring` whenever something may have fallen due, and once a minute to be sure."""

    def __init__(
        self,
        clock: Clock,
        earliest: Callable[[], Awaitable[datetime | None]],
        ring: Callable[[], Awaitable[None]],
        only_when_due: bool = False,
    ) -> None:
        """With `only_when_due` it does not ring at every look, but only when the earliest time has come."""
        self._clock = clock
        self._earliest = earliest
        self._ring = ring
        self._only_when_due = only_when_due
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._is_looking = False
        self._was_called = False
        self._waits_for: datetime | None = None
        self._trouble = ""
        self._offset: float | None = None
        self._doubted: float | None = None
        self._looked: datetime | None = None

    def start(self) -> None:
        """Begin with a look: what fell due while nobody ran fires now, late, once."""
        self._scheduler.add_job(self._look, "interval", seconds=SAFETY.total_seconds(), id="safety")
        self._scheduler.start()
        self.reset()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def reset(self) -> None:
        """The ledger changed: look at it again, now or after the look that is under way."""
        self._was_called = True
        if self._scheduler.running and not self._is_looking:
            self._wake_at(self._soon())

    def _soon(self) -> datetime:
        """Now, unless it was looked at only a moment ago."""
        now = self._clock.now()
        return now if self._looked is None or self._looked > now else max(now, self._looked + CHANGED)

    def _wake_at(self, moment: datetime) -> None:
        """Look when our clock, which may be another than the scheduler's, will show this time."""
        away = max(moment - self._clock.now(), timedelta())
        self._scheduler.add_job(
            self._look,
            "date",
            run_date=WORLD.now() + away,
            id="due",
            replace_existing=True,
            misfire_grace_time=None,
            max_instances=2,
        )

    async def _look(self) -> None:
        if self._is_looking:
            return
        self._is_looking = True
        try:
            next_look = await self._ring_and_ask()
        except asyncio.CancelledError:
            # Being asked to stop is no failure, of which the scheduler would tell with a traceback.
            if self._scheduler.running:
                raise
            return
        finally:
            self._is_looking = False
        if self._was_called:
            next_look = self._soon()
        if next_look is not None:
            self._wake_at(next_look)

    async def _ring_and_ask(self) -> datetime | None:
        """Do what time says, unless the clock is in doubt; tells when to look again."""
        self._was_called = False
        try:
            now = self._clock.now()
            if not self._believes(now):
                return now + DOUBT
            earliest = await self._earliest() if self._only_when_due else now
            if earliest is not None and earliest <= now:
                await self._ring()
                earliest = await self._earliest()
            self._looked = self._clock.now()
        except NotNow as error:
            # Said once, however often it is met: the database comes back, and what fell due meanwhile waits for it.
            self._note(error.reason)
            return self._clock.now() + AFTER_FAILURE
        except Exception as error:
            # An alarm that dies of a database's bad minute would wake nobody.
            log.warning("alarm.failed", error=f"{type(error).__name__}: {error}")
            return self._clock.now() + AFTER_FAILURE
        self._note("")
        is_held = earliest is not None and earliest <= now and earliest == self._waits_for
        self._waits_for = earliest
        return now + HELD if is_held else earliest

    def _note(self, reason: str) -> None:
        if reason and not self._trouble:
            log.warning("alarm.waits", reason=reason)
        if self._trouble and not reason:
            log.info("alarm.goes_on")
        self._trouble = reason

    def _believes(self, now: datetime) -> bool:
        """Whether the wall clock runs with the steady one; after a jump two looks must agree before anything fires."""
        offset = now.timestamp() - asyncio.get_running_loop().time()
        for believed in (self._offset, self._doubted):
            if believed is None or abs(offset - believed) > JUMP:
                continue
            self._offset, self._doubted = offset, None
            return True
        if self._offset is None:
            self._offset = offset
            return True
        self._doubted, jump = offset, round(offset - self._offset)
        log.warning("clock.jumped", seconds=jump)
        return False
