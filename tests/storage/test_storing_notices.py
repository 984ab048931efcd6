"""What subscribers are told is numbered as it was committed: whoever reads by number misses nothing, whoever writes."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.evaluation import repository
from services.evaluation.domain.notices import Cursor, Notice, since
from services.evaluation.handlers import notices as handling
from services.evaluation.repository import notices
from services.evaluation.repository.notices import NOTICE
from services.evaluation.tables import TABLES
from shared import use_cases
from shared.events import wire
from shared.events.base import Fact, say
from shared.events.evaluation import EvaluationFactRetracted
from shared.storage.work import Store
from tests.support.outcomes import outcome
from tests.support.saying import said
from tests.support.stores import NOW, a_store

OPENED = said("engagement_opened")


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


async def read(store: Store, after: int = 0) -> list[Notice]:
    await handling.number(store)
    async with store.look() as unit:
        return await notices.read(unit, after, 1000)


async def ids(store: Store, told: str, limit: int = 500) -> list[str]:
    """The events that somebody gets who comes with this cursor."""
    return [one["id"] for one in (await handling.page(store, since(told), limit)).items]


async def test_what_is_told_is_the_fact_byte_for_byte(store: Store) -> None:
    fact = outcome(1)
    await record(store, OPENED, fact, said("evaluation_answered", round_id="e1/mid/e1/1", answer_id="a", answers={}))
    [told] = await read(store)
    assert (told.n, told.id, told.body.encode()) == (1, fact.id, wire.encode(fact))


async def test_what_is_said_twice_is_told_once(store: Store, replica: Store) -> None:
    fact = outcome(1)
    await asyncio.gather(record(store, fact), record(replica, fact))
    await record(store, fact)
    assert [one.id for one in await read(replica)] == [fact.id]


async def test_whoever_reads_by_number_misses_nothing_and_has_each_engagement_in_order(
    store: Store, replica: Store
) -> None:
    facts = {e: [outcome(n, e) for n in range(12)] for e in ("a", "b", "c", "d")}

    async def write(at: Store, engagement: str) -> None:
        for fact in facts[engagement]:
            await record(at, fact)

    async def follow(at: Store, until: int) -> list[Notice]:
        found: list[Notice] = []
        while len(found) < until:
            found += await read(at, found[-1].n if found else 0)
            await asyncio.sleep(0)
        return found

    writers = [write(at, e) for at, e in zip((store, replica, store, replica), facts, strict=True)]
    following = asyncio.gather(follow(store, 48), follow(replica, 48))
    await asyncio.gather(*writers)
    seen, other = await following
    assert seen == other
    assert [one.n for one in seen] == list(range(1, 49))
    for engagement, said_ in facts.items():
        assert [one.id for one in seen if one.line == engagement] == [fact.id for fact in said_]


async def test_who_comes_back_after_a_week_goes_on_where_they_stopped(store: Store) -> None:
    first, second, third = (outcome(n) for n in (1, 2, 3))
    await record(store, first)
    told = await handling.page(store, Cursor(), 100)
    store.clock.move_to(NOW + timedelta(days=7))  # type: ignore[attr-defined]
    await record(store, second, third)
    assert await ids(store, told.cursor) == [second.id, third.id]
    page = await handling.page(store, since(told.cursor), 1)
    assert ([one["id"] for one in page.items], page.more) == ([second.id], True)
    assert await ids(store, page.cursor) == [third.id]
    since_monday = await handling.page(store, NOW + timedelta(days=1), 100)
    assert [one["id"] for one in since_monday.items] == [second.id, third.id]
    assert (await handling.page(store, NOW + timedelta(days=30), 100)).items == []


async def test_a_cursor_from_before_an_older_backup_was_restored_begins_anew(store: Store) -> None:
    await record(store, outcome(1))
    assert await ids(store, "1.00000000") == await ids(store, "7") == [outcome(1).id]


async def test_a_correction_and_a_retraction_are_told_too(store: Store) -> None:
    fact, corrected = outcome(1), outcome(1, revision=1, statement="another change")
    await record(store, OPENED, fact, corrected)
    retract = {"engagement_id": "e1", "fact_id": corrected.id, "reason": "Jane Doe typed it wrongly"}
    await record(store, say(EvaluationFactRetracted.model_validate(retract), NOW))
    told = [json.loads(one.body) for one in await read(store)]
    assert [one["data"].get("revision") for one in told] == [0, 1, 0]
    assert (told[-1]["data"]["fact_id"], told[-1]["data"]["reason"]) == (corrected.id, "taken_back")


async def test_a_request_is_told_of_an_outcome_that_was_recorded_as_its_engagement_began_while_it_was_answered(
    store: Store, replica: Store
) -> None:
    answered = said("ta_request_answered", request_id="r1", engagement_id="e1", how="engagement")
    async with store.work() as unit:
        await repository.keep(unit, [said("ta_request_logged", request_id="r1"), answered], False)
        elsewhere = asyncio.create_task(record(replica, OPENED, outcome(1, jurisdiction="KY")))
        await asyncio.sleep(0.3)
    await elsewhere
    async with store.look() as unit:
        told = await unit.connection.scalars(select(NOTICE.c.type).where(NOTICE.c.line == answered.line))
        assert set(told) >= {"throughline.request.answered.v1", "throughline.request.outcome_recorded.v1"}
