"""Backups: what is saved from SQLite or PostgreSQL is restored into either, what is not whole is refused."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services import running
from services.backup import HEARERS_FIRST
from shared.clock import WorldClock
from shared.settings import Settings
from shared.storage import backup, restoring
from shared.storage.backup import Holding, Manifest
from tests.support.saying import NOW, said, session
from tests.support.services import World, a_world, published
from tests.support.stores import a_database_on

SPOILS: list[tuple[Callable[[Path], object], str]] = [
    (lambda folder: (folder / "intake.db").write_bytes(b"x"), "intake.db is not the file that was saved"),
    (lambda folder: (folder / "sessions.db").unlink(), "No such file"),
    (lambda folder: (folder / "manifest.json").write_text("{}"), "its manifest.json is not one"),
    (lambda folder: (folder / "manifest.json").unlink(), "manifest.json: No such file"),
]
"""What can become of a backup, and what is then told of it."""


@dataclass
class Place:
    """Where services may keep what they know."""

    database: str
    data: Path

    @asynccontextmanager
    async def world(self) -> AsyncIterator[World]:
        async with a_world(database=self.database, data=self.data) as world:
            yield world

    @asynccontextmanager
    async def holdings(self) -> AsyncIterator[list[Holding]]:
        services = running.build(Settings(database=self.database, data=self.data), WorldClock(), HEARERS_FIRST)
        try:
            yield [Holding(service.store.database, service.models) for service in services]
        finally:
            for service in services:
                await service.store.database.close()

    async def save(self, folder: Path) -> Manifest:
        async with self.holdings() as holdings:
            return await backup.save(holdings, folder, "1", lambda: NOW)

    async def restore(self, folder: Path) -> None:
        async with self.holdings() as holdings:
            await restoring.restore(folder, restoring.manifest_of(folder), holdings)

    async def rows(self) -> dict[tuple[str, str], Sequence[Any]]:
        """All that is kept here, by service and table."""
        found = {}
        async with self.holdings() as holdings:
            for one in holdings:
                async with one.database.reading() as connection:
                    for kept in one.tables:
                        by_key = select(kept).order_by(*kept.primary_key)
                        found[one.service, kept.name] = (await connection.execute(by_key)).all()
        return found


@pytest.fixture
async def places(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[list[Place]]:
    """Empty places, one of each kind that the test names."""
    async with AsyncExitStack() as stack:
        found = []
        for number, kind in enumerate(request.param):
            data = tmp_path / f"data{number}"
            data.mkdir()
            server = request.getfixturevalue("server") if kind == "postgresql" else ""
            found.append(Place(await stack.enter_async_context(a_database_on(server)) if server else "", data))
        yield found


def kinds(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("places", [names], indirect=True, ids=["-".join(names)])


async def live(place: Place) -> None:
    async with place.world() as world:
        first = session(1, "2027-01-12T15:00:00-05:00", topic="Gespräche 🙂")
        await world.say(published(), said("engagement_opened"), said("team_formed"), first)
        await world.do("/requests", source="x", external_id="1", jurisdiction="KY", topic="t", need="n")
        await world.until("2027-01-20")


@pytest.mark.slow
@pytest.mark.parametrize(
    "places",
    [(one, other) for one in ("sqlite", "postgresql") for other in ("sqlite", "postgresql")],
    indirect=True,
    ids=" to ".join,
)
async def test_what_was_saved_from_one_database_is_restored_into_another(places: list[Place], tmp_path: Path) -> None:
    here, there = places
    await live(here)
    manifest = await here.save(tmp_path / "saved")
    await there.restore(tmp_path / "saved")

    rows = await here.rows()
    assert await there.rows() == rows
    saved = {(service, name): count for service, one in manifest.services.items() for name, count in one.rows.items()}
    assert saved | {where: len(found) for where, found in rows.items()} == saved
    async with there.world() as world, here.world() as other:
        for one in (world, other):
            one.clock.move_to(NOW.replace(month=3))
            await one.do("/requests", source="x", external_id="2", jurisdiction="KY", topic="t", need="n")
            await one.until("2027-03-10")
        assert await world.tasks() == await other.tasks()
        assert await world.facts() == await other.facts()


@pytest.mark.parametrize("places", [("sqlite",), ("postgresql",)], indirect=True, ids=lambda names: names[0])
async def test_nothing_is_restored_where_something_is(places: list[Place], tmp_path: Path) -> None:
    [here] = places
    await live(here)
    await here.save(tmp_path / "saved")
    before = await here.rows()
    with pytest.raises(restoring.NotEmpty, match=r"followup .* holds something already \(fact: .*Nothing was restored"):
        await here.restore(tmp_path / "saved")
    assert await here.rows() == before


@kinds("sqlite", "sqlite")
async def test_a_backup_is_never_written_over(places: list[Place], tmp_path: Path) -> None:
    here, _ = places
    await live(here)
    await here.save(tmp_path / "saved")
    before = {file.name: file.read_bytes() for file in (tmp_path / "saved").iterdir()}
    assert set(before) == {"manifest.json", *(f"{service}.db" for service in HEARERS_FIRST)}
    with pytest.raises(backup.Occupied, match="Name a folder that does not exist yet"):
        await here.save(tmp_path / "saved")
    assert {file.name: file.read_bytes() for file in (tmp_path / "saved").iterdir()} == before


@kinds("sqlite", "sqlite")
async def test_a_backup_that_changed_since_is_refused(places: list[Place], tmp_path: Path) -> None:
    here, there = places
    await live(here)
    await here.save(tmp_path / "saved")
    for spoil, told in SPOILS:
        shutil.copytree(tmp_path / "saved", tmp_path / "spoilt")
        spoil(tmp_path / "spoilt")
        with pytest.raises(restoring.NoBackup, match=told):
            await there.restore(tmp_path / "spoilt")
        shutil.rmtree(tmp_path / "spoilt")
    assert list(there.data.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("places", [("sqlite",) * 2, ("postgresql",) * 2], indirect=True, ids=lambda names: names[0])
async def test_nothing_is_restored_under_a_service_that_runs(places: list[Place], tmp_path: Path) -> None:
    here, there = places
    await live(here)
    await here.save(tmp_path / "saved")
    async with there.world():
        with pytest.raises(restoring.InUse, match="Stop all services first"):
            await there.restore(tmp_path / "saved")
    await there.restore(tmp_path / "saved")
    assert await there.rows() == await here.rows()


@kinds("sqlite", "sqlite")
async def test_where_there_is_no_database_nothing_is_saved(places: list[Place], tmp_path: Path) -> None:
    here, _ = places
    with pytest.raises(backup.NothingToSave, match=r"no database of followup at .*followup\.db"):
        await here.save(tmp_path / "saved")
    assert not (tmp_path / "saved").exists()


@kinds("postgresql")
async def test_an_empty_served_database_is_not_saved(places: list[Place], tmp_path: Path) -> None:
    [here] = places
    with pytest.raises(backup.NothingToSave, match="no database of followup at postgresql"):
        await here.save(tmp_path / "saved")
    assert not (tmp_path / "saved").exists()


@kinds("postgresql")
async def test_a_file_of_a_backup_can_be_read_by_anybody(places: list[Place], tmp_path: Path) -> None:
    [here] = places
    await live(here)
    await here.save(tmp_path / "saved")
    with closing(sqlite3.connect(tmp_path / "saved" / "sessions.db")) as connection:
        [body] = connection.execute("SELECT body FROM fact WHERE type LIKE '%session_scheduled%'").fetchone()
    assert json.loads(body)["data"]["topic"] == "Gespräche 🙂"
