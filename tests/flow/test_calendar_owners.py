"""A calendar feed is its person's: others neither make, see nor revoke it, unless they see everything."""

from collections.abc import AsyncIterator

import pytest

from shared.access.caller import Caller, Role
from tests.support.callers import asking
from tests.support.services import World, a_world, problems

MARIA = Caller("person", frozenset({Role.FACILITATOR}), person_id="p-f")
OTHER = Caller("person", frozenset({Role.FACILITATOR}), person_id="p-other")
PROGRAM = Caller("token", frozenset({Role.FACILITATOR}))
SUPERVISOR = Caller("person", frozenset({Role.SUPERVISOR}), person_id="p-s")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with a_world() as there:
        yield there


async def seen(world: World, comes: Caller) -> list[str]:
    async with asking(world, comes) as http:
        return [one["person_id"] for one in (await http.get("/calendars")).json()["items"]]


async def test_a_feed_is_seen_by_its_person_and_by_whoever_sees_everything(world: World) -> None:
    async with asking(world, MARIA) as http:
        assert (await http.post("/calendars", json={})).json()["person_id"] == "p-f"
    assert await seen(world, MARIA) == ["p-f"]
    assert await seen(world, SUPERVISOR) == ["p-f"]
    assert await seen(world, OTHER) == []


async def test_the_calendar_of_whoever_has_left_answers_no_more(world: World) -> None:
    path = (await world.do("/calendars", person_id="p-f"))["url"].removeprefix("http://throughline")
    await world.http.put("/people/p-f", json={"name": "Ann Lee"})
    assert (await world.http.get(path)).status_code == 200
    await world.http.put("/people/p-f", json={"name": "Ann Lee", "left": True})
    assert (await world.http.get(path)).status_code == 404


async def test_a_program_that_is_nobody_sees_nobodys_feeds(world: World) -> None:
    await world.do("/calendars", person_id="p-f")
    assert await seen(world, PROGRAM) == []


async def test_nobody_makes_or_revokes_the_feed_of_another(world: World) -> None:
    made = await world.do("/calendars", person_id="p-f")
    path = made["url"].removeprefix("http://throughline")
    for comes in (OTHER, PROGRAM):
        async with asking(world, comes) as http:
            problems(await http.post("/calendars", json={"person_id": "p-f"}), 404)
            problems(await http.post("/calendars/revoke", json={"feed_id": made["feed_id"]}), 404)
    assert (await world.http.get(path)).status_code == 200
    async with asking(world, SUPERVISOR) as http:
        assert (await http.post("/calendars/revoke", json={"feed_id": made["feed_id"]})).status_code == 200
    assert (await world.http.get(path)).status_code == 404
