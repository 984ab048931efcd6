"""The nursery: a process that has imported everything and forks services in a moment; a cold start costs seconds.

What it forks is the command `throughline` with its arguments and a clean environment, as from a shell.
"""

import asyncio
import gc
import importlib
import json
import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.faults.child import die_with, last_words

SLOW_TO_IMPORT = (
    "services.running",
    "apscheduler.executors.asyncio",
    "apscheduler.triggers.date",
    "apscheduler.triggers.interval",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)
ROOT = Path(__file__).parents[2]


class NurseryEnded(Exception):
    """The nursery has ended by itself; its last words say why, if it had any."""

    def __init__(self, log: Path) -> None:
        super().__init__(f"the nursery has ended, no service can be started: {last_words(log) or f'{log} is empty'}")


class Nursery:
    """The harness's side: asks for processes, and is told when they end."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "nursery.log"
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._asked: dict[int, asyncio.Future[int]] = {}
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._number = 0

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "benchmarks.faults.nursery",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                # No setting of the harness's own surroundings may reach a service.
                env={name: value for name, value in os.environ.items() if not name.startswith("THROUGHLINE_")},
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),
            )
        self._reading = asyncio.create_task(self._read(), name="nursery")

    async def fork(
        self, arguments: list[str], environment: dict[str, str], log: Path, mutation: str = ""
    ) -> tuple[int, asyncio.Future[int]]:
        """Run `throughline` with these arguments; its process id, and later its end: a code, or minus a signal.

        Raises NurseryEnded when the nursery itself is gone: nothing can be started any more, and no end be told.
        """
        assert self._process is not None
        assert self._process.stdin is not None
        if self._reading is None or self._reading.done():
            raise NurseryEnded(self._log)
        self._number += 1
        asked = self._asked[self._number] = asyncio.get_running_loop().create_future()
        wish = {"number": self._number, "arguments": arguments, "environment": environment, "log": str(log)}
        self._process.stdin.write(json.dumps(wish | {"mutation": mutation}).encode() + b"\n")
        pid = await asyncio.wait_for(asked, 60)
        return pid, self._ends[pid]

    async def stop(self) -> None:
        """End it; what it has forked dies with it."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        if self._reading:
            await self._reading

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            told: dict[str, int] = json.loads(line)
            if "number" in told:
                self._ends[told["pid"]] = asyncio.get_running_loop().create_future()
                self._asked.pop(told["number"]).set_result(told["pid"])
            else:
                _set(self._ends.pop(told["pid"]), told["code"])
        for end in self._ends.values():
            _set(end, -signal.SIGKILL)
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(NurseryEnded(self._log))


def _set(end: asyncio.Future[int], code: int) -> None:
    """Tell an end to whoever still waits for it."""
    if not end.done():
        end.set_result(code)


def main() -> None:
    """Serve wishes from standard input until it ends."""
    for module in SLOW_TO_IMPORT:
        importlib.import_module(module)
    gc.freeze()
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    rest = b""
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _tell_who_ended()
        if 0 in ready:
            read = os.read(0, 65536)
            if not read:
                return
            *wishes, rest = (rest + read).split(b"\n")
            for wish in wishes:
                _fork(json.loads(wish))


def _tell(told: dict[str, int]) -> None:
    os.write(1, json.dumps(told).encode() + b"\n")


def _tell_who_ended() -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            _tell({"pid": pid, "code": os.waitstatus_to_exitcode(status)})


def _fork(wish: dict[str, Any]) -> None:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        _tell({"number": wish["number"], "pid": pid})
        return
    code = 70
    try:
        die_with(parent)()
        code = _be(wish)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _be(wish: dict[str, Any]) -> int:
    """Become the command that was wished for; tells its exit code."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for mine, given in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(mine, given)
    os.environ.update(wish["environment"])
    sys.stdout = os.fdopen(1, "w", buffering=1)
    sys.stderr = os.fdopen(2, "w", buffering=1)
    if wish["mutation"]:
        importlib.import_module("benchmarks.faults.mutants").apply(wish["mutation"])
    from services.__main__ import app  # noqa: PLC0415

    try:
        app(wish["arguments"])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1 if end.code else 0
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    main()
