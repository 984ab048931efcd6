"""Much is done by two hands at once on PostgreSQL, by one on SQLite; what comes of it is the same."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.followup import handlers
from services.followup.repository import FOLLOWING
from shared import use_cases
from shared.errors import SaidOtherwise
from shared.events.base import Fact
from shared.events.followup import FollowUpFellDue
from shared.hearing import MANY, hear_side_by_side
from shared.obligations.following import FEW
from shared.obligations.ledger import LEDGER
from shared.obligations.reconcile import Forbidden, Row
from shared.storage import facts as kept
from shared.storage.facts import FACT
from shared.storage.work import Store, Unit
from tests.support.desk import PUBLISHED, logged
from tests.support.ledgers import owed, write
from tests.support.saying import said
from tests.support.stores import NOW, unsent


def withdrawn(number: int) -> Fact:
    return said("ta_request_withdrawn", request_id=f"r{number}")


BATCH = [fact for n in range(MANY) for fact in ([logged(n), withdrawn(n)] if n % 3 == 0 else [logged(n)])]


async def recorded(store: Store) -> list[tuple[str, str]]:
    """What is on record, line by line, in the order in which it came."""
    async with store.look() as unit:
        rows = await unit.connection.execute(select(FACT.c.line, FACT.c.id).where(~FACT.c.ledger).order_by(FACT.c.seq))
        return [(row.line, row.id) for row in rows]


async def obligations(store: Store) -> list[tuple[str, str]]:
    async with store.look() as unit:
        rows = await unit.connection.execute(select(LEDGER.c.key, LEDGER.c.state).order_by(LEDGER.c.key))
        return [(row.key, row.state) for row in rows]


def by_line(facts: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    lines: dict[str, list[str]] = {}
    for line, fact in facts:
        lines.setdefault(line, []).append(fact)
    return lines


async def test_all_of_a_batch_is_on_record_and_each_line_in_its_order(store: Store) -> None:
    await hear_side_by_side(handlers.hear, store, [PUBLISHED, *BATCH])
    await handlers.pass_time(store)
    told = [(fact.line, fact.id) for fact in (PUBLISHED, *BATCH)]
    assert by_line(await recorded(store)) == by_line(told)
    ledger = await obligations(store)
    assert [state for _, state in ledger].count("scheduled") == sum(number % 3 != 0 for number in range(MANY))
    said_first = [letter.id for letter in await unsent(store)]
    await hear_side_by_side(handlers.hear, store, [PUBLISHED, *BATCH])
    assert await obligations(store) == ledger
    assert [letter.id for letter in await unsent(store)] == said_first


async def test_two_replicas_that_hear_the_same_batch_at_the_same_time_come_to_the_same(
    store: Store, replica: Store
) -> None:
    await handlers.hear(store, [PUBLISHED])
    await asyncio.gather(*(hear_side_by_side(handlers.hear, one, BATCH) for one in (store, replica)))
    assert by_line(await recorded(store)) == by_line([(fact.line, fact.id) for fact in (PUBLISHED, *BATCH)])


async def test_a_contradiction_is_refused_and_the_rest_can_be_heard_without_it(store: Store) -> None:
    await handlers.hear(store, [logged(7)])
    contrary = logged(7, need="something else")
    with pytest.raises(SaidOtherwise):
        await hear_side_by_side(handlers.hear, store, [*(logged(number) for number in range(MANY)), contrary])
    await hear_side_by_side(handlers.hear, store, [logged(number) for number in range(MANY)])
    async with store.look() as unit:
        assert len(await kept.lines(unit)) == MANY


class Hands:
    """Which hands let obligations fall due at a time, and which contacts were judged, in that order."""

    def __init__(self, fails_at: int = 0) -> None:
        self.most = self.turns = 0
        self.contacts: list[str] = []
        self.with_contacts_at_once = 0
        self._at_work: list[bool] = []
        self._fails_at = fails_at

    async def govern(self, unit: Unit, rows: Sequence[Row]) -> dict[str, Forbidden]:
        """Forbid nothing, but take a while, and perhaps fail once."""
        self.turns += 1
        if self.turns == self._fails_at:
            raise ConnectionError("the database went away")
        contacts = [row.key for row in rows if row.contact]
        self.contacts += contacts
        self._at_work.append(bool(contacts))
        self.most = max(self.most, len(self._at_work))
        self.with_contacts_at_once = max(self.with_contacts_at_once, sum(self._at_work))
        await asyncio.sleep(0.2)
        self._at_work.remove(bool(contacts))
        return {}


async def heap(store: Store, count: int) -> None:
    """So many obligations, in a line each, that all fall due at one instant."""
    await write(store, *(owed(f"t{n}", NOW - timedelta(days=1), f"e{n}") for n in range(count)))


async def fell_due(store: Store) -> list[str]:
    """Of which tasks it was said that they fell due, as often as it was said."""
    async with store.look() as unit:
        said_so = [fact.event for fact in await kept.of_type(unit, FollowUpFellDue.type)]
        return [event.task_id for event in said_so if isinstance(event, FollowUpFellDue)]


async def test_of_a_heap_that_falls_due_at_once_each_task_falls_due_once(store: Store) -> None:
    hands = Hands()
    await heap(store, 4 * FEW + 7)
    await use_cases.pass_time(store, replace(FOLLOWING, govern=hands.govern))
    told = await fell_due(store)
    assert len(told) == len(set(told)) == 4 * FEW + 7
    assert hands.most == (1 if store.database.is_sqlite else 2)


async def test_contacts_are_made_by_one_hand_in_the_order_in_which_they_are_due(store: Store) -> None:
    hands, begins = Hands(), NOW - timedelta(days=2)
    tasks = [owed(f"t{n}", begins + timedelta(minutes=n), f"e{n}") for n in range(4 * FEW)]
    calls = [owed(f"c{n}", begins + timedelta(minutes=n), f"called{n}", contact=True) for n in range(100, 4 * FEW, 200)]
    await write(store, *tasks, *calls)
    await use_cases.pass_time(store, replace(FOLLOWING, govern=hands.govern))
    assert len(await fell_due(store)) == len(tasks) + len(calls)
    assert hands.contacts == [call.key for call in calls]
    assert hands.with_contacts_at_once == 1


async def test_a_heap_of_contacts_is_left_to_one_hand(store: Store) -> None:
    hands = Hands()
    await write(store, *(owed(f"c{n}", NOW - timedelta(days=1), f"e{n}", contact=True) for n in range(3 * FEW)))
    await use_cases.pass_time(store, replace(FOLLOWING, govern=hands.govern))
    assert len(await fell_due(store)) == len(set(hands.contacts)) == 3 * FEW
    assert hands.most == 1


async def test_a_contact_that_was_made_and_waits_to_be_escalated_keeps_nobody_from_helping(store: Store) -> None:
    hands = Hands()
    await heap(store, 4 * FEW)
    late = {"contact": True, "state": "due", "escalate_at": NOW, "escalate_to": "supervisor"}
    waiting = [owed(f"w{n}", NOW - timedelta(days=9), f"waits{n}", **late) for n in range(FEW)]
    await write(store, *waiting, owed("later", NOW + timedelta(days=1), "later", contact=True))
    await use_cases.pass_time(store, replace(FOLLOWING, govern=hands.govern))
    assert len(await fell_due(store)) == 4 * FEW
    assert hands.most == (1 if store.database.is_sqlite else 2)


async def test_where_one_hand_fails_the_other_ends_its_work_and_the_rest_falls_due_at_the_next_look(
    store: Store,
) -> None:
    await heap(store, 4 * FEW)
    with pytest.raises(ConnectionError):
        await use_cases.pass_time(store, replace(FOLLOWING, govern=Hands(fails_at=3).govern))
    at_first = await fell_due(store)
    assert len(at_first) == (2 * FEW if store.database.is_sqlite else 4 * FEW)
    await use_cases.pass_time(store, FOLLOWING)
    told = await fell_due(store)
    assert len(told) == len(set(told)) == 4 * FEW
