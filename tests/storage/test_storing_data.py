"""What has changed is numbered after it is committed: whoever takes data by a cursor misses nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.evaluation import handlers, repository
from services.evaluation.domain.data.asking_for import wanted
from services.evaluation.handlers import data
from services.evaluation.repository import data as numbered
from services.evaluation.tables import TABLES
from shared import use_cases
from shared.clock import VirtualClock
from shared.events.base import Fact
from shared.storage.work import Store
from shared.tabular.writing import as_json_lines
from tests.support.outcomes import outcome
from tests.support.saying import NOW, held, said, session
from tests.support.stores import a_store


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with a_store(url, "evaluation", TABLES) as opened:
        yield opened


@pytest.fixture
async def replica(url: str, store: Store) -> AsyncIterator[Store]:
    async with a_store(url, "evaluation", TABLES) as opened:
        yield opened


async def record(store: Store, *facts: Fact) -> None:
    await use_cases.hear(store, facts, repository.keep, said=True)


async def read(store: Store, table: str, since: str | None = None) -> tuple[list[dict[str, Any]], str]:
    begun = await data.begin(store, wanted(table, None, None, since))
    return [row async for batch in data.batches(store, begun) for row in batch], begun.cursor


async def test_what_was_recorded_before_anybody_asked_is_told_and_then_only_what_is_new(store: Store) -> None:
    await record(store, said("engagement_opened"), outcome(1))
    rows, cursor = await read(store, "outcomes")
    assert len(rows) == 1 and (await read(store, "outcomes", cursor))[0] == []
    await record(store, said("engagement_opened", engagement_id="e2"))
    rows, later = await read(store, "engagements", cursor)
    assert [row["engagement_id"] for row in rows] == ["e2"] and int(later) > int(cursor)


async def test_who_reads_while_replicas_record_misses_nothing(store: Store, replica: Store) -> None:
    lines = [f"e{n}" for n in range(12)]

    async def records(one: Store, mine: list[str]) -> None:
        for line in mine:
            await record(one, said("engagement_opened", engagement_id=line))

    async def reads() -> set[str]:
        seen: set[str] = set()
        cursor: str | None = None
        while len(seen) < len(lines):
            rows, cursor = await read(store, "engagements", cursor)
            seen |= {row["engagement_id"] for row in rows}
            await asyncio.sleep(0)
        return seen

    async with asyncio.timeout(60):
        _, _, seen = await asyncio.gather(records(store, lines[::2]), records(replica, lines[1::2]), reads())
    assert seen == set(lines)


async def test_after_a_restore_every_cursor_from_before_tells_all_anew(store: Store) -> None:
    await record(store, said("engagement_opened"))
    _, cursor = await read(store, "engagements")
    async with store.database.writing() as connection:
        await handlers.restore(connection, [])
    assert isinstance(store.clock, VirtualClock)
    store.clock.move_to(store.clock.now() + timedelta(minutes=1))
    async with store.look() as unit:
        assert await numbered.waiting(unit)
    rows, _ = await read(store, "engagements", cursor)
    assert len(rows) == 1


async def test_a_large_portfolio_is_read_some_engagements_at_a_time(store: Store) -> None:
    engagements, teams, meetings = 40, 12, 21
    for n in range(engagements):
        await record(store, *_a_year(f"e{n}", teams, meetings))
    begun = await data.begin(store, wanted("attendance", None, None, None))
    sizes = [len(batch) async for batch in data.batches(store, begun)]
    assert sum(sizes) == engagements * teams * meetings > 10_000
    assert max(sizes) == data.AT_ONCE * teams * meetings
    first = await anext(as_json_lines(["team_id", "was_there"], data.batches(store, begun)))
    assert json.loads(first.splitlines()[0]) == {"team_id": "t0", "was_there": False}


def _a_year(id: str, teams: int, meetings: int) -> list[Fact]:
    """An engagement whose teams have met every other week."""
    facts = [said("engagement_opened", engagement_id=id)]
    facts += [said("team_formed", engagement_id=id, team_id=f"t{team}") for team in range(teams)]
    for number in range(1, meetings + 1):
        at = (NOW + timedelta(weeks=2 * number)).isoformat()
        facts += [session(number, at, engagement_id=id), held(number, at, engagement_id=id)]
    return facts
