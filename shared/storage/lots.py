"""Lots: which process of a service has which lanes, by locks in PostgreSQL, which nobody has who is gone."""

import asyncio
from contextlib import suppress
from typing import Any
from zlib import crc32

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.bus.dividing import Standing
from shared.storage.database import Database

SILENT = "SELECT set_config('idle_session_timeout', :silent_for, false)"
"""Whoever is paused says nothing: the server ends the session, and with it the locks."""
JOIN = "SELECT pg_try_advisory_lock_shared(:name, 0)"
TAKE, LEAVE = "SELECT pg_try_advisory_lock(:name, :lane)", "SELECT pg_advisory_unlock(:name, :lane)"
LOCKS = """
SELECT objid::bigint AS lane, pid, pid = pg_backend_pid() AS is_mine FROM pg_locks
WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid::bigint = :name
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY objid, pid
"""


class StoredLots:
    """The lots of one service, for one number of lanes; lane 0 is a place among those who divide them."""

    def __init__(self, database: Database, lanes: int, silent_for: float) -> None:
        self._database, self._lanes, self._silent_for = database, lanes, silent_for
        self._name = crc32(f"throughline {database.service} {lanes}".encode()) >> 1
        self._connection: AsyncConnection | None = None
        self._one_at_a_time = asyncio.Lock()

    async def look(self) -> Standing:
        """Who has which lane; at the first look this process takes part."""
        rows = await self._ask(LOCKS)
        here = [row.is_mine for row in rows if row.lane == 0]
        taken = {row.lane for row in rows}
        return Standing(
            place=here.index(True),
            processes=len(here),
            mine=frozenset(row.lane for row in rows if row.is_mine and row.lane),
            free=tuple(lane for lane in range(1, self._lanes + 1) if lane not in taken),
        )

    async def take(self, lane: int) -> bool:
        """Have a lane; False where somebody was faster."""
        [row] = await self._ask(TAKE, lane=lane)
        return bool(row[0])

    async def leave(self, lane: int) -> None:
        """Have a lane no more."""
        await self._ask(LEAVE, lane=lane)

    async def close(self) -> None:
        """Take part no more, and have no lane."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                # Closed for good: in the pool it would keep its locks.
                await connection.invalidate()
            with suppress(Exception):
                await connection.close()

    async def _ask(self, words: str, **told: int) -> list[Row[Any]]:
        async with self._one_at_a_time:
            if self._connection is None:
                self._connection = await self._joined()
            return list((await self._connection.execute(text(words), {"name": self._name, **told})).all())

    async def _joined(self) -> AsyncConnection:
        at_once = self._database.engine.execution_options(isolation_level="AUTOCOMMIT")
        connection = await at_once.connect()
        await connection.execute(text(SILENT), {"silent_for": f"{self._silent_for:.3f}s"})
        await connection.execute(text(JOIN), {"name": self._name})
        return connection
