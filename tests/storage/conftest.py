"""Every test here runs twice: on a SQLite file, and on PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shared.storage.work import Store
from tests.support.stores import a_database_on, a_store, postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    # Not in a folder of pytest: it tidies up those of older runs, and takes the ground from under one that goes on.
    with TemporaryDirectory() as folder, postgresql(Path(folder)) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'followup.db'}"
        return
    async with a_database_on(request.getfixturevalue("server")) as address:
        yield address


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with a_store(url) as opened:
        yield opened


@pytest.fixture
async def replica(url: str, store: Store) -> AsyncIterator[Store]:
    """A second process of the same service, at the same database."""
    async with a_store(url) as opened:
        yield opened
