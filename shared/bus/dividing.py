"""Dividing: which lanes of an ear this process hears, as processes of its service come, go, die and fall silent.

See docs/decisions/0062.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import structlog
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from shared.bus.ears import Ear
from shared.bus.ending import ended
from shared.bus.postman import HasClient

log = structlog.get_logger()

SURE = 0.8
"""How much of the time after which a silent process has lost its lanes it relies on having them."""
LOOK, LONGEST_PAUSE = 0.05, 2.0
"""Seconds between two looks: at a lane that is taken over, and at most at all of them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who divides an ear at one look."""

    place: int
    """The place of this process among all, from 0; all count alike."""
    processes: int
    mine: frozenset[int]
    free: tuple[int, ...]
    """Lanes that nobody has."""

    def share(self, lanes: int) -> int:
        """How many lanes this process should have: as many as each other; what is left over goes to the first ones."""
        return lanes // self.processes + (self.place < lanes % self.processes)


class Lots(Protocol):
    """Where processes hold their lanes: whoever is gone or silent holds none."""

    async def look(self) -> Standing: ...
    async def take(self, lane: int) -> bool: ...
    async def leave(self, lane: int) -> None: ...
    async def close(self) -> None: ...


class Turn:
    """Whether one lane is this process's to hear."""

    def __init__(self, ear: Ear) -> None:
        self.ear = ear
        self._began = asyncio.Event()
        self._in_hand = asyncio.Lock()
        self._sure_until = 0.0

    @property
    def is_ours(self) -> bool:
        """Whether it is surely ours at this moment; after a pause it may have become somebody else's."""
        return self._began.is_set() and asyncio.get_running_loop().time() < self._sure_until

    @property
    def has_begun(self) -> bool:
        """Whether it is heard here, or would be, if it were surely ours."""
        return self._began.is_set()

    def begin(self) -> None:
        """From now on it is heard here."""
        self._began.set()

    def confirm(self, until: float) -> None:
        """It is ours until then, on the clock of the event loop."""
        self._sure_until = until

    def lose(self) -> None:
        """Have it heard here no more; what is in hand is finished, and changes nothing where others did it."""
        self._began.clear()

    async def end(self) -> None:
        """Have it heard here no more; returns once nothing of it is in hand."""
        self.lose()
        async with self._in_hand:
            pass

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Wait until it is ours, and keep it so until the block ends."""
        while True:
            await self._began.wait()
            async with self._in_hand:
                if self.is_ours:
                    yield
                    return
            await asyncio.sleep(LOOK)


class Division:
    """Keeps the lanes of one process: as many as are its share, each once nobody else has anything of it in hand."""

    def __init__(self, turns: Sequence[Turn], lots: Lots, bus: HasClient, silent_for: float, ack_wait: float) -> None:
        self._turns = {turn.ear.lane: turn for turn in turns}
        self._lots, self._bus, self._silent_for, self._ack_wait = lots, bus, silent_for, ack_wait
        self._moving: dict[int, asyncio.Task[None]] = {}
        """Lanes that are being taken over, or left."""
        self._task: asyncio.Task[None] | None = None
        self._trouble = ""

    @property
    def lanes(self) -> list[int]:
        """The lanes that are heard here."""
        return [lane for lane, turn in self._turns.items() if turn.is_ours]

    def told(self) -> dict[str, Any]:
        """The same for health pages: which, and of how many, and why it is not known which."""
        return {"lanes": self.lanes, "of_lanes": len(self._turns), "lanes_trouble": self._trouble.partition(":")[0]}

    async def start(self) -> None:
        """Begin to take part."""
        self._task = asyncio.create_task(self._keep(), name="division of an ear")

    async def stop(self) -> None:
        """Take part no more: what is in hand is finished, and all lanes are free for others."""
        task, self._task = self._task, None
        if task is not None:
            await ended(task)
        try:
            await self._lose(self._turns)
        finally:
            await self._lots.close()

    async def _keep(self) -> None:
        while True:
            try:
                await self._look()
                self._note("")
            except Exception as error:
                self._note(f"{type(error).__name__}: {error}")
                # Nobody knows what became of our locks; whoever is gone has none.
                await self._lots.close()
                await self._lose(self._turns)
            await asyncio.sleep(min(self._silent_for / 8, LONGEST_PAUSE))

    async def _look(self) -> None:
        began = asyncio.get_running_loop().time()
        standing = await self._lots.look()
        for lane in standing.mine:
            self._turns[lane].confirm(began + SURE * self._silent_for)
        await self._lose(self._turns.keys() - standing.mine)
        share = standing.share(len(self._turns))
        staying = [lane for lane in sorted(standing.mine) if lane not in self._moving]
        for lane in staying[share:]:
            self._move(lane, self._leave)
        # What was to be left, or taken over, and could not be.
        for lane in staying[:share]:
            if not self._turns[lane].has_begun:
                self._move(lane, self._take_over)
        for lane in standing.free[: max(0, share - len(standing.mine))]:
            if await self._lots.take(lane):
                self._turns[lane].confirm(began + SURE * self._silent_for)
                self._move(lane, self._take_over)

    def _move(self, lane: int, how: Callable[[int], Coroutine[Any, Any, None]]) -> None:
        self._moving[lane] = task = asyncio.create_task(how(lane), name=f"lane {lane}")
        task.add_done_callback(partial(self._moved, lane))

    def _moved(self, lane: int, task: asyncio.Task[None]) -> None:
        self._moving.pop(lane, None)
        if not task.cancelled() and (error := task.exception()):
            log.warning("bus.lane_not_moved", ear=str(self._turns[lane].ear), error=type(error).__name__)

    async def _leave(self, lane: int) -> None:
        await self._turns[lane].end()
        await self._lots.leave(lane)
        log.info("bus.lane_left", ear=str(self._turns[lane].ear))

    async def _take_over(self, lane: int) -> None:
        """Begin with a lane when what others had in hand is answered, or comes again: so it is heard in order."""
        ear = self._turns[lane].ear
        deadline = asyncio.get_running_loop().time() + self._ack_wait
        while asyncio.get_running_loop().time() < deadline:
            with suppress(NatsError, NotFoundError, OSError):
                info = await self._bus.client.jetstream(timeout=2).consumer_info(ear.stream, ear.durable)
                # Also a request of whoever is gone may still be answered: then what comes first comes last.
                if not info.num_ack_pending and not info.num_waiting:
                    break
            await asyncio.sleep(LOOK)
        log.info("bus.lane_taken", ear=str(ear))
        self._turns[lane].begin()

    async def _lose(self, lanes: Iterable[int]) -> None:
        for lane in lanes:
            if (task := self._moving.get(lane)) is not None:
                # A driver that is interrupted answers with an error of its own; it is told where the task ends.
                with suppress(Exception):
                    await ended(task)
            self._turns[lane].lose()

    def _note(self, reason: str) -> None:
        if reason and not self._trouble:
            log.warning("bus.lanes_unsure", reason=reason)
        self._trouble = reason
