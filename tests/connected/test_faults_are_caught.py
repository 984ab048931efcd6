"""The checker of the fault harness can fail: three mutations of the product are caught, and the product is clean."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks.faults.mutants import NoSuchMutation, apply
from benchmarks.faults.nursery import Nursery
from benchmarks.faults.verdict import Verdict
from shared.clock import WorldClock
from tests.support.bus import a_connection
from tests.support.faulty import ROOT, SmallWorld, a_nursery, a_small_world
from tests.support.stores import a_database_on, postgresql

YESTERDAY = str(WorldClock().now().date() - timedelta(days=2))
AT_ONCE = """
playbook: at-once
version: 1
title: Due before anybody hears of it
calendar: {holidays: none, at: "00:01", roll: none}
rules:
- {name: greet, each: team, task: Greet, to: facilitator, due: {after: formed}, done_by: plan_submitted}
- {name: ask, each: team, task: Ask, to: facilitator, due: {after: formed}, done_by: plan_submitted}
"""
DESK = (ROOT / "playbooks" / "desk.yaml").read_text(encoding="utf-8")
OPENED = {
    "title": "Out-of-school time",
    "playbook": "at-once",
    "center": "NCASE",
    "topic": "workforce",
    "opened_on": YESTERDAY,
    "time_zone": "America/New_York",
    "people": {"facilitator": "p-f", "evaluator": "p-e"},
}
REQUEST = {"source": "desk", "jurisdiction": "KY", "topic": "licensing", "need": "How?", "logged_on": YESTERDAY}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server."""
    with TemporaryDirectory() as folder, postgresql(Path(folder)) as address:
        yield address


async def killed_while_hearing(folder: Path, nursery: Nursery, mutation: str = "") -> Verdict:
    """Followup is killed again and again with facts in its hands that it has not recorded yet."""
    async with a_small_world(folder, nursery, "followup", mutation=mutation) as world:
        await world.say("intake", "/playbooks", document=DESK)
        # What the bus has at its very first start, it reads by itself before it hears.
        first = await world.start("followup")
        await world.settled()
        await world.is_killed(first)
        for number in range(15):
            await world.say("intake", "/requests", **REQUEST, external_id=str(number))
        # Between two facts it also looks at what is due: of several deaths, some hit it while it hears.
        for units in (4, 5, 6, 7):
            await world.dies("followup", f"work.before_commit:{units}")
        await world.start("followup")
        await world.settled()
        return await world.verdict()


async def killed_after_recording(folder: Path, nursery: Nursery, mutation: str = "") -> Verdict:
    """Intake is killed when it has recorded something and told nobody yet."""
    async with a_small_world(folder, nursery, "intake", mutation=mutation) as world:
        async with a_connection(world.bus) as tracker:
            for number in range(12):
                request = {name: value for name, value in REQUEST.items() if name != "source"}
                told = json.dumps({**request, "external_id": str(number)}).encode()
                await tracker.publish("inbound.requests.desk", told)
            await tracker.flush()
        await world.dies("intake", "work.after_commit:9")
        await world.start("intake")
        await world.settled()
        return await world.verdict()


async def due_while_it_is_done(folder: Path, nursery: Nursery, database: str, mutation: str = "") -> Verdict:
    """Two replicas of followup let fall due what at the same time is done by a fact."""
    async with a_small_world(folder, nursery, "followup", database=database, mutation=mutation) as world:
        await world.say("intake", "/playbooks", document=AT_ONCE)
        for _ in range(2):
            await world.start("followup")
        await world.settled()
        await asyncio.gather(*(_a_plan_soon(world, f"e{number}") for number in range(4)))
        await world.settled()
        return await world.verdict()


async def _a_plan_soon(world: SmallWorld, id: str) -> None:
    await world.say("intake", "/engagements", engagement_id=id, **OPENED)
    team = {"engagement_id": id, "team_id": f"{id}-t"}
    members = [{"person_id": "p-1", "role": "lead_agency"}]
    await world.say("intake", "/teams", **team, jurisdiction="KY", lead="p-1", members=members, formed_on=YESTERDAY)
    await asyncio.sleep(1)
    await world.say("sessions", "/plans", **team, plan_id=f"{id}-p", submitted_on=YESTERDAY)


@pytest.mark.proof
async def test_facts_acknowledged_before_they_are_recorded_are_found_lost(tmp_path: Path) -> None:
    async with a_nursery(tmp_path) as nursery:
        whole = await killed_while_hearing(tmp_path, nursery)
        assert (whole.counts, whole.confirmed, whole.obligations) == ({}, 16, 15), whole.examples
        broken = await killed_while_hearing(tmp_path, nursery, "ack-before-commit")
        assert broken.counts["not heard"] and broken.lost and not broken.clean


@pytest.mark.proof
async def test_facts_published_without_an_outbox_are_found_lost(tmp_path: Path) -> None:
    async with a_nursery(tmp_path) as nursery:
        whole = await killed_after_recording(tmp_path, nursery)
        assert (whole.counts, whole.obligations) == ({}, 12), whole.examples
        broken = await killed_after_recording(tmp_path, nursery, "publish-without-outbox")
        assert broken.counts["not in the stream"] and broken.counts["said without an outbox"] and not broken.clean


@pytest.mark.proof
async def test_obligations_claimed_without_a_lock_are_found_changed_twice(tmp_path: Path, server: str) -> None:
    async with a_nursery(tmp_path) as nursery:
        async with a_database_on(server) as database:
            whole = await due_while_it_is_done(tmp_path, nursery, database)
        assert (whole.counts, whole.obligations) == ({}, 8), whole.examples
        async with a_database_on(server) as database:
            broken = await due_while_it_is_done(tmp_path, nursery, database, "claim-without-lock")
        assert broken.counts["one number, two changes"] and broken.duplicated_effects and not broken.clean


def test_a_mutation_that_is_none_is_named() -> None:
    with pytest.raises(NoSuchMutation, match="ack-before-commit"):
        apply("forget-everything")
