"""Backups: a portable SQLite file of each service and a manifest, written while everything runs, from any database."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Table, create_engine, inspect, select, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from shared.storage.database import Database, take_time
from shared.storage.migrations import REVISION
from shared.storage.tables import EVERY_SERVICE, table

MANIFEST = "manifest.json"
CHUNK = 1000
"""Rows that are in memory at once."""


class Occupied(Exception):
    """There is a backup or something else in {folder} already. Name a folder that does not exist yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__((self.__doc__ or "").format(folder=folder))


class NothingToSave(Exception):
    """There is no database of {service} at {place}. Name the right one: THROUGHLINE_DATA, or THROUGHLINE_DATABASE."""

    def __init__(self, service: str, place: str) -> None:
        super().__init__((self.__doc__ or "").format(service=service, place=place))


class NotSaved(Exception):
    """The backup was not made, and nothing of it was kept: {reason}. See that the database answers, and that there is
    room in {folder}; then begin again.
    """

    def __init__(self, folder: Path, reason: object) -> None:
        super().__init__(" ".join((self.__doc__ or "").split()).format(folder=folder, reason=reason))


class Saved(BaseModel):
    """What a backup holds of one service."""

    model_config = ConfigDict(extra="ignore")

    file: str
    sha256: str
    revision: str | None
    """The revision of its tables; none where they were made before there were revisions."""
    rows: dict[str, int]


class Manifest(BaseModel):
    """What a backup is, and how to see that it is whole."""

    model_config = ConfigDict(extra="ignore")

    format: Literal[1] = 1
    throughline: str
    """The version that wrote it."""
    began_at: datetime
    taken_at: datetime
    services: dict[str, Saved]


@dataclass(frozen=True)
class Holding:
    """What one service keeps: where, and in which tables."""

    database: Database
    models: Sequence[type[SQLModel]]
    every: Sequence[type[SQLModel]] = EVERY_SERVICE
    """The tables that it has because every service has them."""

    @property
    def service(self) -> str:
        return self.database.service

    @property
    def tables(self) -> list[Table]:
        return [table(model) for model in (*self.every, *self.models)]


async def save(holdings: Sequence[Holding], folder: Path, version: str, now: Callable[[], datetime]) -> Manifest:
    """Write a backup into a folder that is not there yet: whole and checked, or not at all.

    Where each service has a file of its own there is no common instant: name the hearers before those they hear, so
    that nobody's copy knows what its speaker's copy does not.
    """
    folder = _free(folder)
    began_at, beside = now(), None
    try:
        beside = _beside(folder)
        copied = await _copy_all(holdings, beside)
        saved = {service: _checked(beside, service, rows) for service, rows in copied.items()}
        manifest = Manifest(throughline=version, began_at=began_at, taken_at=now(), services=saved)
        _write(beside / MANIFEST, manifest.model_dump_json(indent=2).encode() + b"\n")
        _sync(beside)
        beside.rename(folder)
        _sync(folder.parent)
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise NotSaved(folder.parent, getattr(error, "orig", None) or error) from error
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
    return manifest


def _free(folder: Path) -> Path:
    """The whole name of a folder in which nothing is."""
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Occupied(folder)
    return folder


def _beside(folder: Path) -> Path:
    """Where a backup is written until it is whole; what a killed backup leaves there may be deleted."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    return Path(mkdtemp(prefix=f"{folder.name}.unfinished-", dir=folder.parent))


def digest(file: Path) -> str:
    """What tells whether a file is, to the bit, what it was."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


async def _copy_all(holdings: Sequence[Holding], folder: Path) -> dict[str, dict[str, int]]:
    """Copy every service, and tell how many rows of each table there must be."""
    copied = {one.service: _copy_file(one, folder) for one in holdings if one.database.is_sqlite}
    served = [one for one in holdings if not one.database.is_sqlite]
    if served:
        # All schemas are in one database: one transaction sees them all as they were at one instant.
        async with served[0].database.engine.connect() as connection:
            seeing = await connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True, schema_translate_map=None
            )
            await take_time(seeing)
            for one in served:
                copied[one.service] = await _copy_schema(seeing, one, folder)
    return copied


def _copy_file(holding: Holding, folder: Path) -> dict[str, int]:
    """SQLite copies itself, as it is at this instant, and keeps nobody from writing meanwhile."""
    source = Path(make_url(holding.database.url).database or "")
    if not source.is_file():
        raise NothingToSave(holding.service, str(source))
    target = folder / f"{holding.service}.db"
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=30)) as connection:
        connection.isolation_level = None
        connection.execute("VACUUM INTO ?", (str(target),))
    return _counts(target)


async def _copy_schema(connection: AsyncConnection, holding: Holding, folder: Path) -> dict[str, int]:
    """Tables and rows of one schema, as they are in this transaction; tables of an older revision stay as they are."""
    schema = holding.service
    there: Mapping[str, set[str]] = await connection.run_sync(_columns, schema)
    if holding.tables[0].name not in there:
        raise NothingToSave(schema, make_url(holding.database.url).render_as_string(hide_password=True))
    tables = [one for one in (*holding.tables, REVISION) if one.name in there]
    rows: dict[str, int] = {}
    engine = create_engine(f"sqlite:///{folder / schema}.db")
    try:
        with engine.begin() as file:
            for one in tables:
                _make(file, one, there[one.name])
                rows[one.name] = await _copy_rows(connection, schema, one, there[one.name], file)
    finally:
        engine.dispose()
    return rows


def _columns(connection: Connection, schema: str) -> dict[str, set[str]]:
    found = inspect(connection).get_multi_columns(schema=schema)
    return {name: {column["name"] for column in columns} for (_, name), columns in found.items()}


def _make(file: Connection, wanted: Table, columns: set[str]) -> None:
    wanted.create(file)
    for column in wanted.columns:
        if column.name not in columns:
            file.execute(text(f'ALTER TABLE "{wanted.name}" DROP COLUMN "{column.name}"'))


async def _copy_rows(source: AsyncConnection, schema: str, of: Table, columns: set[str], file: Connection) -> int:
    named = [column for column in of.columns if column.name in columns]
    options = {"schema_translate_map": {None: schema}, "yield_per": CHUNK}
    copied = 0
    async with source.stream(select(*named), execution_options=options) as rows:
        async for some in rows.mappings().partitions():
            told = [{column.name: row[column] for column in named} for row in some]
            file.execute(of.insert(), told)
            copied += len(told)
    return copied


def _checked(folder: Path, service: str, rows: dict[str, int]) -> Saved:
    """Read a copy as whoever restores it will, and see that it is on the disk."""
    file = folder / f"{service}.db"
    if (found := _counts(file)) != rows:
        raise OSError(f"the copy of {service} has other numbers of rows than its database: {found}, not {rows}")
    with file.open("rb") as content:
        os.fsync(content.fileno())
    return Saved(file=file.name, sha256=digest(file), revision=_revision(file), rows=rows)


def _counts(file: Path) -> dict[str, int]:
    with closing(reading(file)) as connection:
        [state] = connection.execute("PRAGMA integrity_check").fetchone()
        if state != "ok":
            raise OSError(f"{file.name} is damaged: {state}")
        named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        tables = sorted(name for (name,) in named)
        return {one: connection.execute(f'SELECT count(*) FROM "{one}"').fetchone()[0] for one in tables}  # noqa: S608 - a name that the file itself told


def _revision(file: Path) -> str | None:
    with closing(reading(file)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (REVISION.name,)).fetchone():
            return None
        found = connection.execute(f"SELECT version_num FROM {REVISION.name}").fetchone()  # noqa: S608 - our own name
        return found[0] if found else None


def reading(file: Path) -> sqlite3.Connection:
    """A file of a backup, opened so that nothing in it or beside it changes."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _write(file: Path, content: bytes) -> None:
    with file.open("xb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
