"""The alarm wakes whoever has something due, in time; it distrusts a clock that jumps, and survives a bad day."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from shared.clock import WorldClock
from shared.errors import NotNow
from shared.obligations import alarm as module
from shared.obligations.alarm import Alarm
from tests.support.bus import eventually

SOON = timedelta(seconds=0.2)


class Hands:
    """A clock that runs with the world's, and that somebody may put forward or back."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return WorldClock().now() + self.ahead


class Ledger:
    """Due times, and when the alarm rang for them."""

    def __init__(self, clock: Hands, *due: datetime) -> None:
        self.clock = clock
        self.due = list(due)
        self.fired: list[datetime] = []
        self.looks = 0
        self.bad_days = 0
        self.away = 0

    async def earliest(self) -> datetime | None:
        return min(self.due, default=None)

    async def ring(self) -> None:
        self.looks += 1
        if self.away:
            self.away -= 1
            raise NotNow("The database cannot be reached.")
        if self.bad_days:
            self.bad_days -= 1
            raise ConnectionError("the database is away")
        now = self.clock.now()
        self.fired += sorted(due for due in self.due if due <= now)
        self.due = [due for due in self.due if due > now]


@asynccontextmanager
async def woken(ledger: Ledger) -> AsyncIterator[Alarm]:
    alarm = Alarm(ledger.clock, ledger.earliest, ledger.ring)
    alarm.start()
    try:
        yield alarm
    finally:
        alarm.stop()


async def test_what_fell_due_while_nobody_ran_fires_at_the_start_and_in_order() -> None:
    clock = Hands()
    first, second = clock.now() - timedelta(days=2), clock.now() - timedelta(days=1)
    ledger = Ledger(clock, second, first)
    async with woken(ledger):
        await eventually(lambda: ledger.fired == [first, second])


async def test_what_falls_due_while_the_database_is_away_fires_soon_after_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "AFTER_FAILURE", timedelta(seconds=0.05))
    clock = Hands()
    ledger = Ledger(clock, due := clock.now())
    ledger.away = 3
    async with woken(ledger):
        await eventually(lambda: ledger.fired == [due])


async def test_it_rings_when_something_falls_due_and_not_before() -> None:
    clock = Hands()
    due = clock.now() + SOON
    ledger = Ledger(clock, due, clock.now() + timedelta(hours=1))
    async with woken(ledger):
        await eventually(lambda: ledger.fired == [due])
        assert clock.now() >= due
        assert len(ledger.due) == 1


async def test_one_that_rings_only_when_something_is_due_looks_and_stays_silent_until_then() -> None:
    clock = Hands()
    ledger = Ledger(clock, late := clock.now() - SOON, soon := clock.now() + SOON, clock.now() + timedelta(hours=1))
    alarm = Alarm(clock, ledger.earliest, ledger.ring, only_when_due=True)
    alarm.start()
    await eventually(lambda: ledger.fired == [late, soon])
    for _ in range(3):
        alarm.reset()
        await asyncio.sleep(2 * module.CHANGED.total_seconds())
    alarm.stop()
    assert ledger.looks == 2


async def test_a_ledger_that_changes_all_the_time_is_looked_at_now_and_then() -> None:
    clock = Hands()
    ledger = Ledger(clock)
    began = clock.now()
    async with woken(ledger) as alarm:
        for _ in range(200):
            alarm.reset()
            await asyncio.sleep(0.002)
        # One that was asked for just before a look begins comes right after it.
        assert 1 < ledger.looks <= 2 * ((clock.now() - began) / module.CHANGED) + 2


async def test_a_ledger_that_changes_is_looked_at_again() -> None:
    clock = Hands()
    ledger = Ledger(clock)
    async with woken(ledger) as alarm:
        await eventually(lambda: ledger.looks == 1)
        due = clock.now() + SOON
        ledger.due.append(due)
        alarm.reset()
        await eventually(lambda: ledger.fired == [due])


async def test_a_change_that_comes_while_it_looks_is_not_missed() -> None:
    clock = Hands()
    ledger = Ledger(clock)
    async with woken(ledger) as alarm:
        ring, changed = ledger.ring, asyncio.Event()

        async def ring_slowly() -> None:
            await ring()
            if not changed.is_set():
                changed.set()
                ledger.due.append(clock.now())
                alarm.reset()

        alarm._ring = ring_slowly
        alarm.reset()
        await eventually(lambda: len(ledger.fired) == 1)


async def test_a_clock_that_jumps_is_believed_only_when_it_stays_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DOUBT", timedelta(hours=1))
    clock = Hands()
    ledger = Ledger(clock, clock.now() + timedelta(days=30))
    async with woken(ledger) as alarm:
        await eventually(lambda: ledger.looks == 1)

        async def look_in_doubt() -> None:
            clock.ahead = timedelta(days=365)
            alarm.reset()
            await eventually(lambda: alarm._doubted is not None)
            assert ledger.fired == []

        await look_in_doubt()
        assert ledger.looks == 1
        clock.ahead = timedelta()
        alarm.reset()
        await eventually(lambda: ledger.looks > 1)
        assert ledger.fired == []
        await look_in_doubt()
        alarm.reset()
        await eventually(lambda: len(ledger.fired) == 1)


async def test_a_doubt_is_looked_into_again_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DOUBT", SOON)
    clock = Hands()
    ledger = Ledger(clock, clock.now() + timedelta(days=30))
    async with woken(ledger) as alarm:
        await eventually(lambda: ledger.looks == 1)
        clock.ahead = timedelta(days=365)
        alarm.reset()
        await eventually(lambda: len(ledger.fired) == 1)


async def test_a_bad_day_of_the_database_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAFETY", SOON)
    clock = Hands()
    due = clock.now()
    ledger = Ledger(clock, due)
    ledger.bad_days = 2
    async with woken(ledger):
        await eventually(lambda: ledger.fired == [due])


async def test_what_another_replica_holds_is_asked_for_again_without_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    pause = timedelta(seconds=0.05)
    monkeypatch.setattr(module, "HELD", pause)
    looked: list[datetime] = []

    class Held(Ledger):
        async def ring(self) -> None:
            looked.append(self.clock.now())
            if len(looked) > 4:
                await super().ring()

    clock = Hands()
    async with woken(ledger := Held(clock, clock.now() - SOON)):
        await eventually(lambda: ledger.fired)
    assert all(later - earlier >= pause for earlier, later in pairwise(looked[1:]))
