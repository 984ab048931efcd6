"""Tables as a first start makes them: made once by each process, and copied for all later databases in memory.

That a first start makes them, and brings older ones to the same, tests/storage/test_storing_migrations.py shows.
"""

from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.replay import IN_MEMORY
from shared.storage.database import Database
from shared.storage.migrations import Migrated


class Keeps(Protocol):
    """A service, or the register."""

    async def prepare(self) -> Migrated: ...


_MADE: dict[str, bytes] = {}
"""By service, an image of its empty tables."""


async def prepare(keeps: Keeps, database: Database) -> None:
    """The same as if it had been prepared by itself."""
    if database.url != IN_MEMORY:
        await keeps.prepare()
    elif database.service in _MADE:
        async with database.engine.connect() as connection:
            driver = await _driver(connection)
            await driver._execute(driver._conn.deserialize, _MADE[database.service])
        await keeps.prepare()
    else:
        await keeps.prepare()
        async with database.engine.connect() as connection:
            driver = await _driver(connection)
            _MADE[database.service] = await driver._execute(driver._conn.serialize)


async def _driver(connection: AsyncConnection) -> Any:
    """The connection of the driver, whose thread alone may speak with SQLite."""
    return (await connection.get_raw_connection()).driver_connection
