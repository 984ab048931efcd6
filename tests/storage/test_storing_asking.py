"""Whoever is asked is invited once, and what they type is kept, whichever replicas are at it at one instant."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.evaluation import handlers, repository
from services.evaluation.handlers import asking
from services.evaluation.repository import asking as invitations
from services.evaluation.repository import data
from services.evaluation.tables import TABLES
from shared import use_cases
from shared.storage.work import Store
from tests.support.saying import said
from tests.support.services import published
from tests.support.stores import NOW, a_database_on, a_store

RULES = """playbook: example
version: 1
title: Example
rules:
  - {name: mid, each: engagement, evaluation: mid, instrument: mid-survey, ask: members, due: {after: opened}}
"""
ROUND = "e1/mid/e1/1"
FOLDER = Path("instruments")
TIMES = 4


def members(*people: str) -> list[dict[str, str]]:
    return [{"person_id": one, "role": "provider"} for one in people]


@pytest.fixture
async def replicas(server: str) -> AsyncIterator[tuple[Store, Store]]:
    """The mid evaluation is open, and p-1 is asked in it."""
    async with (
        a_database_on(server) as url,
        a_store(url, "evaluation", TABLES) as one,
        a_store(url, "evaluation", TABLES) as other,
    ):
        beginning = published(RULES), said("engagement_opened"), said("team_formed", members=members("p-1"))
        await use_cases.hear(one, beginning, repository.record)
        for store in (one, other):
            store.clock.move_to(NOW.replace(day=11))  # type: ignore[attr-defined]
        await handlers.pass_time(one)
        yield one, other


async def test_nobody_is_invited_twice_however_many_ask_for_links_at_one_instant(replicas: tuple[Store, Store]) -> None:
    await asking.links(replicas[0], ROUND, FOLDER)
    changed = said("team_changed", members=members("p-1", "p-2", "p-3"), changed_on="2027-01-08")
    await use_cases.hear(replicas[0], [changed], repository.record)
    await asyncio.gather(*(asking.links(store, ROUND, FOLDER) for store in replicas for _ in range(TIMES)))
    invited = await asking.listed(replicas[0], ROUND)
    assert sorted(str(one.person_id) for one in invited) == ["p-1", "p-2", "p-3"]


async def test_what_is_typed_at_one_instant_is_kept_and_nobody_is_told_that_something_broke(
    replicas: tuple[Store, Store],
) -> None:
    [link] = await asking.links(replicas[0], ROUND, FOLDER)
    typed = {"useful": ["4"], "pace": ["right"]}
    saves = (asking.save(store, link.secret, typed, "en") for store in replicas for _ in range(TIMES))
    assert [it.typed for it, _ in await asyncio.gather(*saves)] == [typed] * 2 * TIMES


async def test_who_is_replaced_is_not_counted_as_asked_in_tables_of_data(replicas: tuple[Store, Store]) -> None:
    store, _ = replicas
    changed = said("team_changed", members=members("p-1", "p-2", "p-3"), changed_on="2027-01-08")
    await use_cases.hear(store, [changed], repository.record)
    await asking.links(store, ROUND, FOLDER)
    invited = await asking.listed(store, ROUND)
    async with store.work() as unit:
        await invitations.replaced(unit, invited[0].invitation_id, "has left")
    async with store.look() as unit:
        [source] = await data.sources(unit, "rounds", ["e1"])
    assert (len(invited), source.invited) == (3, {ROUND: 2})
