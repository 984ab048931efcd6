"""A TCP proxy between a service and its bus or database that delays, cuts, swallows, or loses answers when told."""

import argparse
import asyncio
import contextlib
import json
import socket
import sys
from enum import StrEnum
from types import TracebackType
from typing import Self

from benchmarks.faults.ends import End

MOMENT = 0.2
"""Seconds in which a request gets through to the server whose answer is then lost."""


class Mode(StrEnum):
    """What the proxy does with connections and with what comes over them."""

    PASS = "pass"  # noqa: S105 - lets all through
    DELAY = "delay"
    """All bytes arrive some seconds late, in order."""
    CUT = "cut"
    """All connections are closed, and new ones refused."""
    BLACK_HOLE = "black-hole"
    """Connections stay open and new ones are taken; nothing comes through, either way, until another mode."""
    ANSWER_LOST = "answer-lost"
    """On each connection there is, the next request reaches the server; it is closed before its answer is back."""


class Proxy:
    """Listens on a port of its own, and connects to one server for each who connects.

    The server is `host:port`, or the path of a local socket (PostgreSQL's).
    """

    def __init__(self, server: str, port: int = 0) -> None:
        self.mode = Mode.PASS
        self.delay = 0.0
        self.answers_lost = 0
        """How many connections were closed between a request and its answer."""
        self.pairs: set[Pair] = set()
        self._to = server
        self._held = _bound(port)
        self.port = int(self._held.getsockname()[1])
        """Where it listens on 127.0.0.1: the same for all its life."""
        self._listening: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._refuse()
        self._held.close()
        self._close_all()
        await asyncio.sleep(0)

    async def become(self, mode: Mode, delay: float = 0.0) -> None:
        """Change what happens, at once, also on the connections that there are; `delay` counts for DELAY only."""
        self.mode, self.delay = mode, delay if mode is Mode.DELAY else 0.0
        if mode is Mode.CUT:
            self._refuse()
            self._close_all()
            return
        await self._listen()
        for pair in tuple(self.pairs):
            pair.obey(mode)

    async def connect(self, side: End) -> None:
        """Connect one side of a pair to the server."""
        loop = asyncio.get_running_loop()
        if self._to.startswith("/"):
            await loop.create_unix_connection(lambda: side, self._to)
        else:
            host, _, port = self._to.rpartition(":")
            await loop.create_connection(lambda: side, host.strip("[]"), int(port))

    async def _listen(self) -> None:
        if self._listening is None:
            loop = asyncio.get_running_loop()
            self._listening = await loop.create_server(lambda: Pair(self).client, sock=self._held)

    def _refuse(self) -> None:
        """Listen no more, but let nobody else have the port."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
            self._held = _bound(self.port)

    def _close_all(self) -> None:
        for pair in tuple(self.pairs):
            pair.abort()


class Pair:
    """One connection of a client, and the one to the server that belongs to it."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.client, self.server = End(self.begin, self.asked, self.ended), End(ended=self.ended)
        self.client.other, self.server.other = self.server, self.client
        self._connecting: asyncio.Task[None] | None = None
        self._loses_answer = False

    def begin(self) -> None:
        """A client has connected: find the server for it."""
        self.proxy.pairs.add(self)
        self.obey(self.proxy.mode if self.proxy.mode is not Mode.ANSWER_LOST else Mode.PASS)

    def obey(self, mode: Mode) -> None:
        """Do as the proxy was told."""
        self._loses_answer = mode is Mode.ANSWER_LOST
        for side in (self.client, self.server):
            side.delay = self.proxy.delay
            side.hold("black hole", mode is Mode.BLACK_HOLE)
            side.deliver()
        if self._connecting is None and mode is not Mode.BLACK_HOLE:
            self.client.hold("no server yet", True)
            self._connecting = asyncio.create_task(self._connect())

    def asked(self) -> None:
        """The client has sent something."""
        if self._loses_answer:
            self._loses_answer = False
            self.client.drops = True
            self.proxy.answers_lost += 1
            asyncio.get_running_loop().call_later(MOMENT, self.abort)

    def ended(self) -> None:
        """One of the connections has ended; the other follows when it has been sent what waits."""
        if self._connecting is not None and self.client.is_over and self.server.is_over:
            self.proxy.pairs.discard(self)

    def abort(self) -> None:
        """Close both connections at once."""
        self.proxy.pairs.discard(self)
        if self._connecting is not None:
            self._connecting.cancel()
        for side in (self.client, self.server):
            side.abort()

    async def _connect(self) -> None:
        try:
            await self.proxy.connect(self.server)
        except OSError:
            self.abort()
            return
        self.client.hold("no server yet", False)
        # The mode may have changed while it connected.
        self.obey(self.proxy.mode if self.proxy.mode is not Mode.ANSWER_LOST else Mode.PASS)


def _bound(port: int) -> socket.socket:
    """A socket that holds a port of 127.0.0.1; as long as nobody listens on it, connections are refused."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", port))
    return held


async def _run(server: str, port: int) -> None:
    """Do as each line of the standard input says, and tell what is done; end when it ends."""
    async with Proxy(server, port) as proxy:
        while True:
            told = {"port": proxy.port, "mode": proxy.mode, "delay": proxy.delay, "answers_lost": proxy.answers_lost}
            print(json.dumps(told), flush=True)
            line = await asyncio.to_thread(sys.stdin.readline)
            if not line:
                return
            words = line.split()
            with contextlib.suppress(ValueError, IndexError):
                await proxy.become(Mode(words[0]), float(words[1]) if len(words) > 1 else 0.0)


def main() -> None:
    """`python -m benchmarks.faults.proxy host:port`: modes are lines of the input, like `delay 0.5`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("server", help="host:port, or the path of a local socket")
    parser.add_argument("--port", type=int, default=0, help="where to listen on 127.0.0.1; 0 takes a free port")
    arguments = parser.parse_args()
    asyncio.run(_run(arguments.server, arguments.port))


if __name__ == "__main__":
    main()
