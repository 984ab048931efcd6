"""A messenger in a process of its own: tells once what waits at an address, at a time, and may be told where to die."""

import asyncio
import sys
from datetime import datetime

from services.evaluation.handlers.messenger import Messenger
from services.evaluation.tables import TABLES
from shared import crashes
from shared.access.caller import ALL_RIGHTS, Caller
from tests.support.receiver import HOOK
from tests.support.stores import a_store


async def run_messenger(url: str, now: datetime, dies_at: str) -> int:
    """Start it, and wait until it ends; tells how."""
    told = (url, now.isoformat(), dies_at)
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.support.messaging", *told)
    return await process.wait()


async def _everybody(_label: str) -> Caller | None:
    return ALL_RIGHTS


async def _send(url: str, now: datetime) -> None:
    async with a_store(url, "evaluation", TABLES, now) as store:
        await Messenger(store, HOOK, _everybody).send_all()


if __name__ == "__main__":
    crashes.choose(sys.argv[3])
    asyncio.run(_send(sys.argv[1], datetime.fromisoformat(sys.argv[2])))
