"""A sender in a process of its own: sends once what waits at a SQLite address, and may be told where to die."""

import asyncio
import sys

from services.followup.tables import TABLES
from shared import crashes
from shared.clock import WorldClock
from shared.storage.database import Database
from shared.storage.work import Store
from tests.support.mail import MailServer, a_sender


async def _send(url: str, port: int) -> None:
    database = Database(url, "followup")
    await database.create(TABLES)
    await a_sender(Store(database, WorldClock()), MailServer(port), mail_timeout=0.2).send_all()
    await database.close()


if __name__ == "__main__":
    crashes.choose(sys.argv[3])
    asyncio.run(_send(sys.argv[1], int(sys.argv[2])))
