"""A ledger that was lost is brought back from what it had said, however the log of it is cut into pieces."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from services.followup import handlers
from services.followup.repository import CONTACT
from shared.catching_up import Learner
from shared.events import wire
from shared.events.base import Fact
from shared.events.followup import FollowUpScheduled
from shared.obligations import ledger
from shared.obligations.reconcile import Row
from shared.storage.facts import FACT, LINE
from shared.storage.said import StoredSaid
from shared.storage.work import Store
from tests.support.desk import PUBLISHED, logged
from tests.support.ledgers import learner, owed
from tests.support.saying import retraction, said
from tests.support.services import published
from tests.support.stores import NOW, a_store, letters, mark_sent, unsent

OFFERS = """
playbook: example
version: 1
title: Example
rules:
- {name: offer, each: team, task: Offer, to: facilitator, contact: true, due: {wait: 1 week, after: formed}}
"""


def formed(team: str, engagement: str = "e1") -> Fact:
    return said("team_formed", engagement_id=engagement, team_id=team, jurisdiction=team.upper())


ENGAGED = (published(OFFERS), said("engagement_opened"))
LEFT = said("team_left", team_id="ky")
VACATED = said("role_vacated", engagement_id="e2", role="facilitator", person_id="p-f", on="2027-01-08")
FILLED = said("role_filled", engagement_id="e2", role="facilitator", person_id="p-g", on="2027-01-09")
CALLED = said("follow_up_done", engagement_id="e2", task_id="e2/offer/mn/1", person_id="p-g", on="2027-01-09", n=1)
MISTAKEN = said("ta_request_answered", request_id="r2")
DAYS: dict[int, Sequence[Fact]] = {
    0: [PUBLISHED, logged(0), logged(1), *ENGAGED, formed("ky")],
    1: [LEFT, logged(2)],
    2: [said("ta_request_answered", request_id="r1"), formed("wi"), logged(3)],
    3: [said("engagement_opened", engagement_id="e2"), formed("mn", "e2"), MISTAKEN, retraction(MISTAKEN)],
    4: [said("ta_request_withdrawn", request_id="r3"), formed("oh"), VACATED],
    5: [FILLED],
    9: [said("team_left", team_id="oh"), said("ta_request_answered", request_id="r0")],
}
"""What happened on which day."""


async def log(store: Store) -> list[Fact]:
    """All that this service heard and said, in the order in which it did."""
    async with store.look() as unit:
        bodies = await unit.connection.scalars(select(FACT.c.body).order_by(FACT.c.seq))
        return [wire.decode(body.encode()) for body in bodies]


async def kept_of(store: Store) -> tuple[list[Row], list[object]]:
    """What the ledger holds, and which contacts are counted."""
    async with store.look() as unit:
        contacts = await unit.connection.execute(select(CONTACT).order_by(CONTACT.c.task_id, CONTACT.c.n))
        return [_as_told(row) for row in await ledger.every(unit)], [tuple(row) for row in contacts]


def _as_told(row: Row) -> Row:
    """A row with what is known for certain: of what was withdrawn no plan tells any more what the facts leave out."""
    if row.state != "withdrawn":
        return row
    told = {one: getattr(row, one) for one in ("state", "n", "title", "to", "team_id", "due_at", "ended_by")}
    return replace(owed(row.item, row.planned_at, row.engagement, rule=row.rule, because=row.because), **told)


async def waiting(store: Store) -> list[str]:
    """The lines that are to be planned again."""
    async with store.look() as unit:
        due = select(LINE.c.line).where(LINE.c.look_again_at <= unit.now).order_by(LINE.c.line)
        return list((await unit.connection.scalars(due)).all())


def move_to(store: Store, days: float) -> None:
    store.clock.move_to(NOW + timedelta(days=days))  # type: ignore[attr-defined]


@pytest.fixture
async def lived(tmp_path: Path) -> AsyncIterator[Store]:
    """Followup that heard all this on its day, and let fall due what was due."""
    async with a_store(f"sqlite+aiosqlite:///{tmp_path / 'lived.db'}") as first:
        for day in range(31):
            move_to(first, day)
            await handlers.hear(first, DAYS.get(day, ()))
            if day == 5:
                await handlers.take_in(first, [CALLED])
            await handlers.pass_time(first)
        yield first


def a_month_later(store: Store, anew: bool = True) -> Learner:
    """Followup, on a database that is new, or that was restored."""
    move_to(store, 30)
    return learner(store, anew)


def by(size: int) -> Callable[[Sequence[Fact]], list[Sequence[Fact]]]:
    return lambda told: [told[begun : begun + size] for begun in range(0, len(told), size)]


def facts_first(told: Sequence[Fact]) -> list[Sequence[Fact]]:
    return [[it for it in told if not it.event.from_ledger], [it for it in told if it.event.from_ledger]]


def words_first(told: Sequence[Fact]) -> list[Sequence[Fact]]:
    return facts_first(told)[::-1]


CUTS = [*(by(size) for size in (1, 2, 3, 4, 5, 8, 13, 1000)), facts_first, words_first]


@pytest.mark.parametrize("cut", CUTS, ids=["1", "2", "3", "4", "5", "8", "13", "whole", "facts first", "words first"])
async def test_however_a_log_is_cut_the_ledger_is_what_it_was_and_nothing_is_said_again(
    store: Store, lived: Store, cut: Callable[[Sequence[Fact]], list[Sequence[Fact]]]
) -> None:
    learns, before = a_month_later(store), await kept_of(lived)
    assert {row.state for row in before[0]} == {"due", "done", "withdrawn"}
    assert before[1], "no contact was made"
    for piece in cut(await log(lived)):
        assert await learns.put_on_record(piece)
    await learns.plan()
    assert await kept_of(store) == before
    assert await unsent(store) == []


async def first_day(store: Store) -> list[Fact]:
    """What was heard and said of three requests when they came."""
    await handlers.hear(store, [PUBLISHED, logged(0), logged(1), logged(2)])
    return await log(store)


async def test_a_line_of_which_the_ledger_told_all_that_follows_need_not_wait(store: Store, tmp_path: Path) -> None:
    async with a_store(f"sqlite+aiosqlite:///{tmp_path / 'lived.db'}") as first:
        told = await first_day(first)
        learns = a_month_later(store)
        for piece in (told[:1], told[1:]):
            assert await learns.put_on_record(piece)
        rows, _ = await kept_of(first)
        assert (await kept_of(store))[0] == rows
    assert await waiting(store) == [PUBLISHED.line]


async def test_a_line_whose_playbook_is_not_known_yet_waits(store: Store, tmp_path: Path) -> None:
    async with a_store(f"sqlite+aiosqlite:///{tmp_path / 'lived.db'}") as first:
        told = await first_day(first)
        rows, _ = await kept_of(first)
    learns = a_month_later(store)
    assert await learns.put_on_record([fact for fact in told if fact.id != PUBLISHED.id])
    assert (await kept_of(store))[0] == []
    assert await waiting(store) == [logged(number).line for number in range(3)]
    assert await learns.put_on_record([PUBLISHED])
    await learns.plan()
    assert (await kept_of(store))[0] == rows
    assert await unsent(store) == []


async def told_before(learns: Learner, begun: Sequence[Fact], words: Sequence[Fact]) -> None:
    """A ledger's words stand in the log before the facts from which they follow."""
    for piece in (words, begun):
        assert await learns.put_on_record(piece)


async def restored(learns: Learner, begun: Sequence[Fact], _words: Sequence[Fact]) -> None:
    """A backup held a task, which the bus had been told."""
    await handlers.hear(learns.store, begun)
    await handlers.pass_time(learns.store)
    await mark_sent(learns.store, await unsent(learns.store))


@pytest.mark.parametrize("known", [told_before, restored])
async def test_what_a_ledger_died_too_early_to_withdraw_is_withdrawn_though_something_else_begins(
    store: Store, lived: Store, known: Callable[[Learner, Sequence[Fact], Sequence[Fact]], Awaitable[None]]
) -> None:
    words = {it.event.task_id: it for it in await log(lived) if isinstance(it.event, FollowUpScheduled)}
    learns = a_month_later(store, anew=known is told_before)
    move_to(store, 2)
    await known(learns, [*ENGAGED, formed("ky")], [words["e1/offer/ky/1"]])
    assert await learns.put_on_record([LEFT, formed("wi"), words["e1/offer/wi/1"]])
    await learns.plan()
    rows, _ = await kept_of(store)
    assert [(row.item, row.state) for row in rows] == [("ky", "withdrawn"), ("wi", "scheduled")]
    assert await letters(store) == ["follow_up_withdrawn"]


async def test_what_contradicts_the_log_keeps_nothing_else_from_being_learned(store: Store, tmp_path: Path) -> None:
    async with a_store(f"sqlite+aiosqlite:///{tmp_path / 'lived.db'}") as first:
        told, rows = await first_day(first), (await kept_of(first))[0]
    contrary = logged(1, need="something else")
    learns = a_month_later(store)
    assert await learns.put_on_record([*told, contrary, logged(7)]) is False
    await learns.plan()
    assert [row for row in (await kept_of(store))[0] if row.item != "r7"] == rows
    assert await letters(store) == ["follow_up_scheduled"]


async def test_what_was_said_long_ago_is_not_looked_for_among_the_newest_of_the_bus(store: Store, lived: Store) -> None:
    told, week = await log(lived), NOW + timedelta(days=7)
    assert await a_month_later(store).put_on_record(told)
    sent = await StoredSaid(store).marked(["eng.followup.>"], 0, 1000, since=week)
    later = [fact.id for fact in told if fact.recorded > week and fact.event.subject.startswith("eng.followup.")]
    assert later
    assert {letter.id for letter in sent} == set(later)


async def test_who_held_a_task_of_a_backup_when_it_was_done_is_not_changed_by_who_comes_later(store: Store) -> None:
    there = [*ENGAGED, formed("ky")]
    await handlers.hear(store, there)
    done = said("follow_up_done", task_id="e1/offer/ky/1", person_id="p-f", on="2027-01-05", n=1)
    gone = said("role_vacated", role="facilitator", person_id="p-f", on="2027-01-06")
    come = said("role_filled", role="facilitator", person_id="p-g", on="2027-01-07")
    learns = a_month_later(store, anew=False)
    assert await learns.put_on_record([*there, done, gone, come])
    await learns.plan()
    [row], _ = await kept_of(store)
    assert (row.state, row.person_id) == ("done", "p-f")
