"""SQLite without a step into a thread for all that is soon done: its driver takes four for each statement.

A fact that is heard by itself runs some twenty statements, each a fraction of a millisecond; the steps were nearly all
of its time. What may take long still goes into the thread: to wait for the lock, to commit, to read for a list.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from functools import partial
from time import monotonic
from typing import Any, TypeVar

import aiosqlite
from aiosqlite.context import contextmanager

T = TypeVar("T")
BEGIN, BEGIN_WRITING = "BEGIN", "BEGIN IMMEDIATE"
AT_A_STRETCH = 0.01
"""Seconds of statements after which others get a turn."""
AT_ONCE = 1_000
"""Rows that are taken along when a statement has run in the thread; the others are fetched as they are asked for."""


class Connection(aiosqlite.Connection):
    """A connection that runs the statements of a brief transaction where they are awaited, without its thread."""

    is_brief = False
    """Whether the statements of this transaction are soon done; said when it begins."""
    _asked = 0
    _answered = 0
    _gave_way = 0.0

    @contextmanager
    async def cursor(self) -> aiosqlite.Cursor:
        return Cursor(self, self._conn.cursor())

    @property
    def is_here(self) -> bool:
        """Whether a statement is run where it is awaited; never before the thread has ended the one before."""
        return self.is_brief and self.is_idle

    @property
    def is_idle(self) -> bool:
        """Whether the thread has done all that it was asked to: whoever asked may have been cancelled meanwhile."""
        return self._asked == self._answered

    async def give_way(self) -> None:
        """Let others have a turn now and then: many brief statements together are not brief."""
        now = monotonic()
        if now - self._gave_way > AT_A_STRETCH:
            await asyncio.sleep(0)
            self._gave_way = monotonic()

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Have it done in the thread; all that goes there is counted, whoever asks for it."""
        self._asked += 1
        done: T = await super()._execute(self._answering, fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        return done

    def _answering(self, work: Callable[..., T], *told: Any, **more: Any) -> T:
        try:
            return work(*told, **more)
        finally:
            self._answered += 1

    async def commit(self) -> None:
        """Commit: afterwards it is on the disk, which takes its time."""
        if self._conn.in_transaction or not self.is_idle:
            await self._execute(self._conn.commit)

    async def rollback(self) -> None:
        if not self.is_idle:
            await self._execute(self._conn.rollback)
        elif self._conn.in_transaction:
            self._conn.rollback()


class Cursor(aiosqlite.Cursor):
    """A cursor of such a connection; where its statement ran in the thread, it has the first rows already."""

    _conn: Connection

    def __init__(self, connection: Connection, cursor: sqlite3.Cursor) -> None:
        super().__init__(connection, cursor)
        self._first: list[Any] = []
        self._is_whole = True

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "Cursor":
        given: Any = parameters or ()
        if self._is_soon_done(sql):
            await self._conn.give_way()
            self._cursor.execute(sql, given)
            self._is_whole = False
        else:
            await self._conn._execute(self._run, sql, given)
        return self

    def _is_soon_done(self, sql: str) -> bool:
        """One that only reads begins without a lock; one that writes may have to wait for it."""
        return self._conn.is_idle if sql == BEGIN else self._conn.is_here and sql != BEGIN_WRITING

    def _run(self, sql: str, parameters: Any) -> None:
        self._cursor.execute(sql, parameters)
        self._first = self._cursor.fetchmany(AT_ONCE) if self._cursor.description else []
        self._is_whole = len(self._first) < AT_ONCE

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "Cursor":
        if self._conn.is_here:
            await self._conn.give_way()
        await self._here_or_in_thread(self._cursor.executemany, sql, parameters)
        return self

    async def fetchall(self) -> Iterable[Any]:
        first, self._first = self._first, []
        return first if self._is_whole else [*first, *await self._here_or_in_thread(self._cursor.fetchall)]

    async def fetchmany(self, size: int | None = None) -> Iterable[Any]:
        wanted = size or self.arraysize
        taken, self._first = self._first[:wanted], self._first[wanted:]
        return taken if taken or self._is_whole else await self._here_or_in_thread(self._cursor.fetchmany, wanted)

    async def fetchone(self) -> Any:
        return next(iter(await self.fetchmany(1)), None)

    async def close(self) -> None:
        if self._conn.is_idle:
            self._cursor.close()
        else:
            await self._conn._execute(self._cursor.close)

    async def _here_or_in_thread(self, work: Callable[..., T], *told: Any) -> T:
        return work(*told) if self._conn.is_here else await self._conn._execute(work, *told)


async def connect(database: str, **told: Any) -> Connection:
    """Open a SQLite file; called as the driver's own `connect` is."""
    connector = partial(sqlite3.connect, database, **{**told, "check_same_thread": False})
    connection = Connection(connector, iter_chunk_size=64)
    connection._thread.daemon = True
    await connection
    return connection
