"""What an administrator does meanwhile: migrations that die in the middle; migrate, backup and reconcile under load."""

import asyncio
import shutil
import signal

from sqlalchemy import text

from benchmarks.faults.kinds.kind import Kind, Scene, Strike
from shared.storage.database import Database

SERVICE = "sessions"
"""Whose tables are brought back and up again: it has no revision of its own, so that nothing else is lost by it."""
OLDER = (
    "DROP TABLE {schema}place",
    "DROP TABLE {schema}seat",
    "DROP INDEX {schema}ix_line_ruled",
    "ALTER TABLE {schema}line DROP COLUMN judged",
    "CREATE TABLE {schema}outbox_kept AS SELECT id, again FROM {schema}outbox WHERE again > 0",
    "ALTER TABLE {schema}outbox DROP COLUMN again",
    "DROP TABLE {schema}stream",
    "UPDATE {schema}alembic_version SET version_num = '0001'",
)
"""Back to the tables of the first revision, with all rows in them; what the bus was told again is remembered aside."""
NEWER = (
    (
        "UPDATE {schema}outbox SET again = (SELECT kept.again FROM {schema}outbox_kept kept WHERE kept.id = outbox.id)"
        " WHERE id IN (SELECT id FROM {schema}outbox_kept)"
    ),
    "DROP TABLE {schema}outbox_kept",
)


def _dying_at(point: str) -> Strike:
    async def strike(scene: Scene) -> None:
        """A service is upgraded, and whoever upgrades it dies; the next try does it, or finds it done."""
        world, service = scene.world, SERVICE
        for one in world.all_of(service):
            await one.stay_down()
        await _do(world.databases()[service], service, OLDER)
        died = await world.command("migrate", service, crash_at=point)
        done = await world.command("migrate", service)
        await _do(world.databases()[service], service, NEWER)
        for one in world.all_of(service):
            if one.letter != "c":
                one.start()
        _expect(died == -signal.SIGKILL, f"migrate ended with {died} instead of dying at {point}")
        _expect(done == 0, f"migrate ended with {done} after another had died at {point}")

    return strike


async def _do(url: str, service: str, statements: tuple[str, ...]) -> None:
    database = Database(url, service)
    try:
        async with database.writing() as connection:
            for statement in statements:
                await connection.execute(text(statement.format(schema="" if database.is_sqlite else f"{service}.")))
    finally:
        await database.close()


async def backup(scene: Scene) -> None:
    """A backup while all run."""
    folder = scene.world.folder / f"backup-{scene.chance.randrange(10**9)}"
    code = await scene.world.command("backup", str(folder))
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    _expect(code == 0, f"backup ended with {code}")


async def migrate(scene: Scene) -> None:
    """`throughline migrate` where there is nothing to do."""
    code = await scene.world.command("migrate")
    _expect(code == 0, f"migrate ended with {code}")


async def reconcile(scene: Scene) -> None:
    """`throughline reconcile` beside the reconcilers of the services."""
    code = await scene.world.command("reconcile")
    _expect(code == 0, f"reconcile ended with {code}")


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)


KINDS = (
    *(
        Kind(f"crash_{point}", _dying_at(point), weight=0.3)
        for point in ("migration.before_commit", "migration.after_commit")
    ),
    Kind("backup_under_load", backup, weight=0.3),
    Kind("migrate_under_load", migrate, weight=0.3),
    Kind("reconcile_under_load", reconcile, weight=0.3),
)
