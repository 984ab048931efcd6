"""What an ear keeps in mind between deliveries: that the world is not ready, that it has to stop, what failed here."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from shared.errors import NotNow

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between two tries while the world is not ready; growing from one to the other."""
LONGEST_TRY = 300.0
"""Seconds after which a try that has not ended has failed: it may wait for what never comes."""
REMEMBERED = 10_000


class Stopped(Exception):
    """The service stops while messages are held: they go back to the bus, for another replica."""


class Message(Protocol):
    """By what a message is recognised when it comes again; good enough to count by."""

    @property
    def subject(self) -> str: ...
    @property
    def sequence(self) -> int: ...


class Holding:
    """What one ear keeps in mind; it forgets all with its process."""

    def __init__(self) -> None:
        self.reason = ""
        """Why messages are held; empty while none are."""
        self._stopping = asyncio.Event()
        self._failures: dict[tuple[str, int], int] = {}

    def stop(self) -> None:
        """Hold nothing any longer."""
        self._stopping.set()

    def go_on(self) -> None:
        """Between two messages: raises Stopped when the service is to stop."""
        if self._stopping.is_set():
            raise Stopped

    async def when_ready(self, attempt: Callable[[], Awaitable[None]]) -> None:
        """Do it, again and again while the world is not ready for it: no message is to blame, so none pays for it.

        Raises Stopped when the service is to stop meanwhile, TimeoutError for a try that does not end.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                async with asyncio.timeout(LONGEST_TRY):
                    await attempt()
            except NotNow as error:
                self._note(error.reason)
            else:
                self._note("")
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            if self._stopping.is_set():
                raise Stopped
            pause = min(LONGEST_PAUSE, pause * 2)

    def failed(self, message: Message) -> int:
        """How often this message failed here, this time included."""
        mark = (message.subject, message.sequence)
        self._failures[mark] = times = self._failures.pop(mark, 0) + 1
        while len(self._failures) > REMEMBERED:
            del self._failures[next(iter(self._failures))]
        return times

    def has_failed(self, message: Message) -> bool:
        """Whether it failed here before."""
        return (message.subject, message.sequence) in self._failures

    def forget(self, message: Message) -> None:
        """It is settled."""
        if self._failures:
            self._failures.pop((message.subject, message.sequence), None)

    def _note(self, reason: str) -> None:
        if reason and not self.reason:
            log.warning("bus.held", reason=reason)
        if self.reason and not reason:
            log.info("bus.goes_on")
        self.reason = reason
