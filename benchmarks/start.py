"""How soon it is there: `throughline --help` beside the import of FastAPI, and `up` beside its servers' own starts."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks import turns
from benchmarks.faults.bus import Bus
from benchmarks.faults.child import Child
from benchmarks.faults.postgres import free_ports
from benchmarks.ground import ROOT, Behind

HELP = (sys.executable, "-m", "services", "--help")
FASTAPI = (sys.executable, "-c", "import fastapi")


async def measure(told: argparse.Namespace) -> dict[str, Any]:
    """The four in turn."""
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        ground = Path(folder)
        os.environ.update(PYTHONPYCACHEPREFIX=str(ground / "compiled"))
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        # Whoever starts it every day has it compiled since the first.
        for words in (FASTAPI, HELP, (sys.executable, "-c", "import services.running")):
            await _ran(*words)
        took = await turns.alternate(
            told.rounds,
            {
                "import_fastapi": lambda _number: _ran(*FASTAPI),
                "help": lambda _number: _ran(*HELP),
                "servers": lambda number: _server(ground / f"server-{number}"),
                "up": lambda number: _up(ground / f"up-{number}"),
            },
        )
    beyond = [one - other for one, other in zip(took["up"], took["servers"], strict=True)]
    return {
        "seconds": {name: turns.figure(some, 3) for name, some in took.items()},
        "help_to_fastapi": turns.ratio(took["help"], took["import_fastapi"]),
        "goal_help": 0.3,
        "up_beyond_servers_seconds": turns.figure(beyond, 2),
        "goal_up": 2,
    }


async def _ran(*words: str) -> float:
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL)
    if await process.wait():
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}")
    return time.perf_counter() - begun


async def _server(folder: Path) -> float:
    """The bus alone, until it greets: SQLite has no server."""
    bus = Bus(folder / "nats", _made(folder), free_ports(1)[0])
    begun = time.perf_counter()
    await bus.start()
    took = time.perf_counter() - begun
    await bus.stop()
    return took


async def _up(folder: Path) -> float:
    """`throughline up` on an empty folder, until it answers that it is well."""
    [port] = free_ports(1)
    clean = {key: value for key, value in os.environ.items() if not key.startswith("THROUGHLINE_")}
    up = Child([sys.executable, "-m", "services", "up"], _made(folder) / "up.log")
    begun = time.perf_counter()
    await up.start({**clean, "THROUGHLINE_DATA": str(folder), "THROUGHLINE_PORT": str(port), "PYTHONPATH": str(ROOT)})
    try:
        await _well(port, up, folder)
        return time.perf_counter() - begun
    finally:
        await up.stop(within=30)


async def _well(port: int, up: Child, folder: Path) -> None:
    async with httpx.AsyncClient() as http:
        while up.runs:
            try:
                if (await http.get(f"http://127.0.0.1:{port}/health")).is_success:
                    return
            except httpx.HTTPError:
                await asyncio.sleep(0.02)
    raise Behind(f"up ended: {up.last_words()}", folder)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    sys.exit(turns.main("start", turns.options("start", __doc__, databases=False).parse_args(), measure))
