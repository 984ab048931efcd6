"""Seats and places are rows, kept from what was said; what is foreign to whoever asks is not there."""

import pytest
from sqlalchemy import delete, select

from shared import seating
from shared.access.caller import ALL_RIGHTS, EVERYWHERE, Caller, Role
from shared.errors import Unknown
from shared.events.base import Fact
from shared.obligations import ledger
from shared.storage import facts as kept
from shared.storage.ownership import PLACE, SEAT
from shared.storage.work import Store
from tests.support.ledgers import owed
from tests.support.saying import ENGAGEMENT, retraction, said
from tests.support.services import published
from tests.support.stores import NOW

OPENED, REQUEST = said("engagement_opened"), said("ta_request_logged")
PEOPLE = OPENED.event.model_dump()["people"]
FACILITATOR, EVALUATOR = PEOPLE["facilitator"], PEOPLE["evaluator"]
SOMEBODY = Caller("somebody", frozenset({Role.FACILITATOR}), "p-nobody")


def a(role: Role, person: str | None = None, *places: str, source: str | None = None) -> Caller:
    return Caller("x", frozenset({role}), person, frozenset(places), source)


async def record(store: Store, *facts: Fact) -> None:
    async with store.work() as unit:
        await kept.record(unit, facts, True)


async def seats(store: Store) -> set[tuple[str, str, str]]:
    async with store.look() as unit:
        return {tuple(row) for row in await unit.connection.execute(select(SEAT))}


async def places(store: Store) -> set[tuple[str, str]]:
    async with store.look() as unit:
        return {(row.jurisdiction, row.source) for row in await unit.connection.execute(select(PLACE))}


async def sees(store: Store, caller: Caller, line: str) -> bool:
    """Whether somebody finds a line, its history and its story; either all of it or nothing."""
    async with store.asked_by(caller).look() as unit:
        found = [
            await kept.is_known(unit, line),
            bool((await kept.histories(unit, [line]))[line].facts),
            bool(await kept.story(unit, line)),
            line in await kept.lines(unit),
        ]
    assert len(set(found)) == 1
    return found[0]


async def test_whoever_runs_an_engagement_has_a_seat_in_it(store: Store) -> None:
    await record(store, OPENED)
    assert {(ENGAGEMENT, FACILITATOR, "facilitator"), (ENGAGEMENT, EVALUATOR, "evaluator")} <= await seats(store)


async def test_who_gives_up_a_role_gives_up_the_seat_and_who_fills_it_takes_it(store: Store) -> None:
    await record(store, OPENED)
    await record(store, said("role_vacated", person_id=FACILITATOR, role="facilitator", on="2027-02-01"))
    assert FACILITATOR not in {person for _, person, role in await seats(store) if role == "facilitator"}
    await record(store, said("role_filled", person_id="p-next", role="facilitator", on="2027-02-02"))
    assert (ENGAGEMENT, "p-next", "facilitator") in await seats(store)


async def test_an_engagement_that_was_taken_back_has_no_seats(store: Store) -> None:
    await record(store, OPENED)
    await record(store, retraction(OPENED))
    assert await seats(store) == set()


async def test_an_engagement_is_there_only_for_whoever_has_a_seat_in_it(store: Store) -> None:
    await record(store, OPENED)
    assert await sees(store, a(Role.FACILITATOR, FACILITATOR), ENGAGEMENT)
    assert await sees(store, a(Role.EVALUATOR, EVALUATOR), ENGAGEMENT)
    assert await sees(store, a(Role.SUPERVISOR), ENGAGEMENT)
    assert not await sees(store, a(Role.FACILITATOR, "p-other", EVERYWHERE), ENGAGEMENT)
    assert not await sees(store, a(Role.FACILITATOR), ENGAGEMENT)
    assert not await sees(store, a(Role.TRACKER, None, source="ncase"), ENGAGEMENT)


async def test_a_request_is_there_for_its_jurisdiction_and_its_tracker(store: Store) -> None:
    await record(store, REQUEST)
    place, source = REQUEST.event.model_dump()["jurisdiction"], REQUEST.event.model_dump()["source"]
    assert await places(store) == {(place, source)}
    assert await sees(store, a(Role.FACILITATOR, "p", place), REQUEST.line)
    assert await sees(store, a(Role.FACILITATOR, "p", EVERYWHERE), REQUEST.line)
    assert await sees(store, a(Role.TRACKER, None, source=source), REQUEST.line)
    assert not await sees(store, a(Role.FACILITATOR, "p", "GU"), REQUEST.line)
    assert not await sees(store, a(Role.TRACKER, None, place, source="other"), REQUEST.line)


async def test_a_request_that_was_taken_back_stays_where_it_was(store: Store) -> None:
    await record(store, REQUEST)
    await record(store, retraction(REQUEST))
    assert not await sees(store, a(Role.FACILITATOR, "p", "GU"), REQUEST.line)


async def test_what_a_ledger_holds_is_remembered_for_all_whoever_asked_first(store: Store) -> None:
    await record(store, OPENED)
    async with store.work() as unit:
        await ledger.write(unit, [(ENGAGEMENT, owed("a", NOW, ENGAGEMENT))])
    for caller in (SOMEBODY, ALL_RIGHTS):
        async with store.asked_by(caller).work() as unit:
            found = await ledger.held(unit, await ledger.noted(unit, [ENGAGEMENT]))
            assert len(found[ENGAGEMENT]) == 1, caller


async def test_a_playbook_is_there_for_all_staff_and_for_no_tracker(store: Store) -> None:
    playbook = published()
    await record(store, playbook)
    assert await sees(store, SOMEBODY, playbook.line)
    assert not await sees(store, a(Role.TRACKER, None, source="ncase"), playbook.line)


async def test_a_fact_of_a_foreign_engagement_is_as_unknown_as_one_that_nobody_said(store: Store) -> None:
    await record(store, OPENED)
    async with store.asked_by(SOMEBODY).look() as unit:
        for id in (OPENED.id, "0" * 36):
            with pytest.raises(Unknown, match="There is no fact"):
                await kept.fact(unit, id)


async def test_what_was_recorded_before_there_were_seats_gets_them_at_the_next_start(store: Store) -> None:
    await record(store, OPENED, REQUEST)
    was = await seats(store), await places(store)
    async with store.work() as unit:
        for rows in (SEAT, PLACE):
            await unit.connection.execute(delete(rows))
    await seating.seat_all(store)
    assert (await seats(store), await places(store)) == was
