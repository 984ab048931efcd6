"""One end of a connection that goes through a proxy: what comes in here is written to the other end."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import cast

PIPE = 1024 * 1024
"""Bytes that may wait for one end before the other is not read any more."""
BLACK_HOLE = "black hole"


def _nothing() -> None:
    pass


class End(asyncio.Protocol):
    """Reads unless there is a reason not to, and sends on at once unless there is a delay."""

    other: "End"

    def __init__(
        self,
        begun: Callable[[], None] = _nothing,
        heard: Callable[[], None] = _nothing,
        ended: Callable[[], None] = _nothing,
    ) -> None:
        self.delay = 0.0
        self.drops = False
        """What is written here does not arrive."""
        self._begun, self._heard, self._ended = begun, heard, ended
        self._transport: asyncio.Transport | None = None
        self._was_open = False
        self._said_all = self._heard_all = False
        self._holds: set[str] = set()
        self._late: deque[tuple[float, bytes]] = deque()
        self._waiting = 0

    @property
    def is_over(self) -> bool:
        """Whether it is not connected, or not any more."""
        return self._transport is None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(PIPE)
        self._was_open = True
        self._begun()
        self._read_or_not()

    def data_received(self, data: bytes) -> None:
        self._heard()
        if self.delay or self._late:
            self._keep(data)
        else:
            self.other.write(data)

    def eof_received(self) -> bool:
        self._heard_all = True
        self.data_received(b"")
        self._close_if_done()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.deliver()
        self._ended()

    def pause_writing(self) -> None:
        self.other.hold("full", True)

    def resume_writing(self) -> None:
        self.other.hold("full", False)

    def write(self, data: bytes) -> None:
        """Send on what the other end has received; nothing means that no more will come."""
        if self._transport is None or self.drops or self._transport.is_closing():
            return
        if data:
            self._transport.write(data)
        elif not self._said_all:
            self._said_all = True
            with suppress(OSError):  # Else the end that was cut off a moment ago would end the whole proxy.
                self._transport.write_eof()
            self._close_if_done()

    def hold(self, reason: str, is_so: bool) -> None:
        """Read nothing from here for as long as there is a reason."""
        (self._holds.add if is_so else self._holds.discard)(reason)
        self._read_or_not()

    def deliver(self) -> None:
        """Send on what is late and due, or all of it when there is no delay any more; then close if this end has."""
        if BLACK_HOLE in self._holds:
            return
        now = asyncio.get_running_loop().time()
        while self._late and (not self.delay or self._late[0][0] <= now):
            _, data = self._late.popleft()
            self._waiting -= len(data)
            self.other.write(data)
        self.hold("late", self._waiting > PIPE)
        if not self._late and self._was_open and self._transport is None:
            self.other.close()

    def close(self) -> None:
        """Close when all is sent."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close without sending what waits."""
        if self._transport is not None:
            self._transport.abort()

    def _close_if_done(self) -> None:
        """A connection over which neither side has more to say is not closed by asyncio, once it was half closed."""
        if self._said_all and self._heard_all:
            self.close()

    def _keep(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._late.append((loop.time() + self.delay, data))
        self._waiting += len(data)
        self.hold("late", self._waiting > PIPE)
        # A little later than due: a timer may be early by the resolution of the clock.
        loop.call_later(self.delay + 0.001, self.deliver)

    def _read_or_not(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._holds:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()
