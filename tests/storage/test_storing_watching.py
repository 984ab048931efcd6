"""What two replicas hear at one instant is looked at together, and proposed once."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from services.evaluation import handlers, repository
from services.evaluation.tables import TABLES
from shared import use_cases
from shared.clock import VirtualClock
from shared.events.base import Fact
from shared.storage import facts as kept
from shared.storage import migrations, ownership
from shared.storage.database import Database
from shared.storage.migrations import REVISION
from shared.storage.work import Store
from tests.support.saying import said
from tests.support.services import published
from tests.support.stores import NOW, a_database_on, a_store

RULES = "playbook: example\nversion: 1\ntitle: Example\nwindow: {wait: 1 week, after: closed}\n"
BEGINNING = [published(RULES), said("engagement_opened"), said("team_formed")]
CLOSED = said("engagement_closed", closed_on="2027-01-05")
ASKED = said("ta_request_logged", engagement_id="-", logged_on="2027-02-01")


@pytest.fixture
async def replicas(server: str) -> AsyncIterator[tuple[Store, Store]]:
    async with (
        a_database_on(server) as url,
        a_store(url, "evaluation", TABLES) as one,
        a_store(url, "evaluation", TABLES) as other,
    ):
        yield one, other


async def hear(store: Store, facts: Sequence[Fact]) -> None:
    await use_cases.hear(store, facts, repository.record)


async def proposed(store: Store) -> int:
    async with store.look() as unit:
        return len((await unit.connection.execute(select(repository.PROPOSAL))).all())


async def test_of_two_facts_that_two_replicas_hear_at_one_instant_neither_is_missed(
    replicas: tuple[Store, Store],
) -> None:
    one, other = replicas
    await hear(one, BEGINNING)
    async with one.work() as unit:
        await repository.record(unit, [CLOSED], False)
        await hear(other, [ASKED])
        await handlers.pass_time(other)
        assert await proposed(other) == 0
    await handlers.pass_time(one)
    assert await proposed(other) == 1


async def test_what_is_said_while_somebody_looks_is_looked_at_again(replicas: tuple[Store, Store]) -> None:
    one, other = replicas
    await hear(one, [*BEGINNING, CLOSED])
    async with one.work() as unit:
        await repository.stirred(unit)
        await hear(other, [ASKED])
        assert await repository.watch(unit)
    await handlers.pass_time(one)
    assert await proposed(one) == 1


@pytest.fixture
async def evaluation(url: str) -> AsyncIterator[Store]:
    async with a_store(url, "evaluation", TABLES) as store:
        yield store


async def test_a_sign_that_was_recorded_before_signs_had_their_day_is_still_seen(evaluation: Store) -> None:
    await hear(evaluation, [*BEGINNING, ASKED])
    await handlers.pass_time(evaluation)
    async with evaluation.work() as unit:
        await unit.connection.execute(update(repository.SIGN).values(on=None))
    await hear(evaluation, [CLOSED])
    await handlers.pass_time(evaluation)
    assert await proposed(evaluation) == 1


async def test_an_engagement_whose_playbook_cannot_be_read_keeps_no_other_from_being_watched(
    evaluation: Store,
) -> None:
    others = [*BEGINNING, CLOSED, ASKED]
    unread = [published("playbook: old\nversion: 1\nnonsense: 1\n", name="old")]
    unread.append(said("engagement_opened", engagement_id="e0", playbook="old"))
    unread.append(said("team_formed", engagement_id="e0"))
    unread.append(said("engagement_closed", engagement_id="e0", closed_on="2027-01-05"))
    async with evaluation.work() as unit:
        await repository.keep(unit, [*unread, *others], False)
    await use_cases.until_done(evaluation, repository.watch)
    assert await proposed(evaluation) == 1
    async with evaluation.look() as unit:
        assert await repository.stirred(unit) is None


async def test_what_waits_to_be_looked_at_waits_since_it_was_said(evaluation: Store) -> None:
    assert await handlers.earliest(evaluation) is None
    async with evaluation.work() as unit:
        await repository.keep(unit, [*BEGINNING, CLOSED], False)
    evaluation.clock.move_to(NOW + timedelta(hours=1))  # type: ignore[attr-defined]
    assert await handlers.earliest(evaluation) == NOW


MADE_SINCE = [ownership.SEAT, ownership.PLACE]
"""Whatever is recorded today is recorded with these."""


def made_before_anything_was_watched(bare: Connection) -> None:
    migrations.upgrade(bare, "evaluation", None, "0003")
    REVISION.create(bare)
    bare.execute(REVISION.insert().values(version_num="0003"))


async def test_what_had_closed_before_the_upgrade_is_watched_without_another_word(url: str) -> None:
    older = Database(url, "evaluation")
    async with older.alone() as connection:
        await connection.run_sync(made_before_anything_was_watched)
    store = Store(older, VirtualClock(NOW))
    async with older.alone() as connection:
        for rows in MADE_SINCE:
            await connection.run_sync(rows.create)
    async with store.work() as unit:
        await kept.record(unit, [*BEGINNING, CLOSED, ASKED], False)
    async with older.alone() as connection:
        for rows in MADE_SINCE:
            await connection.run_sync(rows.drop)
    await older.create(TABLES)
    await older.close()
    async with a_store(url, "evaluation", TABLES) as store:
        assert await proposed(store) == 0
        await handlers.pass_time(store)
        assert await proposed(store) == 1
