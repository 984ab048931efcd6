"""One service's database: SQLite file or PostgreSQL schema, opened with the settings that keep what was confirmed."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from sqlite3 import OperationalError
from time import monotonic, sleep
from typing import Any, cast

from sqlalchemy import CursorResult, Table, event, func, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.schema import CreateSchema
from sqlmodel import SQLModel

from shared.crashes import passing
from shared.errors import NotNow
from shared.storage import away, driver, migrations
from shared.storage.migrations import Migrated
from shared.storage.tables import EVERY_SERVICE, table

READING, BRIEF = "reading", "brief"
"""What the driver is told of a transaction on SQLite: that it only reads, and whether its statements are soon done."""
TRIES, PAUSE = 100, 0.01
"""How often, and after how many seconds, the switch to a write-ahead log is tried again."""
CONNECTS_WITHIN, ANSWERS_WITHIN, FREE_WITHIN = 5, 30, 10
"""Seconds within which PostgreSQL has to take a connection, to answer a statement, and one of ours to become free."""
LOCKED_FOR = 30
"""Seconds that one who writes to a SQLite file waits for another."""
SILENT_FOR = 60
"""Seconds after which PostgreSQL ends the transaction of a process that says nothing, and with it its locks."""
LONGEST = 120
"""Seconds after which PostgreSQL (17 or newer) ends a transaction, unless it may take its time.

To the server a process that is paused while a statement is being prepared is not silent: it would keep its locks.
"""
LIMITED = """
SELECT set_config('transaction_timeout', '{seconds}s', {locally})
WHERE current_setting('server_version_num')::int >= 170000
"""
"""An older server knows no such setting, and would refuse it."""
TROUBLED_FOR = 10.0
"""Seconds for which a failure says something about the database; longer than the pauses of those who try again."""
LOST_RACES = ("40001", "40P01")
"""What PostgreSQL calls a transaction that could not be serialized, and one that was in a deadlock."""


class Raced(Exception):
    """Another replica changed the same line at the same time; the work has to be done again."""


class Database:
    """Where one service keeps what it knows."""

    def __init__(self, url: str, service: str) -> None:
        self.service = service
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite(url) if self.is_sqlite else _postgresql(url, service)
        event.listen(self.engine.sync_engine, "handle_error", away.tell)
        self._trouble = ("", 0.0)

    @classmethod
    def at(cls, url: str, folder: Path, service: str) -> "Database":
        """The served database at `url`, or a SQLite file of this service in `folder`."""
        return cls(url or f"sqlite+aiosqlite:///{folder / service}.db", service)

    @asynccontextmanager
    async def writing(self, briefly: bool = True) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write; on SQLite it takes the write lock at once.

        Whatever looks at a whole table is not brief: on SQLite nothing else would be done meanwhile in this process.
        Raises Raced where PostgreSQL ends it because of what another one did at the same time, NotNow where the
        database cannot do it, and Unsure where nobody knows whether it did.
        """
        try:
            async with self._transaction(self.engine.execution_options(**{BRIEF: briefly})) as connection:
                if not briefly:
                    await take_time(connection)
                yield connection
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in LOST_RACES:
                raise Raced from error
            raise

    @asynccontextmanager
    async def claiming(self) -> AsyncIterator[AsyncConnection]:
        """A transaction on PostgreSQL in which each statement sees what others have committed by then.

        With the isolation of other work, a row that somebody else has just let go of could not be claimed.
        """
        seeing = self.engine.execution_options(isolation_level="READ COMMITTED")
        async with self._transaction(seeing) as connection:
            yield connection

    @asynccontextmanager
    async def reading(self, briefly: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads, and on SQLite waits for nobody. Raises NotNow where the database is away."""
        async with _connected(self.engine) as connection:
            yield await connection.execution_options(**{READING: True, BRIEF: briefly})

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """One that is committed at the end; its trouble is remembered until the next that succeeds."""
        try:
            async with _connected(engine) as connection:
                await connection.begin()
                yield connection
                with away.committing():
                    await connection.commit()
        except NotNow as error:
            self._trouble = (error.reason, monotonic())
            raise
        self._trouble = ("", 0.0)

    @property
    def trouble(self) -> str:
        """Why a piece of work could not be done a moment ago; empty when it could, or when nobody has tried since."""
        reason, when = self._trouble
        return reason if monotonic() - when < TROUBLED_FOR else ""

    async def create(
        self, models: Iterable[type[SQLModel]], every: Iterable[type[SQLModel]] = EVERY_SERVICE
    ) -> Migrated:
        """Make the tables that every service has and `models`, or bring those that are there to the newest revision.

        Raises UnknownRevision where a newer version of Throughline made them.
        """
        tables = [table(model) for model in (*every, *models)]
        async with self.reading() as connection:
            if await connection.run_sync(migrations.is_newest, self.service):
                return Migrated(self.service, newest := migrations.revisions(self.service)[-1], newest)
        async with self.alone() as connection:
            migrated = await connection.run_sync(migrations.migrate, self.service, tables)
            passing("migration.before_commit")
        passing("migration.after_commit")
        return migrated

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that makes or changes tables: of replicas that start at the same time, one after the other."""
        if self.is_sqlite:
            async with self.writing(briefly=False) as connection:
                yield connection
            return
        # With the isolation of other work, whoever waited here would not see what was made meanwhile.
        # And to wait for them, or to change a large table, may take longer than any answer.
        patient = _postgresql(self.url, self.service, is_patient=True)
        event.listen(patient.sync_engine, "handle_error", away.tell)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(patient.dispose)
            seeing = patient.execution_options(isolation_level="READ COMMITTED")
            connection = await stack.enter_async_context(self._transaction(seeing))
            await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(self.service))))
            # "If not exists" asks for the right to make schemas even where there is nothing to make.
            if not await connection.run_sync(lambda bare: inspect(bare).has_schema(self.service)):
                await connection.execute(CreateSchema(self.service))
            yield connection

    async def close(self) -> None:
        await self.engine.dispose()


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with AsyncExitStack() as stack:
        with away.reaching():
            connection = await stack.enter_async_context(engine.connect())
        yield connection


async def take_time(connection: AsyncConnection) -> None:
    """This transaction may take as long as it takes, until whoever does it is silent."""
    if connection.dialect.name != "sqlite":
        await connection.exec_driver_sql(LIMITED.format(seconds=0, locally="true"))


async def insert_new(connection: AsyncConnection, into: Table, row: Mapping[str, Any]) -> CursorResult[Any]:
    """Insert a row unless there is one of the same key already; `rowcount` tells."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    inserted: CursorResult[Any] = await connection.execute(dialect.insert(into).values(**row).on_conflict_do_nothing())
    return inserted


def _sqlite(url: str) -> AsyncEngine:
    """Hence IMMEDIATE: a plain BEGIN died of "database is locked" when it came to write, in spite of its time-out."""
    told = {"timeout": LOCKED_FOR, "async_creator_fn": driver.connect}
    engine = create_async_engine(url, connect_args=told, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        # SQLite's own knows the letters of English alone: nobody called Ángel would be found.
        connection.create_function("lower", 1, _lower, deterministic=True)
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(LOCKED_FOR * 1000)}")
        _write_ahead(cursor)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        told = connection.get_execution_options()
        cast("driver.Connection", connection.connection.driver_connection).is_brief = told.get(BRIEF, False)
        connection.exec_driver_sql(driver.BEGIN if told.get(READING, False) else driver.BEGIN_WRITING)

    return engine


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def _write_ahead(cursor: Any) -> None:
    """Keep a log ahead of the file. Of several that switch a new file at once, SQLite lets one win and none wait."""
    for _try in range(TRIES):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except OperationalError:
            sleep(PAUSE)
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")


def _postgresql(url: str, schema: str, is_patient: bool = False) -> AsyncEngine:
    """Each transaction sees one state of the world: with less, a history could be newer than its version says."""
    engine = create_async_engine(
        url,
        isolation_level="REPEATABLE READ",
        execution_options={"schema_translate_map": {None: schema}},
        connect_args={
            # A server that went away without a word must not hang a request for ever; nor we the locks of a server.
            "timeout": CONNECTS_WITHIN,
            "command_timeout": None if is_patient else ANSWERS_WITHIN,
            "server_settings": {
                # By this name whoever restores a backup sees that somebody is at work.
                "application_name": f"throughline {schema}",
                "idle_in_transaction_session_timeout": "0" if is_patient else str(SILENT_FOR * 1000),
                "tcp_keepalives_idle": "30",
                "tcp_keepalives_interval": "10",
                "tcp_keepalives_count": "3",
                # As if disks had to turn, it read whole tables rather than find the rows of a batch by their index.
                "random_page_cost": "1.1",
            },
        },
        pool_pre_ping=True,
        pool_size=5,
        pool_timeout=FREE_WITHIN,
        hide_parameters=True,
    )
    if not is_patient:
        limited = LIMITED.format(seconds=LONGEST, locally="false")

        @event.listens_for(engine.sync_engine, "connect")
        def limit(connection: Any, _record: Any) -> None:
            connection.run_async(lambda bare: bare.execute(limited))

    return engine
