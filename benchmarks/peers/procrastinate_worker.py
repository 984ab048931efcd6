"""procrastinate: jobs with `schedule_at`, deferred by the thousand; one worker with many tasks at once."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import asyncpg
import procrastinate

from benchmarks.peers import jobs

AT_ONCE = 20
LOOK = 0.05
"""Seconds between two looks for what has fallen due: nobody notifies it of that."""


async def main(told: jobs.Wish) -> None:
    """Do the work that is asked for."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=told.dsn, min_size=4, max_size=AT_ONCE))
    async with asyncpg.create_pool(told.dsn, min_size=4, max_size=AT_ONCE) as pool, app.open_async():
        await app.schema_manager.apply_schema_async()

        @app.task(name="fire")
        async def fire(request_id: str) -> None:
            await pool.execute(jobs.TASK, request_id, f"Answer {request_id}")

        async def enqueue(some: Sequence[jobs.Job]) -> None:
            # A bulk has one time for all.
            by_time: dict[datetime, list[str]] = defaultdict(list)
            for job in some:
                by_time[job.due_at].append(job.request_id)
            for moment, ids in by_time.items():
                await fire.configure(schedule_at=moment).batch_defer_async(*({"request_id": id} for id in ids))

        def work() -> jobs.Working:
            return app.run_worker_async(
                concurrency=AT_ONCE, fetch_job_polling_interval=LOOK, install_signal_handlers=False, delete_jobs="never"
            )

        await jobs.play(told, pool, enqueue, work)


if __name__ == "__main__":
    asyncio.run(main(jobs.wish()))
