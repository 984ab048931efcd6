"""Reports keep what they have read: what one tidies up is missed by no other that is made at the same time."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.evaluation import repository
from services.evaluation.repository import reporting
from services.evaluation.tables import TABLES
from shared import use_cases
from shared.storage.work import Store
from tests.support.saying import said
from tests.support.stores import a_store


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with a_store(url, "evaluation", TABLES) as opened:
        yield opened


async def test_a_report_is_told_whole_beside_one_that_was_begun_before_its_engagements_came_in(store: Store) -> None:
    await use_cases.hear(store, [said("engagement_opened")], repository.keep, said=True)
    async with store.look() as earlier:
        assert len(await reporting.parts(earlier)) == 1
        came = [said("engagement_opened", engagement_id=f"e{n}") for n in range(2, 82)]
        await use_cases.hear(store, came, repository.keep, said=True)
        async with store.look() as later:
            report = asyncio.create_task(reporting.parts(later))
            while not report.done():
                await reporting.parts(earlier)
            assert len(await report) == 81
