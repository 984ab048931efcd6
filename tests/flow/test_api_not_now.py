"""What people are told by HTTP when a database cannot do its work: that it cannot, why, and that they may try again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy import text

from tests.support.services import World, a_world, problems


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(database="", data=tmp_path) as opened:
        yield opened


async def _allow_pages(world: World, pages: int) -> None:
    """As full as a disk: SQLite may not make its file longer than this, or than it is."""
    async with world.services["intake"].store.database.engine.connect() as connection:
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))


async def _log(world: World, number: int) -> Response:
    words = {"source": "desk", "jurisdiction": "KY", "topic": "workforce", "logged_on": "2027-01-04"}
    return await world.http.post("/requests", json={**words, "external_id": str(number), "need": "x" * 4000})


async def test_a_full_disk_is_answered_with_its_reason_and_confirms_nothing_that_it_does_not_keep(world: World) -> None:
    await _allow_pages(world, 1)
    numbers = iter(range(1000))
    confirmed = []
    while (answer := await _log(world, number := next(numbers))).status_code == 201:
        confirmed.append(str(number))
    assert problems(answer, 503) == {}
    assert answer.json()["detail"] == "The disk of the database is full: make room. Nothing was recorded; try again."
    assert int(answer.headers["Retry-After"]) > 0
    assert sorted(await world.ids("/requests", "external_id", limit=500)) == sorted(confirmed)
    health = await world.services["intake"].health()
    assert (health["database"], health["last_error"]) == (False, "The disk of the database is full: make room.")

    await _allow_pages(world, 1 << 30)
    assert (await _log(world, number)).status_code == 201
    assert sorted(await world.ids("/requests", "external_id", limit=500)) == sorted([*confirmed, str(number)])
    assert (await world.services["intake"].health())["database"]
