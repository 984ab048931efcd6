"""A piece of work commits whole or not at all, the outbox with it; of two at the same time, the loser tries again."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from shared import use_cases
from shared.events.base import Fact
from shared.storage import facts as kept
from shared.storage.database import insert_new
from shared.storage.many import upsert
from shared.storage.outbox import StoredOutbox
from shared.storage.rows import Records
from shared.storage.tables import LineRow, OutboxRow, table
from shared.storage.work import Store
from tests.support.saying import ENGAGEMENT, said, session
from tests.support.stores import a_store, letters, mark_sent, unsent

OPENED, FORMED = said("engagement_opened"), said("team_formed")
FACTS: Records = Records(view=lambda history: history, drawers=())
LINE = table(LineRow)


class PowerCut(Exception):
    """The machine went dark."""


async def known(store: Store) -> set[str]:
    async with store.look() as unit:
        return {fact.id for fact in await kept.story(unit, ENGAGEMENT)}


async def break_down(store: Store, *facts: Fact) -> None:
    """Record these, and lose power before the commit."""
    async with store.work() as unit:
        await kept.record(unit, facts, True)
        raise PowerCut


async def test_work_that_breaks_leaves_neither_facts_nor_letters(store: Store) -> None:
    rung: list[str] = []
    store.posted = lambda: rung.append("rung")
    with pytest.raises(PowerCut):
        await break_down(store, OPENED, FORMED)
    assert (await known(store), await letters(store), rung) == (set(), [], [])


async def test_work_that_broke_can_be_done_again(store: Store) -> None:
    with pytest.raises(PowerCut):
        await break_down(store, OPENED)
    async with store.work() as unit:
        [turn] = await kept.record(unit, [OPENED], True)
    assert turn.new == (OPENED,)
    assert await letters(store) == ["engagement_opened"]


async def test_the_postman_is_called_once_for_each_work_that_said_something(store: Store) -> None:
    rung: list[int] = []

    def ring() -> None:
        rung.append(1)

    store.posted = ring
    await use_cases.hear(store, [OPENED, FORMED], FACTS.record, said=True)
    await use_cases.hear(store, [OPENED], FACTS.record, said=True)
    await use_cases.hear(store, [session(1, "2027-02-01T15:00:00-05:00")], FACTS.record)
    assert rung == [1]


async def test_letters_wait_in_the_order_in_which_they_were_said(store: Store) -> None:
    sessions = [session(number, f"2027-02-{number:02}T15:00:00-05:00") for number in range(20, 0, -1)]
    for some in (sessions[:7], sessions[7:8], sessions[8:]):
        await use_cases.hear(store, some, FACTS.record, said=True)
    assert [letter.id for letter in await unsent(store)] == [fact.id for fact in sessions]
    first = await unsent(store, 12)
    await mark_sent(store, first)
    assert [letter.id for letter in [*first, *await unsent(store)]] == [fact.id for fact in sessions]


async def test_a_letter_that_was_sent_is_not_sent_again_and_stays_on_record(store: Store, replica: Store) -> None:
    await use_cases.hear(store, [OPENED, FORMED], FACTS.record, said=True)
    await mark_sent(store, (await unsent(store))[:1])
    assert await letters(replica) == ["team_formed"]
    async with store.look() as unit:
        outbox = table(OutboxRow)
        assert [row.sent_at for row in await unit.connection.execute(select(outbox).order_by(outbox.c.seq))] == [
            store.clock.now(),
            None,
        ]


async def test_a_letter_that_is_not_settled_yet_is_given_out_again_to_nobody_but_the_next_start(store: Store) -> None:
    await use_cases.hear(store, [OPENED, FORMED], FACTS.record, said=True)
    box = StoredOutbox(store)
    async with box.claim(1) as first:
        await first.mark_sent(first.letters)
    async with box.claim(100) as rest:
        assert [letter.id for letter in (*first.letters, *rest.letters)] == [OPENED.id, FORMED.id]
    if store.database.is_sqlite:
        assert await letters(store) == ["engagement_opened", "team_formed"]
    await box.settle()
    await box.settle()
    assert await letters(store) == ["team_formed"]


async def test_of_two_postmen_at_one_outbox_each_letter_is_marked(store: Store, replica: Store) -> None:
    await use_cases.hear(store, [OPENED, FORMED], FACTS.record, said=True)
    boxes = StoredOutbox(store), StoredOutbox(replica)
    async with boxes[0].claim(100) as one, boxes[1].claim(100) as other:
        await one.mark_sent(one.letters)
        await other.mark_sent(other.letters)
    for box in boxes:
        await box.settle()
    assert await letters(store) == []


async def test_of_two_replicas_that_hear_at_the_same_time_both_are_heard(store: Store, replica: Store) -> None:
    sessions = [session(number, f"2027-02-{number:02}T15:00:00-05:00") for number in range(1, 13)]
    stores = [store, replica] * 6
    await asyncio.gather(*(_hear(one, fact) for one, fact in zip(stores, sessions, strict=True)))
    assert await known(store) == {fact.id for fact in sessions}
    assert sorted(letter.id for letter in await unsent(store)) == sorted(it.id for it in sessions)
    async with replica.look() as unit:
        history = (await kept.histories(unit, [ENGAGEMENT]))[ENGAGEMENT]
        assert set(history.facts) == {fact.id for fact in sessions}
        assert await unit.connection.scalar(select(LINE.c.version)) == len(sessions)


async def test_of_two_replicas_that_hear_the_same_only_one_says_it(store: Store, replica: Store) -> None:
    await asyncio.gather(*(_hear(one, FORMED) for one in [store, replica] * 4))
    assert await known(store) == {FORMED.id}
    assert await letters(store) == ["team_formed"]


async def _hear(store: Store, fact: Fact) -> None:
    await use_cases.hear(store, [fact], FACTS.record, said=True)


async def test_replicas_may_start_at_the_same_time(url: str) -> None:
    async def start() -> None:
        async with a_store(url):
            pass

    await asyncio.gather(*(start() for _ in range(4)))


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    naive = datetime(2027, 1, 4, 15)  # noqa: DTZ001 - the point of the test
    row = {"line": "e1", "version": 1, "ledger_version": 0, "look_again_at": naive}
    async with store.look() as unit:
        with pytest.raises((ValueError, StatementError), match="a time without a zone"):
            await upsert(unit.connection, LINE, [row])


async def test_a_time_comes_back_in_utc_and_to_the_microsecond(store: Store) -> None:
    told = datetime(2027, 3, 14, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-5)))
    row = {"line": "e1", "version": 1, "ledger_version": 0, "look_again_at": told}
    async with store.work() as unit:
        await upsert(unit.connection, LINE, [row])
    async with store.look() as unit:
        found = await unit.connection.scalar(select(LINE.c.look_again_at))
    assert found == told
    assert found.tzinfo == UTC


async def test_rows_are_inserted_or_replaced_by_their_key(store: Store) -> None:
    rows = [{"line": name, "version": 1, "ledger_version": 0} for name in ("a", "b")]
    async with store.work() as unit:
        await upsert(unit.connection, LINE, [])
        await upsert(unit.connection, LINE, rows)
        await upsert(unit.connection, LINE, [{**rows[1], "version": 2}, {**rows[1], "line": "c"}])
        assert (await insert_new(unit.connection, LINE, {**rows[0], "version": 9})).rowcount == 0
    async with store.look() as unit:
        found = await unit.connection.execute(select(LINE.c.line, LINE.c.version).order_by(LINE.c.line))
        assert [tuple(row) for row in found] == [("a", 1), ("b", 2), ("c", 1)]


async def test_who_only_looks_does_not_wait_for_who_works(store: Store, replica: Store) -> None:
    async with store.work() as unit:
        await kept.record(unit, [OPENED], True)
        assert await known(replica) == set()
    assert await known(replica) == {OPENED.id}
