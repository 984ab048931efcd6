"""Caps hold across engagements whoever counts, on SQLite and PostgreSQL: nobody counts what another one is adding."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.followup import repository
from services.followup.repository import CONTACT, FOLLOWING, governing
from shared import use_cases
from shared.events import followup, wire
from shared.obligations import ledger
from shared.storage.database import Raced
from shared.storage.facts import FACT
from shared.storage.listing import Asked
from shared.storage.work import OUTBOX, Store
from tests.support.ledgers import learner
from tests.support.saying import said
from tests.support.services import published
from tests.support.stores import NOW, a_database_on, a_store

RULES = """
playbook: example
version: 1
title: Example
contacts: {caps: [{by: team, most: 1, in: 1 month}]}
rules:
- {name: offer, each: team, task: Offer, to: facilitator, contact: true, due: {after: formed}}
"""
ENGAGEMENTS = ("e1", "e2", "e3", "e4")
LATER = NOW + timedelta(days=1)


async def prepare(store: Store) -> None:
    """Kentucky is in several engagements, and all are to offer it help on one day."""
    async with store.work() as unit:
        await repository.record(unit, [published(RULES)], False)
        for id in ENGAGEMENTS:
            facts = [said("engagement_opened", engagement_id=id), said("team_formed", engagement_id=id)]
            await repository.record(unit, facts, False)
    await use_cases.plan_all_that_waits(store, FOLLOWING)


async def states(store: Store) -> list[str]:
    async with store.look() as unit:
        return sorted(row.state for row in await ledger.every(unit))


async def reached(store: Store) -> list[str]:
    async with store.look() as unit:
        return list(await unit.connection.scalars(select(CONTACT.c.engagement_id).order_by(CONTACT.c.engagement_id)))


def at(store: Store, when: datetime = LATER) -> Store:
    """The store, at this time."""
    store.clock.move_to(when)  # type: ignore[attr-defined]
    return store


async def test_of_all_that_falls_due_one_contact_is_made(store: Store) -> None:
    await prepare(store)
    await use_cases.pass_time(at(store), FOLLOWING)
    assert (await states(store), await reached(store)) == (["due", "lapsed", "lapsed", "lapsed"], ["e1"])


async def test_a_ledger_that_was_lost_learns_again_whom_it_had_contacted(url: str, store: Store) -> None:
    await prepare(store)
    await use_cases.pass_time(at(store), FOLLOWING)
    async with store.work() as unit:
        told = [*await unit.connection.scalars(select(FACT.c.body).where(FACT.c.ledger).order_by(FACT.c.seq))]
        await unit.connection.execute(CONTACT.delete())
    facts = [wire.decode(body.encode()) for body in told]
    async with a_store(url, now=LATER) as lost:
        async with lost.work() as unit:
            await unit.connection.execute(OUTBOX.delete())
            await unit.connection.execute(FACT.delete().where(FACT.c.ledger))
            await unit.connection.execute(ledger.LEDGER.delete())
        await learner(lost).put_on_record(facts)
        await learner(lost).plan()
        assert (await states(lost), await reached(lost)) == (["due", "lapsed", "lapsed", "lapsed"], ["e1"])
        await use_cases.pass_time(lost, FOLLOWING)
        assert (await states(lost), await reached(lost)) == (["due", "lapsed", "lapsed", "lapsed"], ["e1"])


async def test_a_contact_that_was_put_off_and_then_suppressed_was_made_all_the_same(store: Store) -> None:
    await prepare(store)
    await use_cases.pass_time(at(store), FOLLOWING)
    put_off = said("follow_up_snoozed", task_id="e1/offer/ky/1", n=1, on="2027-01-05", until="2027-01-12")
    async with store.work() as unit:
        await repository.record(unit, [put_off, said("contact_declined", team_id="ky", on="2027-01-05")], False)
    await use_cases.pass_time(at(store, NOW + timedelta(days=9)), FOLLOWING)
    assert (await states(store), await reached(store)) == (["lapsed"] * 4, ["e1"])


@pytest.fixture
async def replicas(server: str) -> AsyncIterator[tuple[Store, Store]]:
    async with a_database_on(server) as url, a_store(url) as one, a_store(url) as other:
        yield one, other


async def test_two_replicas_that_count_at_one_instant_do_not_both_contact_a_team(
    replicas: tuple[Store, Store],
) -> None:
    slow, quick = replicas
    await prepare(slow)
    at(slow)
    at(quick)
    met = asyncio.Event()

    async def counts_slowly() -> None:
        async with slow.work() as unit:
            claimed, _ = await ledger.claim(unit, 1)
            row = next(row for rows in claimed.values() for row in rows)
            await met.wait()
            await governing.govern(unit, [row])

    counting = asyncio.create_task(counts_slowly())
    await asyncio.sleep(0.2)
    await use_cases.pass_time(quick, FOLLOWING)
    met.set()
    with pytest.raises(Raced):
        await counting
    await use_cases.pass_time(slow, FOLLOWING)
    assert (await states(slow), len(await reached(slow))) == (["due", "lapsed", "lapsed", "lapsed"], 1)


async def test_many_that_let_time_pass_keep_the_cap_together(replicas: tuple[Store, Store]) -> None:
    await prepare(replicas[0])
    async with asyncio.timeout(60):
        await asyncio.gather(*(use_cases.pass_time(at(store), FOLLOWING) for store in replicas for _ in range(3)))
    for store in replicas:
        await use_cases.pass_time(store, FOLLOWING)
    assert (await states(replicas[0]), len(await reached(replicas[0]))) == (["due", "lapsed", "lapsed", "lapsed"], 1)


async def test_a_reminder_is_a_contact_with_its_person(store: Store) -> None:
    await prepare(store)
    words: dict[str, Any] = {"task_id": "e1/offer/ky/1", "n": 1, "channel": "email", "person_id": "p-1"}
    reminder = said("reminder_sent", **words)
    assert isinstance(reminder.event, followup.ReminderSent)
    async with store.work() as unit:
        await repository.record(unit, [reminder], True)
    async with store.look() as unit:
        [contact] = (await repository.CONTACTS.page(unit, Asked(), person_id="p-1")).items
    assert (contact.kind, contact.jurisdiction, contact.at) == ("reminder", "KY", NOW)
