"""What people would pick instead, each in a process of its own and on an empty database of its own."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from benchmarks.ground import ROOT, Behind, Ground

PYTHON = ROOT / ".venv-peers" / "bin" / "python"
ENQUEUED = {"pgqueuer": 5_000, "procrastinate": 1_500, "dbos": 300}
"""Jobs that each surely takes in a second, on a machine that others use too; by it they get time before the first."""
SETTLED = 3.0


class NotThere(Exception):
    """The peers are not installed: `make bench-peers` makes .venv-peers from benchmarks/peers/requirements.lock."""


async def play(
    ground: Ground, peer: str, name: str, count: int, rate: float = 0, pending: int = 0
) -> Mapping[str, Any]:
    """Have a peer do the work once, and count what it made of it."""
    if not PYTHON.exists():
        raise NotThere((NotThere.__doc__ or "").strip())
    dsn = (await ground.database(name)).replace("+asyncpg", "")
    wanted = {"count": count, "rate": rate, "pending": pending, "lead": SETTLED + count / ENQUEUED[peer]}
    words = [word for key, value in {"dsn": dsn, **wanted}.items() for word in (f"--{key}", str(value))]
    log = ground.folder / f"{name}.log"
    with log.open("wb") as complaints:
        process = await asyncio.create_subprocess_exec(
            *(str(PYTHON), "-m", f"benchmarks.peers.{peer}_worker", *words),
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=complaints,
        )  # fmt: skip
    said, _ = await process.communicate()
    if process.returncode:
        raise Behind(f"{peer} ended with {process.returncode}: {log.read_text(encoding='utf-8')[-500:]}", ground.folder)
    told: dict[str, Any] = json.loads(said.splitlines()[-1])
    if told["tasks"] != count:
        raise Behind(f"{peer} made {told['tasks']} tasks of {count}", ground.folder)
    return told


def versions() -> dict[str, str]:
    """Which peers were measured."""
    lock = (ROOT / "benchmarks" / "peers" / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split(" ")[0].split("==") for line in lock if "==" in line and line[0].isalpha())
    return {name: pinned[name] for name in (*ENQUEUED, "psycopg", "asyncpg")}
