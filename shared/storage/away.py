"""What drivers say when a database cannot do its work, in words for people: the one place that knows their errors."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as AllInUse

from shared.errors import NotNow, Unsure

FULL = "The disk of the database is full: make room."
LOST = "The database cannot be reached: the connection to it was lost."
SILENT = "The database cannot be reached: it does not answer."
NOBODY = "The database cannot be reached: nothing listens at its address ({why})."
TURNED_AWAY = "The database cannot be reached: it does not let this service in. Check THROUGHLINE_DATABASE."
BUSY = "All connections of this service to its database are in use."
SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: "The disk of the database cannot be read or written: see its quota and the system's log.",
    sqlite3.SQLITE_READONLY: "The file of the database may not be written: let this user write it and its folder.",
    sqlite3.SQLITE_CANTOPEN: "The file of the database cannot be opened: see that its folder is there.",
    sqlite3.SQLITE_BUSY: "The database is locked: another process has been writing for too long.",
    sqlite3.SQLITE_LOCKED: "The database is locked: another process has been writing for too long.",
}
"""By the primary code of an error."""
POSTGRESQL = {
    "53100": FULL,
    "53300": "The database cannot be reached: it takes no more connections.",
    "53": "The database has run out of memory or of another resource: see its log.",
    "57P01": "The database cannot be reached: it is shutting down.",
    "57P02": "The database cannot be reached: it is recovering from a crash.",
    "57P03": "The database cannot be reached: it is starting up or shutting down.",
    "57P05": LOST,
    "57014": "The database took too long and was told to stop.",
    "25P03": "The database ended the work: this process was silent for too long.",
    "25P04": "The database ended the work: it took too long, or this process was paused in the middle of it.",
    "25006": "The database may not be written: it is a standby, or was made read-only.",
    "42501": "The database does not let its user do this: it must own the schema of the service, or may make it.",
    "55P03": "The database is locked: another process has been writing for too long.",
    "58030": "The disk of the database cannot be read or written: see its log.",
    "08": LOST,
    "28": TURNED_AWAY,
    "3D000": TURNED_AWAY,
}
"""By state, or by class of states."""
SURE = (FULL, SQLITE[sqlite3.SQLITE_BUSY], SQLITE[sqlite3.SQLITE_READONLY])
"""What a commit meets only when it has not happened."""


def not_now(error: BaseException) -> NotNow | None:
    """What is to be said of a driver's error that is the world's fault; none if it is ours, or that of the words."""
    if isinstance(error, NotNow):
        return error
    if isinstance(error, AllInUse):
        return NotNow(BUSY)
    driver = getattr(error, "orig", None) or error
    reason = _of_sqlite(driver) or _of_postgresql(driver) or _of_the_way(driver)
    if not reason and isinstance(error, DBAPIError) and error.connection_invalidated:
        reason = LOST
    return NotNow(reason) if reason else None


def tell(context: ExceptionContext) -> NotNow | None:
    """For SQLAlchemy, which asks of each error that a statement meets what to raise in its place."""
    if context.is_pre_ping:
        # Then a new connection is tried in place of this one.
        return None
    said = not_now(context.original_exception)
    if said is None and context.is_disconnect:
        said = NotNow(LOST)
    if said is not None and context.connection is not None:
        # What a connection is good for after this, nobody knows; SQLite's would even stay read-only for ever.
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = said.reason not in SURE
    return said


@contextmanager
def reaching() -> Iterator[None]:
    """On the way to the database: what the network says is about the database."""
    try:
        yield
    except Exception as error:
        if (said := not_now(error)) is None:
            raise
        raise said from error


@contextmanager
def committing() -> Iterator[None]:
    """While a commit is under way: who loses the connection does not know whether it happened."""
    try:
        yield
    except NotNow as said:
        if said.reason in SURE:
            raise
        raise Unsure(said.reason) from said


def _of_sqlite(driver: Any) -> str:
    code = getattr(driver, "sqlite_errorcode", None)
    return SQLITE.get(code & 0xFF, "") if isinstance(code, int) else ""


def _of_postgresql(driver: Any) -> str:
    state = getattr(driver, "sqlstate", None)
    return POSTGRESQL.get(state) or POSTGRESQL.get(state[:2], "") if isinstance(state, str) else ""


def _of_the_way(driver: Any) -> str:
    if isinstance(driver, TimeoutError):
        return SILENT
    if isinstance(driver, OSError):
        if isinstance(driver, ConnectionResetError | BrokenPipeError):
            return LOST
        # Not its words: they have the address in them.
        return NOBODY.format(why=errno.errorcode.get(driver.errno or 0, type(driver).__name__))
    return ""
