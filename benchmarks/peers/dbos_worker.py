"""DBOS: delayed workflows on a queue, enqueued many in one transaction; one process with its recommended settings."""

import asyncio
from collections.abc import Sequence

import asyncpg
import sqlalchemy
from dbos import DBOS, DBOSClient, DBOSConfig

from benchmarks.peers import jobs

LOOK = 0.1
"""Seconds between two looks at the queue; it looks once a second by itself."""


async def main(told: jobs.Wish) -> None:
    """Do the work that is asked for."""
    url = told.dsn.replace("postgresql://", "postgresql+psycopg://")
    config: DBOSConfig = {"name": "bench", "system_database_url": told.dsn, "log_level": "ERROR"}
    DBOS(config=config)
    pool = await asyncpg.create_pool(told.dsn, min_size=4, max_size=20)

    @DBOS.step()
    async def make(request_id: str) -> None:
        await pool.execute(jobs.TASK, request_id, f"Answer {request_id}")

    @DBOS.workflow(name="fire")
    async def fire(request_id: str) -> None:
        await make(request_id)

    DBOS.launch()
    queue = await DBOS.register_queue_async("due", polling_interval_sec=LOOK)
    engine = sqlalchemy.create_engine(url)
    client = DBOSClient(system_database_url=told.dsn)

    def tell(some: Sequence[jobs.Job]) -> None:
        with engine.begin() as connection:
            for job in some:
                wanted = {"workflow_name": "fire", "queue_name": queue.name, "workflow_id": job.request_id}
                wanted["delay_seconds"] = job.away.total_seconds()
                client.enqueue_in_transaction(connection, wanted, job.request_id)

    async def enqueue(some: Sequence[jobs.Job]) -> None:
        await asyncio.to_thread(tell, some)

    await jobs.play(told, pool, enqueue, asyncio.Event().wait)
    DBOS.destroy()


if __name__ == "__main__":
    asyncio.run(main(jobs.wish()))
