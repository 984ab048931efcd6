"""PgQueuer: jobs with `execute_after`, enqueued by the thousand; one worker on a pool of asyncpg."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
from pgqueuer import AsyncpgPoolDriver, Job, PgQueuer, Queries

from benchmarks.peers import jobs

BATCH = 500
"""Jobs that the worker takes at once; its own choice of ten makes it several times slower."""
LOOK = timedelta(milliseconds=50)
"""How often it looks for what has fallen due: nobody notifies it of that."""


async def main(told: jobs.Wish) -> None:
    """Do the work that is asked for."""
    async with asyncpg.create_pool(told.dsn, min_size=4, max_size=20) as pool:
        driver = AsyncpgPoolDriver(pool)
        queries = Queries(driver)
        await queries.install()
        queue = PgQueuer(driver)

        @queue.entrypoint("fire")
        async def fire(job: Job) -> None:
            request_id = (job.payload or b"").decode()
            await pool.execute(jobs.TASK, request_id, f"Answer {request_id}")

        async def enqueue(some: Sequence[jobs.Job]) -> None:
            payloads: list[bytes | None] = [job.request_id.encode() for job in some]
            after: list[timedelta | None] = [job.away for job in some]
            await queries.enqueue(["fire"] * len(some), payloads, [0] * len(some), after)

        try:
            await jobs.play(told, pool, enqueue, lambda: queue.run(dequeue_timeout=LOOK, batch_size=BATCH))
        finally:
            # After 100,000 jobs it is cancelled with connections in its hands: a pool that closes waits for them.
            pool.terminate()


if __name__ == "__main__":
    asyncio.run(main(jobs.wish()))
