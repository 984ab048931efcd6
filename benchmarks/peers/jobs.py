"""The work that all peers do alike: requests in, one job each at its time, and for each that fires one task row.

Nothing but the standard library and asyncpg is asked for here: these programs run beside the product, not in it.
"""

import argparse
import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

TABLES = """
CREATE TABLE IF NOT EXISTS request (request_id text PRIMARY KEY, due_at timestamptz NOT NULL, body text NOT NULL);
CREATE TABLE IF NOT EXISTS task (
    request_id text PRIMARY KEY, title text NOT NULL, made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
"""
TASK = "INSERT INTO task (request_id, title) VALUES ($1, $2) ON CONFLICT DO NOTHING"
BODY = "Families leave the waiting list without a word; we would like to know how others keep in touch with them."
MONTH = timedelta(days=30)
AT_ONCE = 1000


@dataclass(frozen=True)
class Job:
    """One request, and when it is due."""

    request_id: str
    due_at: datetime

    @property
    def away(self) -> timedelta:
        """How long until it is due, as those want it told who count from now."""
        return max(timedelta(), self.due_at - datetime.now(UTC))


Enqueue = Callable[[Sequence[Job]], Awaitable[None]]
"""Have so many jobs kept until they are due; told at most AT_ONCE at a time."""
Working = Awaitable[object]
Work = Callable[[], Working]
"""Fire what falls due, until cancelled."""


@dataclass(frozen=True)
class Wish:
    """What is asked of a peer."""

    dsn: str
    count: int
    """Jobs that fall due."""
    rate: float
    """So many of them a second; 0 lets all fall due at one instant."""
    pending: int
    """Jobs beside them that are due in a month."""
    lead: float
    """Seconds from now until the first falls due; by then all must be enqueued."""


def wish() -> Wish:
    """What the command line asks for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--dsn", required=True)
    asked.add_argument("--count", type=int, required=True)
    asked.add_argument("--rate", type=float, default=0)
    asked.add_argument("--pending", type=int, default=0)
    asked.add_argument("--lead", type=float, required=True)
    return Wish(**vars(asked.parse_args()))


async def play(told: Wish, pool: "asyncpg.Pool", enqueue: Enqueue, work: Work) -> None:
    """Enqueue, work until every job has its task, and print what came of it as JSON."""
    await pool.execute(TABLES)
    begun = time.monotonic()
    await _enqueue(pool, enqueue, [Job(f"later-{n:07}", datetime.now(UTC) + MONTH) for n in range(told.pending)])
    filled = time.monotonic() - begun
    await pool.execute("ANALYZE")
    working = asyncio.ensure_future(work())
    first = datetime.now(UTC) + timedelta(seconds=told.lead)
    every = timedelta(seconds=1 / told.rate if told.rate else 0)
    await _enqueue(pool, enqueue, [Job(f"job-{n:07}", first + n * every) for n in range(told.count)])
    if not told.rate:
        # As the tables are some minutes later, for the product's are as well.
        await pool.execute("VACUUM (ANALYZE)")
    spare = (first - datetime.now(UTC)).total_seconds()
    if spare < 0:
        raise SystemExit(f"enqueuing took {-spare:.1f} s longer than the lead of {told.lead:.1f} s: give it more")
    await _all_made(pool, told.count, working)
    print(json.dumps({"fill_seconds": round(filled, 2), "spare_seconds": round(spare, 2), **await _found(pool)}))
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def _enqueue(pool: "asyncpg.Pool", enqueue: Enqueue, jobs: Sequence[Job]) -> None:
    """The requests come in, and an obligation each."""
    for start in range(0, len(jobs), AT_ONCE):
        some = jobs[start : start + AT_ONCE]
        rows = [(job.request_id, job.due_at, BODY) for job in some]
        await pool.copy_records_to_table("request", records=rows)
        await enqueue(some)


async def _all_made(pool: "asyncpg.Pool", count: int, working: "asyncio.Future[object]") -> None:
    while await pool.fetchval("SELECT count(*) FROM task") < count:
        if working.done():
            raise SystemExit(f"the worker ended: {working.exception()}")
        await asyncio.sleep(0.2)
    # What fires twice would have been seen by now.
    await asyncio.sleep(0.5)


async def _found(pool: "asyncpg.Pool") -> dict[str, float]:
    """Seconds from the first due time to the last task, and by how much tasks were late."""
    late = "extract(epoch FROM made_at - due_at)::float8"
    rows = await pool.fetch(f"SELECT {late} AS late, made_at, due_at FROM task JOIN request USING (request_id)")  # noqa: S608
    waits = sorted(row["late"] for row in rows)
    took = (max(row["made_at"] for row in rows) - min(row["due_at"] for row in rows)).total_seconds()
    half, high = (waits[math.ceil(share * len(waits)) - 1] * 1000 for share in (0.5, 0.99))
    return {"tasks": len(rows), "seconds": took, "p50_ms": round(half, 2), "p99_ms": round(high, 2)}
