"""Brings a service's tables to the revision that this version of Throughline knows, inside one transaction.

The revisions are files in deploy/migrations, one folder a service. Alembic is imported only where there is something
to change, since every start comes by here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, select, text, update
from sqlalchemy.engine import Connection

HERE = Path(__file__).parents[1]
FOLDERS = (HERE / "migrations", HERE.parent / "deploy" / "migrations")
"""Where the revisions lie: in an installed wheel, and in a checkout."""
FIRST = "0001"
"""The revision of a database that has tables, but none that tells its revision: there were no migrations then."""
REVISION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, so that its tools can read it too."""


class UnknownRevision(Exception):
    """The database of {service} is at revision {found}; this version of Throughline knows {known}.
    A newer version made it: install that one, or restore the backup from before it.
    """

    def __init__(self, service: str, found: str, known: Sequence[str]) -> None:
        words = (self.__doc__ or "").format(service=service, found=found, known=", ".join(known))
        super().__init__(" ".join(words.split()))


@dataclass(frozen=True, slots=True)
class Migrated:
    """What became of the tables of a service."""

    service: str
    was: str | None
    """The revision that was found; none where there were no tables."""
    now: str

    @property
    def changed(self) -> bool:
        return self.was != self.now

    def __str__(self) -> str:
        if self.was is None:
            return f"{self.service}: new tables, at revision {self.now}"
        if self.changed:
            return f"{self.service}: from revision {self.was} to {self.now}"
        return f"{self.service}: at revision {self.now} already"


@cache
def revisions(service: str) -> tuple[str, ...]:
    """The revisions of a service that this version knows, oldest first."""
    return tuple(sorted(file.name.partition("_")[0] for file in _folder(service).glob("[0-9]*_*.py")))


def is_newest(connection: Connection, service: str) -> bool:
    """Whether there is nothing to change."""
    return _found(connection, service) == revisions(service)[-1]


def migrate(connection: Connection, service: str, tables: Sequence[Table]) -> Migrated:
    """Make the tables where there are none, and bring older ones to the newest revision."""
    known = revisions(service)
    newest = known[-1]
    found = _found(connection, service)
    if found is None:
        _make(connection, service, tables)
        _write(connection, newest)
    elif found not in known:
        raise UnknownRevision(service, found, known)
    elif found != newest:
        upgrade(connection, service, found, newest)
        _write(connection, newest)
    return Migrated(service, found, newest)


def _make(connection: Connection, service: str, tables: Sequence[Table]) -> None:
    """Make the tables that are not there: asked for all together, since to ask for each takes half of a first start."""
    there = set(inspect(connection).get_table_names(_schema(connection, service)))
    missing = [table for table in tables if table.name not in there]
    tables[0].metadata.create_all(connection, tables=missing, checkfirst=False)


def upgrade(connection: Connection, service: str, found: str | None, wanted: str) -> None:
    """Change the tables, revision by revision; says nowhere that it did."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    folder = _folder(service)
    path = ScriptDirectory(folder, version_locations=[folder])
    if connection.dialect.name == "postgresql":
        # A revision names tables without their schema.
        connection.execute(text(f'SET LOCAL search_path TO "{service}"'))
    # Alembic's own `op` is one for the whole process, and another service may be at it in the same one.
    operations = Operations(MigrationContext.configure(connection))
    for step in reversed(list(path.iterate_revisions(wanted, found or "base"))):
        step.module.upgrade(operations)


def _folder(service: str) -> Path:
    return next(folder for folder in FOLDERS if folder.is_dir()) / service


def _found(connection: Connection, service: str) -> str | None:
    there = inspect(connection)
    schema = _schema(connection, service)
    if there.has_table(REVISION.name, schema=schema):
        return connection.scalar(select(REVISION.c.version_num))
    return FIRST if there.has_table("fact", schema=schema) else None


def _schema(connection: Connection, service: str) -> str | None:
    return service if connection.dialect.name == "postgresql" else None


def _write(connection: Connection, revision: str) -> None:
    REVISION.create(connection, checkfirst=True)
    if not connection.execute(update(REVISION).values(version_num=revision)).rowcount:
        connection.execute(insert(REVISION).values(version_num=revision))
