"""Processes that the harness starts itself: gone when the harness is gone, and killed with all their children."""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1


def die_with(parent: int, by: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """What a child does before it becomes another program: ask Linux for a signal when its parent is gone."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def ask() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, by)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def family(pid: int) -> list[int]:
    """A process and all below it, eldest first; those that are gone are left out."""
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):
                found += [int(word) for word in children.read_text().split() if int(word) not in found]
    return found


def send(pid: int, what: signal.Signals) -> None:
    """Send a signal, unless the process is gone already."""
    with suppress(ProcessLookupError):
        os.kill(pid, what)


class Child:
    """A server such as PostgreSQL or NATS; its words go to a file."""

    def __init__(self, arguments: Sequence[str], log: Path, user: str | None = None) -> None:
        self.arguments, self.log, self.user = list(arguments), log, user
        self.process: asyncio.subprocess.Process | None = None

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def start(self, environment: Mapping[str, str] | None = None) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
                # A Ctrl-C at the terminal is for the harness, which then stops all in its order.
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),
            )

    async def kill(self) -> None:
        """SIGKILL for it and all that it has started, the eldest first, so that nobody starts another."""
        if self.process is None:
            return
        for pid in family(self.process.pid) if self.runs else []:
            send(pid, signal.SIGKILL)
        await self.process.wait()

    async def stop(self, by: signal.Signals = signal.SIGTERM, within: float = 10.0) -> None:
        """Ask it to end; kill it if it does not."""
        if self.process is None or not self.runs:
            return
        send(self.process.pid, signal.SIGCONT)
        send(self.process.pid, by)
        try:
            await asyncio.wait_for(self.process.wait(), within)
        except TimeoutError:
            await self.kill()

    def signal(self, what: signal.Signals) -> None:
        if self.process is not None and self.runs:
            send(self.process.pid, what)

    def last_words(self, lines: int = 8) -> str:
        """The end of its log, for whoever asks why it ended."""
        return last_words(self.log, lines)


def last_words(log: Path, lines: int = 8) -> str:
    """The end of a log."""
    try:
        return " | ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
