"""Topics are counted in the transaction that records a request: replicas miss none and say none twice."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from sqlalchemy import update

from services.intake import handlers, repository
from services.intake.decisions import requests
from services.intake.domain import AnswerRequest, LogRequest
from services.intake.tables import TABLES, RequestRow
from shared import use_cases
from shared.events.base import Fact
from shared.storage import facts as kept
from shared.storage.facts import Turn
from shared.storage.tables import table
from shared.storage.work import Store, Unit
from tests.support.saying import said
from tests.support.stores import a_database_on, a_store, everything_said


@pytest.fixture
async def replicas(url: str) -> AsyncIterator[tuple[Store, Store]]:
    async with a_store(url, "intake", TABLES) as one, a_store(url, "intake", TABLES) as other:
        yield one, other


async def ask(store: Store, jurisdiction: str, topic: str = "licensing") -> None:
    words: dict[str, Any] = {"source": "ncase", "external_id": jurisdiction, "topic": topic, "need": "How?"}
    await handlers.obey(store, LogRequest(jurisdiction=jurisdiction, **words), requests.log)


async def demands(store: Store) -> list[list[str]]:
    """Who asked, each time that a topic was said to be in demand."""
    facts = await everything_said(store)
    return [fact["data"]["jurisdictions"] for fact in facts if "topic_in_demand" in fact["type"]]


async def test_a_demand_is_said_with_the_request_that_makes_it_one(replicas: tuple[Store, Store]) -> None:
    one, other = replicas
    await ask(one, "KY")
    await ask(other, "WI", "Licensing ")
    await ask(other, "VI", "rural transport")
    assert await demands(one) == []
    await ask(one, "OH", "LICENSING")
    await ask(one, "OH", "LICENSING")
    assert await demands(other) == [["KY", "OH", "WI"]]


async def test_whoever_counts_reads_of_the_other_requests_only_what_counts(replicas: tuple[Store, Store]) -> None:
    one, _ = replicas
    await ask(one, "KY")
    await ask(one, "WI")
    async with one.work() as unit:
        await unit.connection.execute(update(table(RequestRow)).values(document="not looked at"))
    await ask(one, "VI")
    assert await demands(one) == [["KY", "VI", "WI"]]


async def test_however_many_replicas_hear_of_them_at_once_each_growth_is_said_once(
    replicas: tuple[Store, Store],
) -> None:
    places = ("KY", "WI", "VI", "OH", "TN", "GA")
    await asyncio.gather(*(ask(replicas[place % 2], code) for place, code in enumerate(places)))
    told = await demands(replicas[0])
    assert [len(who) for who in told] == [3, 6]
    assert sorted(told[1]) == sorted(places)


async def test_of_two_requests_of_which_neither_replica_saw_the_other_the_later_one_counts_both(server: str) -> None:
    late = said("ta_request_logged", request_id="late", external_id="late", jurisdiction="VI", topic="licensing")
    async with (
        a_database_on(server) as url,
        a_store(url, "intake", TABLES) as slow,
        a_store(url, "intake", TABLES) as quick,
    ):
        await ask(slow, "KY")
        seen = []

        async def record_slowly(unit: Unit, facts: Sequence[Fact], said: bool) -> Sequence[Turn]:
            await kept.histories(unit, [facts[0].line])
            seen.append(await demands(quick))
            if len(seen) == 1:
                await ask(quick, "WI")
            return await repository.record(unit, facts, said)

        await use_cases.hear(slow, [late], record_slowly, said=True)
        assert len(seen) == 2, "whoever saw less has to look again"
        assert await demands(quick) == [["KY", "VI", "WI"]]


async def test_an_answer_that_is_taken_back_counts_again(replicas: tuple[Store, Store]) -> None:
    one, other = replicas
    for code in ("KY", "WI"):
        await ask(one, code)
    answer = AnswerRequest(request_id="ncase-KY", how="resource")
    [answered] = (await handlers.obey(one, answer, requests.answer)).facts
    await ask(other, "VI")
    assert await demands(one) == []
    await handlers.retract(other, answered["id"], "it was another request")
    assert await demands(one) == [["KY", "VI", "WI"]]


async def test_what_was_said_elsewhere_is_taken_in_as_it_is(replicas: tuple[Store, Store]) -> None:
    one, _ = replicas
    facts = [
        said("ta_request_logged", request_id=code, external_id=code, jurisdiction=code, topic="licensing")
        for code in ("KY", "WI", "VI", "OH")
    ]
    await handlers.take_in(one, facts)
    assert await demands(one) == []
    await ask(one, "TN")
    assert await demands(one) == [["KY", "OH", "TN", "VI", "WI"]]
