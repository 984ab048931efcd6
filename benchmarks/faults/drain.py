"""When all is quiet: nothing to say, nothing to hear, nothing due."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import asyncpg
from nats.errors import Error as NatsError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from benchmarks.faults.hearing import EARS, unheard
from benchmarks.faults.visiting import a_client
from shared.clock import WorldClock
from shared.obligations.ledger import LEDGER
from shared.storage.database import Database
from shared.storage.tables import FactRow, LineRow, table
from shared.storage.work import OUTBOX

FACT = table(FactRow)
LINE = table(LineRow)
KEEP_A_LEDGER = ("followup", "evaluation")
QUIET_LOOKS = 3
"""How often it has to be quiet one after the other: a fact may be on its way from one to the other."""


async def drain(databases: Mapping[str, str], nats_url: str, within: float) -> str:
    """Wait until all is quiet; empty when it is, else what is not."""
    ends, quiet, why = time.monotonic() + within, 0, ""
    while time.monotonic() < ends:
        why = await busy(databases, nats_url)
        quiet = quiet + 1 if not why else 0
        if quiet == QUIET_LOOKS:
            return ""
        await asyncio.sleep(0.5)
    return why


async def busy(databases: Mapping[str, str], nats_url: str) -> str:
    """What is not quiet; empty when all is."""
    try:
        found = await _unheard(nats_url)
        for service, url in databases.items():
            found += await _unsaid(service, url)
    except (NatsError, OSError, TimeoutError, SQLAlchemyError, asyncpg.PostgresError) as error:
        return f"{type(error).__name__}: {error}"
    return "; ".join(found)


async def _unheard(nats_url: str) -> list[str]:
    found = []
    async with a_client(nats_url) as client:
        js = client.jetstream(timeout=5)
        for service in EARS:
            left = await unheard(js, service)
            if left.all:
                found.append(f"{service} has {left.to_hear} to hear and {left.to_answer} to answer")
    return found


async def _unsaid(service: str, url: str) -> list[str]:
    """What a service has still to say, or to let fall due."""
    database = Database(url, service)
    found = []
    try:
        async with database.reading() as connection:
            unsent = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.sent_at.is_(None))
            if count := await connection.scalar(unsent):
                found.append(f"{service} has {count} to say")
            if service in KEEP_A_LEDGER:
                now = WorldClock().now() - timedelta(seconds=1)
                due = select(func.count()).where(LEDGER.c.state == "scheduled", LEDGER.c.due_at <= now)
                if count := await connection.scalar(due):
                    found.append(f"{service} has {count} that are due")
                # A new line is planned once more after its commit: a replica may have heard its playbook just then.
                again = select(func.count()).where(LINE.c.look_again_at <= now)
                if count := await connection.scalar(again):
                    found.append(f"{service} will look at {count} lines again")
    finally:
        await database.close()
    return found


async def enough_facts(databases: Mapping[str, str], count: int, until: float) -> None:
    """Wait until this many facts were said, or time is up."""
    while time.monotonic() < until and await facts_said(databases) < count:  # noqa: ASYNC110 - it is in databases
        await asyncio.sleep(2)


async def facts_said(databases: Mapping[str, str]) -> int:
    """How many facts all services have said."""
    said = 0
    for service, url in databases.items():
        database = Database(url, service)
        with suppress(OSError, SQLAlchemyError, asyncpg.PostgresError):
            async with database.reading() as connection:
                said += await connection.scalar(select(func.count()).select_from(FACT).where(FACT.c.said)) or 0
        await database.close()
    return said
