"""The ledger of contacts is what was said, in any order; and what was lost comes back as it was."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.followup import repository
from services.followup.repository import CONTACT, FOLLOWING
from shared import use_cases
from shared.events import wire
from shared.events.base import Fact
from shared.obligations import ledger
from shared.storage.facts import FACT
from shared.storage.work import OUTBOX, Store
from tests.support.ledgers import learner
from tests.support.saying import retraction, said
from tests.support.services import published
from tests.support.stores import NOW

RULES = """
playbook: example
version: 1
title: Example
contacts: {caps: [{by: team, most: 1, in: 1 month}]}
rules:
- {name: offer, each: team, task: Offer, to: facilitator, contact: true, due: {wait: 1 week, after: formed}}
"""
OFFER = "e1/offer/ky/1"
ROUND: dict[str, Any] = {"round_id": "e1/later/e1/1", "n": 1, "rule": "later", "kind": "later", "instrument": "later"}
TO_KY: dict[str, Any] = {"task_id": OFFER, "channel": "email", "person_id": "p-1"}
SENT, MISTAKEN = said("reminder_sent", n=1, **TO_KY), said("reminder_sent", n=2, **TO_KY)
ENGAGED = [published(RULES), said("engagement_opened"), said("team_formed")]
TOLD = [*ENGAGED, said("evaluation_opened", contact="evaluation", **ROUND), SENT, MISTAKEN, retraction(MISTAKEN)]


async def hear(store: Store, *facts: Fact) -> None:
    async with store.work() as unit:
        await repository.record(unit, facts, False)
    await use_cases.plan_all_that_waits(store, FOLLOWING)


async def until(store: Store, days: int) -> None:
    """Time passes until so many days from the beginning."""
    store.clock.move_to(NOW + timedelta(days=days))  # type: ignore[attr-defined]
    await use_cases.pass_time(store, FOLLOWING)


async def counted(store: Store) -> list[str]:
    """The contacts that count: for which task, of which team, on which day."""
    async with store.look() as unit:
        rows = (await unit.connection.execute(select(CONTACT).order_by(CONTACT.c.task_id, CONTACT.c.n))).all()
    return [f"{row.task_id} {row.kind} {row.team_id} {row.at:%m-%d}" for row in rows]


@pytest.mark.parametrize("order", [TOLD, TOLD[::-1], [*TOLD[3:], *TOLD[:3]]], ids=["as said", "backwards", "late"])
async def test_what_is_counted_does_not_depend_on_the_order_in_which_it_was_heard(
    store: Store, order: Sequence[Fact]
) -> None:
    for fact in order:
        await hear(store, fact)
    assert await counted(store) == ["e1/later/e1/1 evaluation ky 01-04", f"{OFFER} reminder ky 01-04"]


def done(on: str, **words: Any) -> Fact:
    return said("follow_up_done", task_id=OFFER, person_id="p-f", on=on, **words)


async def test_a_contact_that_is_made_by_hand_before_it_is_due_counts_for_its_day(store: Store) -> None:
    await hear(store, *ENGAGED, done("2027-01-06"))
    assert await counted(store) == [f"{OFFER} offer ky 01-06"]
    await hear(store, done("2027-01-05", revision=1))
    assert await counted(store) == [f"{OFFER} offer ky 01-05"]
    await hear(store, retraction(done("2027-01-06")), retraction(done("2027-01-05", revision=1)))
    assert await counted(store) == [], "nobody has made it"
    await until(store, 10)
    assert await counted(store) == [f"{OFFER} offer ky 01-14"]


async def test_a_contact_that_fell_due_and_is_done_by_hand_is_one(store: Store) -> None:
    await hear(store, *ENGAGED)
    await until(store, 8)
    await hear(store, done("2027-01-12", n=1))
    assert await counted(store) == [f"{OFFER} offer ky 01-12"]


async def test_a_reminding_task_that_is_put_off_is_one_contact_beside_what_is_sent(
    store: Store,
) -> None:
    await hear(store, published(RULES.replace("contact: true", "contact: reminder")), *ENGAGED[1:])
    await until(store, 8)
    await hear(store, said("reminder_sent", n=0, **TO_KY), LATER[0])
    await until(store, 20)
    assert await counted(store) == [f"{OFFER} reminder ky 01-04", f"{OFFER} reminder ky 01-24"]


async def recovered(store: Store) -> None:
    """All that the ledger kept is lost, and learned again from what it had said."""
    async with store.work() as unit:
        said_by_it = select(FACT.c.body).where(FACT.c.ledger, FACT.c.said).order_by(FACT.c.seq)
        told = [wire.decode(body.encode()) for body in await unit.connection.scalars(said_by_it)]
        await unit.connection.execute(OUTBOX.delete())
        await unit.connection.execute(FACT.delete().where(FACT.c.ledger, FACT.c.said))
        for one in (CONTACT, ledger.LEDGER):
            await unit.connection.execute(one.delete())
    await learner(store).put_on_record(told)
    await learner(store).plan()


LATER: Sequence[Fact] = (
    said("follow_up_snoozed", task_id=OFFER, n=1, on="2027-01-12", until="2027-01-20"),
    said("contact_declined", team_id="ky", on="2027-01-13"),
)


async def test_a_contact_that_fell_due_was_moved_and_then_suppressed_is_counted_again_after_a_loss(
    store: Store,
) -> None:
    await hear(store, *ENGAGED)
    await until(store, 8)
    await hear(store, *LATER)
    await until(store, 20)
    before = await counted(store)
    assert before == [f"{OFFER} offer ky 01-12"]
    await recovered(store)
    assert await counted(store) == before
    await until(store, 30)
    assert await counted(store) == before
