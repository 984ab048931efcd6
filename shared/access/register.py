"""The register of who may come in: a database of its own, opened by every process, so that all refuse at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.access.tables import TABLES
from shared.clock import Clock
from shared.settings import Settings
from shared.storage.database import Database
from shared.storage.migrations import Migrated

NAME = "access"


class Register:
    """Who may come in, and by what they are known."""

    def __init__(self, database: Database, clock: Clock, url: str = "") -> None:
        self.database = database
        self.clock = clock
        self.url = url
        """Where people reach the pages; links begin with it."""

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> "Register":
        """The register that these settings name."""
        url = settings.url or f"http://{settings.host}:{settings.port}"
        return cls(Database.at(settings.database, settings.data, NAME), clock, url.rstrip("/"))

    async def prepare(self) -> Migrated:
        """Make the tables that are not there yet, or bring those of an older version to this one."""
        return await self.database.create(TABLES, every=())

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in which each statement sees what others have committed by then: what is used up is used up."""
        its = self.database
        async with its.writing() if its.is_sqlite else its.claiming() as connection:
            yield connection

    async def close(self) -> None:
        await self.database.close()
