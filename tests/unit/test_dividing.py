"""Dividing survives bad minutes of whoever keeps the lots: lanes that are held are heard, and trouble is told."""

import asyncio
from collections.abc import Callable
from typing import Any

from shared.bus import dividing
from shared.bus.dividing import Division, Standing, Turn
from shared.bus.ears import ENGAGEMENT, Ear
from tests.support.bus import eventually

SILENT_FOR = 2.0
EARS = Ear("followup", ENGAGEMENT, ("eng.>",)).in_lanes(2)


class Drum:
    """The lots of two processes, of which the other may come and go, and which has bad minutes."""

    def __init__(self) -> None:
        self.mine: set[int] = set()
        self.processes = 1
        self.failures: dict[str, int] = {}
        self.closed = 0

    def _may_fail(self, what: str) -> None:
        if self.failures.get(what):
            self.failures[what] -= 1
            raise ConnectionError("the session was ended")

    async def look(self) -> Standing:
        self._may_fail("look")
        free = tuple({1, 2} - self.mine) if self.processes == 1 else ()
        return Standing(0, self.processes, frozenset(self.mine), free)

    async def take(self, lane: int) -> bool:
        self.mine.add(lane)
        return True

    async def leave(self, lane: int) -> None:
        self._may_fail("leave")
        self.mine.discard(lane)

    async def close(self) -> None:
        self.closed += 1
        self.mine.clear()


class Away:
    """A bus of which nothing can be learned: what others had in hand is waited for until the wait is over."""

    @property
    def client(self) -> Any:
        raise OSError("the bus is away")


async def divided(drum: Drum, test: Callable[[Division], Any]) -> None:
    division = Division([Turn(ear) for ear in EARS], drum, Away(), SILENT_FOR, ack_wait=0.1)
    await division.start()
    try:
        await test(division)
    finally:
        await division.stop()
    assert division.lanes == []
    assert drum.mine == set()


async def test_whoever_is_alone_hears_every_lane_and_one_who_stops_holds_none() -> None:
    async def alone(division: Division) -> None:
        await eventually(lambda: division.lanes == [1, 2])

    await divided(Drum(), alone)


async def test_after_a_look_that_fails_no_lane_is_believed_to_be_ours_until_the_next_one_succeeds() -> None:
    drum = Drum()

    async def failing(division: Division) -> None:
        await eventually(lambda: division.lanes == [1, 2])
        drum.failures["look"] = 1
        await eventually(lambda: division.told()["lanes_trouble"] == "ConnectionError")
        assert division.lanes == []
        assert drum.closed == 1
        await eventually(lambda: division.lanes == [1, 2])
        assert division.told() == {"lanes": [1, 2], "of_lanes": 2, "lanes_trouble": ""}

    await divided(drum, failing)


async def test_a_lane_that_could_not_be_left_is_heard_again_when_it_is_ours_to_hear() -> None:
    drum = Drum()

    async def not_left(division: Division) -> None:
        await eventually(lambda: division.lanes == [1, 2])
        drum.failures["leave"] = 1
        drum.processes = 2
        await eventually(lambda: division.lanes == [1] and not drum.failures["leave"])
        drum.processes = 1
        await eventually(lambda: division.lanes == [1, 2])

    await divided(drum, not_left)


async def test_a_take_over_that_is_broken_off_with_an_error_does_not_end_the_division() -> None:
    drum = Drum()

    class Stubborn(Away):
        @property
        def client(self) -> Any:
            if drum.failures.get("client"):
                drum.failures["client"] -= 1
                raise RuntimeError("interrupted")
            raise OSError("the bus is away")

    drum.failures["client"] = 2
    division = Division([Turn(ear) for ear in EARS], drum, Stubborn(), SILENT_FOR, ack_wait=0.1)
    await division.start()
    await eventually(lambda: division.lanes == [1, 2])
    await division.stop()


async def test_what_is_silent_for_too_long_is_not_heard_until_it_is_sure_again() -> None:
    turn = Turn(EARS[0])
    turn.begin()
    turn.confirm(asyncio.get_running_loop().time() + 0.05)
    sure = [turn.is_ours]
    await asyncio.sleep(0.1)
    assert [*sure, turn.is_ours] == [True, False]
    waiting = asyncio.create_task(_hold(turn))
    await asyncio.sleep(2 * dividing.LOOK)
    assert not waiting.done()
    turn.confirm(asyncio.get_running_loop().time() + 10)
    async with asyncio.timeout(5):
        await waiting


async def _hold(turn: Turn) -> None:
    async with turn.held():
        pass
