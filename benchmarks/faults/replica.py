"""One process of a service, kept running as systemd would; a death that nobody ordered is a finding."""

import asyncio
import signal
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.faults.child import last_words, send
from benchmarks.faults.nursery import Nursery, NurseryEnded

COULD_NOT_START = 2
"""How a service ends whose bus or database is not there while it starts; systemd would start it again."""


class Replica:
    """A replica of a service, by its letter."""

    def __init__(
        self, nursery: Nursery, service: str, letter: str, port: int, environment: dict[str, str], folder: Path
    ) -> None:
        self.service, self.letter, self.port = service, letter, port
        self.environment = environment | {"THROUGHLINE_PORT": str(port)}
        self.log = folder / f"{service}-{letter}.log"
        self.pid = 0
        self.is_up = False
        self.crash_at = ""
        """Where the next start dies; once."""
        self.may_be_killed = False
        """Whether a SIGKILL was ordered for the present start: sent to it, or at a crash point that it may pass."""
        self.mutation = ""
        self.starts = 0
        self.vain_starts = 0
        self.findings: list[str] = []
        """Deaths that nobody ordered."""
        self.ended = asyncio.Event()
        """Set whenever no process of it runs."""
        self.ended.set()
        self._nursery = nursery
        self._wanted = False
        self._ordered = False
        self._keeping: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self.last_code = 0

    def __str__(self) -> str:
        return f"{self.service}-{self.letter}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Have it run, and run again whenever it ends."""
        self._wanted = True
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep(), name=str(self))

    def order_death(self) -> None:
        """Whatever ends it now was wished for."""
        self._ordered = True

    def send(self, what: signal.Signals) -> None:
        """Send it a signal; a kill is remembered as ordered."""
        if what in {signal.SIGKILL, signal.SIGTERM}:
            self.order_death()
        if what == signal.SIGKILL:
            self.may_be_killed = True
        if self.pid and not self.ended.is_set():
            send(self.pid, what)

    async def stay_down(self, by: signal.Signals = signal.SIGTERM, within: float = 15.0) -> int | None:
        """End it and do not start it again; its exit code, or None if it had to be killed."""
        self._wanted = False
        while not self.pid and not self.ended.is_set():  # noqa: ASYNC110 - it is just being forked
            await asyncio.sleep(0.01)
        if self.ended.is_set():
            await self._kept()
            return self.last_code
        self.send(signal.SIGCONT)
        self.send(by)
        try:
            await asyncio.wait_for(self.ended.wait(), within)
        except TimeoutError:
            self.send(signal.SIGKILL)
            await self.ended.wait()
            return None
        finally:
            await self._kept()
        return self.last_code

    def ended_well(self, code: int | None) -> bool:
        """Whether this is how a service ends that was asked to: by itself, unless another fault killed it meanwhile."""
        return code == 0 or (code == -signal.SIGKILL and self.may_be_killed)

    async def _kept(self) -> None:
        if self._keeping:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError, NurseryEnded):
                await self._keeping
            self._keeping = None

    async def until_up(self, within: float = 60.0) -> None:
        """Wait until it answers. Raises NurseryEnded when it can't be started any more."""
        async with asyncio.timeout(within):
            while not self.is_up:
                if self._keeping and self._keeping.done():
                    self._keeping.result()
                await asyncio.sleep(0.05)

    async def _keep(self) -> None:
        while self._wanted:
            crash_at, self.crash_at = self.crash_at, ""
            began, self._ordered, self.may_be_killed = time.monotonic(), bool(crash_at), bool(crash_at)
            environment = self.environment | {"THROUGHLINE_CRASH_AT": crash_at}
            self.pid = 0
            self.ended.clear()
            try:
                self.pid, end = await self._nursery.fork(["run", self.service], environment, self.log, self.mutation)
            except BaseException:
                self.ended.set()
                raise
            self.starts += 1
            self.look_again()
            try:
                self.last_code = await asyncio.shield(end)
            finally:
                self._stop_looking()
                self.is_up = False
                if end.done():
                    self.ended.set()
            self._judge()
            if time.monotonic() - began < 1.0:
                await asyncio.sleep(0.5)

    def _judge(self) -> None:
        if self._ordered:
            return
        if self.last_code == COULD_NOT_START:
            self.vain_starts += 1
        else:
            self.findings.append(f"{self} ended with {self.last_code}: {last_words(self.log)}")

    def _stop_looking(self) -> None:
        if self._looking:
            self._looking.cancel()

    def look_again(self) -> None:
        """It was not up for a while; see when it is."""
        self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        """It is up once it has answered; afterwards it may be busy, and is still up."""
        while not self.is_up:
            self.is_up = await answers(self.port)
            await asyncio.sleep(0.1)


async def answers(port: int, path: str = "/health", within: float = 2.0) -> bool:
    """Whether HTTP is answered at all on this port."""
    try:
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                return (await reader.readline()).startswith(b"HTTP/1.1")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
