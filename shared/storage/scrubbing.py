"""Scrubbing: what was deleted or changed is gone from the files as well, not only from the tables."""

import asyncio
from collections.abc import Iterable

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.errors import NotNow
from shared.storage.database import Database

log = structlog.get_logger()

TRIES, PAUSE = 40, 0.05
"""How often, and after how many seconds, is asked again whether nobody reads what is to go."""


async def scrub(database: Database, *tables: str) -> bool:
    """Write a database anew without what it deleted; whether its files are clean now.

    Of a served one only these tables: its log, its replicas and its backups are in the hands of whoever runs it.
    """
    try:
        return await (_scrub_file(database) if database.is_sqlite else _scrub_tables(database, tables))
    except (DBAPIError, NotNow) as error:
        log.warning("not_scrubbed", service=database.service, error=type(error).__name__)
        return False


async def _scrub_file(database: Database) -> bool:
    """SQLite leaves what it deletes in free pages, in the gaps of others, and in the log that it writes ahead."""
    async with database.engine.connect() as connection:
        # Neither may run in a transaction, and SQLAlchemy would open one.
        bare = (await connection.get_raw_connection()).driver_connection
        assert bare is not None
        await bare.execute("VACUUM")
        for _try in range(TRIES):
            cursor = await bare.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, *_pages = await cursor.fetchone()
            if not busy:
                return True
            await asyncio.sleep(PAUSE)
    log.warning("not_scrubbed", service=database.service, error="somebody reads all the time")
    return False


async def _scrub_tables(database: Database, tables: Iterable[str]) -> bool:
    alone = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with alone.connect() as connection:
        for table in tables:
            await connection.execute(text(f'VACUUM FULL "{database.service}"."{table}"'))
    return True
