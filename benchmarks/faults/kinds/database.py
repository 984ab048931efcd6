"""Faults of the database: PostgreSQL killed with all its children, or paused."""

import asyncio
import signal

from benchmarks.faults.child import family, send
from benchmarks.faults.kinds.kind import Kind, Scene


async def kill(scene: Scene) -> None:
    """SIGKILL of the postmaster and all its children; it recovers from its log."""
    postgres = scene.world.postgres
    assert postgres
    with scene.world.held("database"):
        await postgres.kill()
        await asyncio.sleep(scene.chance.choice((0.0, 0.5, 2.0)))
        await postgres.start()


async def kill_a_backend(scene: Scene) -> None:
    """SIGKILL of one child: PostgreSQL ends all others and recovers, as after memory ran out."""
    postgres = scene.world.postgres
    assert postgres
    assert postgres.child.process
    children = family(postgres.child.process.pid)[1:]
    if children:
        send(scene.chance.choice(children), signal.SIGKILL)


KINDS = (
    Kind("kill_database", kill, cluster=True, database="postgresql", weight=3),
    Kind("kill_a_database_backend", kill_a_backend, database="postgresql", weight=1),
)
