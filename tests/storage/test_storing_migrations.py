"""Databases of earlier versions are brought to this one with all that is in them; later ones are left alone."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, Table, insert, inspect, select, text, update
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

from benchmarks.faults.kinds import upkeep
from services.evaluation.tables import TABLES as EVALUATION
from services.followup.tables import TABLES as FOLLOWUP
from services.intake.tables import TABLES as INTAKE
from services.sessions.tables import TABLES as SESSIONS
from shared.access.tables import TABLES as ACCESS
from shared.errors import NotNow
from shared.ids import new_id
from shared.obligations import ledger
from shared.storage import facts as kept
from shared.storage import migrations
from shared.storage.database import Database
from shared.storage.migrations import REVISION, Migrated, UnknownRevision
from shared.storage.tables import EVERY_SERVICE, FactRow, LineRow, OutboxRow, table
from tests.support.saying import ENGAGEMENT, said, session
from tests.support.stores import a_database_on, a_store, letters, mark_sent, unsent

SERVICES: dict[str, Sequence[type[SQLModel]]] = {
    "intake": INTAKE,
    "sessions": SESSIONS,
    "followup": FOLLOWUP,
    "evaluation": EVALUATION,
}
OLDER = [
    pytest.param(name, revision, marks=[] if revision in (known[0], known[-1]) else pytest.mark.slow)
    for name in SERVICES
    for known in [migrations.revisions(name)[:-1]]
    for revision in known
]
"""All there were; before each commit the first, and the one before the newest."""
NEWEST = migrations.revisions("followup")[-1]
OPENED, FORMED = said("engagement_opened"), said("team_formed")
Rows = Mapping[str, list[dict[str, Any]]]


class PowerCut(Exception):
    """The machine went dark."""


@pytest.fixture
async def rows(tmp_path: Path) -> Rows:
    """What a service has written down after it said two facts and sent one of them."""
    async with a_store(f"sqlite+aiosqlite:///{tmp_path / 'told.db'}") as store:
        async with store.work() as unit:
            await kept.record(unit, [OPENED, FORMED], True)
        await mark_sent(store, (await unsent(store))[:1])
        async with store.look() as unit:
            return {
                one.name: [dict(row) for row in (await unit.connection.execute(select(one))).mappings()]
                for one in (table(FactRow), table(LineRow), table(OutboxRow))
            }


async def made_at(database: Database, revision: str, rows: Rows, tells_it: bool = True) -> None:
    """A database as an earlier version left it, with these rows as far as it had columns for them."""

    def make(bare: Connection) -> None:
        migrations.upgrade(bare, database.service, None, revision)
        for name, some in rows.items():
            there = Table(name, MetaData(), autoload_with=bare)
            columns = [column.name for column in there.columns if column.name != "seq"]
            bare.execute(insert(there), [{column: row[column] for column in columns} for row in some])
        if tells_it:
            REVISION.create(bare)
            bare.execute(insert(REVISION).values(version_num=revision))

    async with database.alone() as connection:
        await connection.run_sync(make)


async def break_down(database: Database) -> None:
    """Migrate, and lose power before the commit."""
    async with database.alone() as connection:
        await connection.run_sync(migrations.migrate, database.service, [])
        raise PowerCut


async def revision_of(database: Database) -> tuple[str | None, bool]:
    """What a database says of itself, and whether its outbox really counts how often a letter is told again."""

    def look(bare: Connection) -> tuple[str | None, bool]:
        schema = None if database.is_sqlite else database.service
        columns = {column["name"] for column in inspect(bare).get_columns("outbox", schema)}
        return bare.scalar(select(REVISION.c.version_num)), "again" in columns

    async with database.reading() as connection:
        return await connection.run_sync(look)


async def differences(
    database: Database, models: Sequence[type[SQLModel]], every: Sequence[type[SQLModel]] = EVERY_SERVICE
) -> Sequence[Any]:
    """What `alembic check` finds between the tables that are there and those that the code wants."""

    def compare(bare: Connection) -> Sequence[Any]:
        if not database.is_sqlite:
            bare.execute(text(f"SET LOCAL search_path TO {database.service}"))
        wanted = MetaData()
        for model in (*every, *models):
            table(model).to_metadata(wanted)
        how = {"compare_type": True, "compare_server_default": True}
        return compare_metadata(MigrationContext.configure(bare, opts=how), wanted)

    async with database.alone() as connection:
        return await connection.run_sync(compare)


@pytest.mark.parametrize(("service", "revision"), OLDER)
async def test_an_older_database_is_brought_to_this_version_and_keeps_what_is_in_it(
    url: str, rows: Rows, service: str, revision: str
) -> None:
    database = Database(url, service)
    await made_at(database, revision, rows)
    assert await database.create(SERVICES[service]) == Migrated(service, revision, migrations.revisions(service)[-1])
    await database.close()
    async with a_store(url, service, SERVICES[service]) as store:
        assert await letters(store) == ["team_formed"]
        async with store.work() as unit:
            assert {fact.id for fact in await kept.story(unit, ENGAGEMENT)} == {OPENED.id, FORMED.id}
            assert await kept.record(unit, [OPENED], True) == []
            await kept.record(unit, [session(1, "2027-02-01T15:00:00-05:00")], True)
        await mark_sent(store, await unsent(store))
        assert await letters(store) == []


async def test_a_database_from_before_there_were_migrations_counts_as_the_first_revision(url: str, rows: Rows) -> None:
    database = Database(url, "followup")
    await made_at(database, "0001", rows, tells_it=False)
    assert await database.create(FOLLOWUP) == Migrated("followup", "0001", NEWEST)
    assert await database.create(FOLLOWUP) == Migrated("followup", NEWEST, NEWEST)
    await database.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_new_tables_and_migrated_ones_are_those_that_the_code_wants(url: str, service: str) -> None:
    new = Database(url, service)
    assert await new.create(SERVICES[service]) == Migrated(service, None, migrations.revisions(service)[-1])
    assert await differences(new, SERVICES[service]) == []
    await new.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_every_revision_after_the_other_makes_the_tables_that_the_code_wants(url: str, service: str) -> None:
    older = Database(url, service)
    await made_at(older, "0001", {})
    assert await differences(older, SERVICES[service]) != []
    await older.create(SERVICES[service])
    assert await differences(older, SERVICES[service]) == []
    await older.close()


async def test_the_register_of_who_may_come_in_has_migrations_of_its_own(url: str) -> None:
    new, older = Database(url, "access"), Database(url, "access")
    async with older.alone() as connection:
        await connection.run_sync(migrations.upgrade, "access", None, migrations.revisions("access")[-1])
    assert await differences(older, ACCESS, every=()) == []
    await older.close()
    async with new.alone() as connection:
        await connection.run_sync(drop_all)
    assert (await new.create(ACCESS, every=())).was is None
    assert await differences(new, ACCESS, every=()) == []
    await new.close()


def drop_all(bare: Connection) -> None:
    """As if there had never been a register."""
    for one in ACCESS:
        table(one).drop(bare)


async def test_of_replicas_that_start_at_the_same_time_one_migrates(url: str, rows: Rows) -> None:
    older = Database(url, "followup")
    await made_at(older, "0001", rows)
    replicas = [Database(url, "followup") for _ in range(4)]
    done = await asyncio.gather(*(replica.create(FOLLOWUP) for replica in replicas))
    assert sorted(migrated.changed for migrated in done) == [False, False, False, True]
    for database in (older, *replicas):
        await database.close()


async def test_a_replica_at_work_and_the_migration_never_wait_for_each_other(server: str, rows: Rows) -> None:
    async with a_database_on(server) as url:
        older, newer = Database(url, "followup"), Database(url, "followup")
        await made_at(older, "0009", rows)
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        async with asyncio.timeout(30), asyncio.TaskGroup() as both, older.writing() as connection:
            await connection.execute(select(ledger.LEDGER).with_for_update())
            migrating = both.create_task(newer.create(FOLLOWUP))
            while not await connection.scalar(waiting):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await connection.execute(update(ledger.LEDGER).values(state="due"))
        assert migrating.result().changed
        await older.close()
        await newer.close()


async def test_services_that_share_a_database_migrate_side_by_side(url: str, rows: Rows, tmp_path: Path) -> None:
    urls = {name: url.replace(str(tmp_path / "followup"), str(tmp_path / name)) for name in SERVICES}
    databases = {name: Database(urls[name], name) for name in SERVICES}
    for database in databases.values():
        await made_at(database, "0001", rows)
    done = await asyncio.gather(*(databases[name].create(models) for name, models in SERVICES.items()))
    newest = [(name, migrations.revisions(name)[-1]) for name in SERVICES]
    assert [str(migrated) for migrated in done] == [f"{name}: from revision 0001 to {last}" for name, last in newest]
    for database in databases.values():
        await database.close()


async def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    database = Database(url, "followup")
    await database.create(FOLLOWUP)
    async with database.writing() as connection:
        await connection.execute(REVISION.update().values(version_num="9999"))
    with pytest.raises(UnknownRevision, match=r"is at revision 9999.* knows 0001, .* install that one, or restore"):
        await database.create(FOLLOWUP)
    assert await revision_of(database) == ("9999", True)
    await database.close()


async def test_a_user_needs_no_right_but_to_own_the_schema(server: str) -> None:
    async with a_database_on(server) as url:
        own, owner = Database(url, "followup"), f"owner_{new_id().replace('-', '')}"
        async with own.writing() as connection:
            await connection.execute(text(f"CREATE ROLE {owner} LOGIN"))
        theirs = Database(url.replace("postgres:@", f"{owner}:@"), "followup")
        with pytest.raises(NotNow, match="must own the schema"):
            await theirs.create(FOLLOWUP)
        async with own.writing() as connection:
            await connection.execute(text(f"CREATE SCHEMA followup AUTHORIZATION {owner}"))
        assert await theirs.create(FOLLOWUP) == Migrated("followup", None, NEWEST)
        await theirs.close()
        async with own.writing() as connection:
            await connection.execute(text(f"DROP OWNED BY {owner} CASCADE"))
            await connection.execute(text(f"DROP ROLE {owner}"))
        await own.close()


async def test_a_migration_that_breaks_leaves_the_database_as_it_was(url: str, rows: Rows) -> None:
    database = Database(url, "followup")
    await made_at(database, "0001", rows)
    with pytest.raises(PowerCut):
        await break_down(database)
    assert await revision_of(database) == ("0001", False)
    assert await database.create(FOLLOWUP) == Migrated("followup", "0001", NEWEST)
    await database.close()


@pytest.mark.slow
@pytest.mark.parametrize(("point", "left"), [("before", ("0001", False)), ("after", (NEWEST, True))])
async def test_a_migration_that_is_killed_is_done_or_not_and_never_half(
    url: str, rows: Rows, tmp_path: Path, point: str, left: tuple[str, bool]
) -> None:
    database = Database(url, "followup")
    await made_at(database, "0001", rows)
    assert migrate(url, tmp_path, THROUGHLINE_CRASH_AT=f"migration.{point}_commit").returncode < 0
    assert await revision_of(database) == left
    done = migrate(url, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines(keepends=True)[0] in (
        f"followup: from revision 0001 to {NEWEST}\n",
        f"followup: at revision {NEWEST} already\n",
    )
    await database.close()


@pytest.mark.slow
async def test_who_migrates_a_newer_database_is_told_what_to_do(url: str, tmp_path: Path) -> None:
    database = Database(url, "followup")
    await database.create(FOLLOWUP)
    async with database.writing() as connection:
        await connection.execute(REVISION.update().values(version_num="9999"))
    refused = migrate(url, tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("The database of followup is at revision 9999; this version of Throughline knows")
    await database.close()


def migrate(url: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`throughline migrate followup` at this database."""
    there = ["--data", str(folder)] if url.startswith("sqlite") else ["--database", url]
    command = [sys.executable, "-m", "services", "migrate", "followup", *there]
    return subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False, timeout=60)


def test_the_fault_harness_knows_the_way_back_through_all_revisions_of_the_service_that_it_takes_back() -> None:
    undone = " ".join(upkeep.OLDER)
    assert migrations.revisions(upkeep.SERVICE) == ("0001", "0002", "0003", "0004")
    assert all(word in undone for word in ("seat", "place", "again", "stream", "judged", "'0001'"))
