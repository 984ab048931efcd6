"""A sender in a process of its own: sends once what waits at an address, at a time, and may be told where to die."""

import asyncio
import sys
from datetime import datetime

from shared import crashes
from tests.support.mail import MailServer, a_sender
from tests.support.stores import a_store


async def run_sender(url: str, server: MailServer, now: datetime, dies_at: str = "") -> int:
    """Start it, and wait until it ends; tells how."""
    told = (url, str(server.port), now.isoformat(), dies_at)
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.support.sending", *told)
    return await process.wait()


async def _send(url: str, port: int, now: datetime) -> None:
    async with a_store(url, now=now) as store:
        await a_sender(store, MailServer(port)).send_all()


if __name__ == "__main__":
    crashes.choose(sys.argv[4])
    asyncio.run(_send(sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])))
