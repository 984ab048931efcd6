"""Lanes with real processes of followup: one that dies, joins, or is paused for too long loses nothing."""

import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks.faults.nursery import Nursery
from shared.clock import WorldClock
from tests.support.faulty import ROOT, SmallWorld, a_nursery, a_small_world
from tests.support.stores import a_database_on, postgresql

DESK = (ROOT / "playbooks" / "desk.yaml").read_text(encoding="utf-8")
YESTERDAY = str(WorldClock().now().date() - timedelta(days=2))
REQUEST = {"source": "desk", "jurisdiction": "KY", "topic": "licensing", "need": "How?", "logged_on": YESTERDAY}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server."""
    with TemporaryDirectory() as folder, postgresql(Path(folder)) as address:
        yield address


async def log_requests(world: SmallWorld, first: int, count: int = 12) -> None:
    for number in range(first, first + count):
        await world.say("intake", "/requests", **REQUEST, external_id=str(number))


@pytest.mark.slow
@pytest.mark.parametrize("how", ["killed", "paused", "joined"])
async def test_with_two_processes_in_lanes_nothing_is_lost_and_nothing_done_twice_when_one_is(
    server: str, tmp_path: Path, how: str
) -> None:
    async with a_nursery(tmp_path) as nursery, a_database_on(server) as database:
        await play(tmp_path, nursery, database, how)


async def play(folder: Path, nursery: Nursery, database: str, how: str) -> None:
    lanes = {"LANES": "4", "BATCH": "20"}
    async with a_small_world(folder, nursery, "followup", database=database) as world:
        await world.say("intake", "/playbooks", document=DESK)
        ends = [await world.start("followup", **lanes)]
        if how != "joined":
            ends.append(await world.start("followup", **lanes))
        await log_requests(world, 0)
        if how == "killed":
            await world.is_killed(ends[-1])
        elif how == "paused":
            world.send(signal.SIGSTOP)
        else:
            await world.start("followup", **lanes)
        await log_requests(world, 100)
        await world.settled()
        if how == "paused":
            world.send(signal.SIGCONT)
        await log_requests(world, 200)
        await world.settled()
        verdict = await world.verdict()
        assert verdict.clean, verdict.examples
