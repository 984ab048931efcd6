"""Restoring a backup: into an empty database of either kind, a service at a time, whole or not at all."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import ValidationError
from sqlalchemy import Table, create_engine, func, insert, inspect, select, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.access.tables import LinkRow, SignInAttemptRow, SignInRow
from shared.storage.backup import CHUNK, MANIFEST, Holding, Manifest, digest
from shared.storage.database import Database
from shared.storage.tables import StreamRow, table

STREAM = table(StreamRow)
Amend = Callable[[str, AsyncConnection], Awaitable[None]]
"""Does to a service's database what has to be true of it before anybody sees it restored."""
OF_THEIR_DAY = (STREAM, table(SignInRow), table(SignInAttemptRow), table(LinkRow))
"""What no backup brings back: what was seen of the bus, and who had come in, or could, on the day of the backup."""


class NoBackup(Exception):
    """{folder} is no whole backup: {reason}. Nothing was restored."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__((self.__doc__ or "").format(folder=folder, reason=reason))


class NotEmpty(Exception):
    """The database of {service} at {place} holds something already ({table}: {count}). A backup is restored into an
    empty one, so that nothing is mixed: {remedy}. Nothing was restored.
    """

    def __init__(self, database: Database, holds: tuple[str, int]) -> None:
        remedy = "move that file away" if database.is_sqlite else "name a new database, or drop this one's schemas"
        told = {"service": database.service, "place": place_of(database), "remedy": remedy}
        sentence = " ".join((self.__doc__ or "").split())
        super().__init__(sentence.format(**told, table=holds[0], count=holds[1]))


class InUse(Exception):
    """A service works on {place}. Stop all services first, and start them when this is done. Nothing was restored."""

    def __init__(self, place: str) -> None:
        super().__init__((self.__doc__ or "").format(place=place))


class NotRestored(Exception):
    """{service} was not restored: {reason}. Restored before it: {before}. Mend that, empty the databases, and begin
    again.
    """

    def __init__(self, service: str, before: Sequence[str], reason: object) -> None:
        sentence = " ".join((self.__doc__ or "").split())
        super().__init__(sentence.format(service=service, before=", ".join(before) or "nothing", reason=reason))


def place_of(database: Database) -> str:
    """Where a database is, without its password."""
    url = make_url(database.url)
    return url.database or "" if database.is_sqlite else url.render_as_string(hide_password=True)


def manifest_of(folder: Path) -> Manifest:
    """What a backup says of itself, once every file was seen to be what it says."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
        for saved in manifest.services.values():
            if digest(folder / saved.file) != saved.sha256:
                raise NoBackup(folder, f"{saved.file} is not the file that was saved")
    except OSError as error:
        raise NoBackup(folder, f"{error.filename}: {error.strerror}") from error
    except ValidationError as error:
        raise NoBackup(folder, f"its {MANIFEST} is not one that this version of Throughline can read") from error
    return manifest


async def restore(folder: Path, manifest: Manifest, holdings: Sequence[Holding], amend: Amend | None = None) -> None:
    """Put a backup into these databases; each service's is filled, and amended, in one transaction."""
    wanted = [one for one in holdings if one.service in manifest.services]
    for one in wanted:
        await _see_that_nobody_works_on(one.database)
    for one in wanted:
        await _see_that_it_is_empty(one)
    done: list[str] = []
    for one in wanted:
        try:
            await _restore(folder / manifest.services[one.service].file, one, amend)
        except (OSError, sqlite3.Error, SQLAlchemyError) as error:
            raise NotRestored(one.service, done, getattr(error, "orig", None) or error) from error
        done.append(one.service)


async def _see_that_nobody_works_on(database: Database) -> None:
    """As well as can be known: a file that is open elsewhere, a connection that bears our name."""
    if database.is_sqlite:
        if _is_open(Path(place_of(database))):
            raise InUse(place_of(database))
        return
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND application_name = :name"
    )
    async with database.engine.connect() as connection:
        if await connection.scalar(others, {"name": f"throughline {database.service}"}):
            raise InUse(place_of(database))
    # Else our own connection, back in its pool, would look like somebody else's.
    await database.engine.dispose()


def _is_open(file: Path) -> bool:
    """SQLite lets go of the log that it writes ahead only for the last one who has the file open."""
    if not file.exists():
        return False
    with closing(sqlite3.connect(file, timeout=0.5)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            return True
    return False


async def _see_that_it_is_empty(holding: Holding) -> None:
    database = holding.database
    if database.is_sqlite and not _is_there(database):
        return
    async with database.reading() as connection:
        schema = None if database.is_sqlite else database.service
        there = await connection.run_sync(lambda bare: inspect(bare).get_table_names(schema))
        await _refuse_rows(connection, holding, [one for one in holding.tables if one.name in there])


def _is_there(database: Database) -> bool:
    return Path(place_of(database)).exists()


async def _refuse_rows(connection: AsyncConnection, holding: Holding, tables: Sequence[Table]) -> None:
    for one in tables:
        count = await connection.scalar(select(func.count()).select_from(one))
        if count and one is not STREAM:
            raise NotEmpty(holding.database, (one.name, count))


async def _restore(file: Path, holding: Holding, amend: Amend | None) -> None:
    """What was remembered of the bus is left out: the next start then looks at all of it. So is who was signed in."""
    async with _as_new(file, holding) as copy:
        await holding.database.create(holding.models, holding.every)
        engine = create_engine(f"sqlite:///{copy}")
        try:
            with engine.connect() as source:
                async with holding.database.writing(briefly=False) as target:
                    await _refuse_rows(target, holding, holding.tables)
                    for one in holding.tables:
                        if one not in OF_THEIR_DAY:
                            await _fill(source, target, holding.service, one)
                    if amend:
                        await amend(holding.service, target)
        finally:
            engine.dispose()


@asynccontextmanager
async def _as_new(file: Path, holding: Holding) -> AsyncIterator[Path]:
    """A copy of a saved file whose tables are those of this version; raises where they are of a newer one."""
    with TemporaryDirectory(prefix="throughline-") as beside:
        copy = Path(shutil.copy(file, beside))
        database = Database(f"sqlite+aiosqlite:///{copy}", holding.service)
        try:
            await database.create(holding.models, holding.every)
        finally:
            await database.close()
        yield copy


async def _fill(source: Connection, target: AsyncConnection, schema: str, one: Table) -> None:
    for rows in _chunks(source, one):
        await target.execute(insert(one), rows)
    counter = one.autoincrement_column
    if target.dialect.name == "postgresql" and counter is not None:
        # It counts up by itself only where it gave the numbers.
        highest = select(func.coalesce(func.max(counter) + 1, 1)).scalar_subquery()
        named = func.pg_get_serial_sequence(f'"{schema}"."{one.name}"', counter.name)
        await target.execute(select(func.setval(named, highest, False)))


def _chunks(source: Connection, one: Table) -> Iterator[list[dict[str, object]]]:
    rows = iter(source.execution_options(yield_per=CHUNK).execute(select(one)).mappings())
    while some := [dict(row) for row in islice(rows, CHUNK)]:
        yield some
