"""Whose an answer is stands in the data of evaluators where they said so, once they can't take it back any more."""

import json
from collections.abc import AsyncIterator, Sequence

import pytest

from services.evaluation import handlers
from tests.support.http import E1, member, prepared
from tests.support.services import World

BROWSER = {"accept": "text/html"}
SENT = {"useful": "4", "pace": "right", "send": "1"}
OVER = "2027-03-01"
PEOPLE = [f"p-{n}" for n in range(11, 17)]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Six people of Ohio are asked in a round that is open, one of Kentucky besides."""
    async with prepared() as world:
        team = {"team_id": "oh", "jurisdiction": "OH", "lead": PEOPLE[0], "members": [member(one) for one in PEOPLE]}
        await world.do("/teams", **E1, **team, formed_on="2027-01-04")
        yield world


async def answered(world: World, agreeing: Sequence[str]) -> dict[str, str]:
    """All of Ohio answer, of whom these agree that it may be known; tells the link of each."""
    [one] = (await world.get("/rounds?kind=mid"))["items"]
    made = (await world.http.post("/rounds/links", json={"round_id": one["round_id"]})).json()["links"]
    links = {str(one["person_id"]): str(one["url"]).removeprefix("http://throughline") for one in made}
    for person in PEOPLE:
        await write(world, links[person], **SENT, may_be_linked="yes" if person in agreeing else "no")
    return links


async def write(world: World, link: str, **typed: str) -> None:
    answer = await world.http.post(link, data=typed, headers=BROWSER)
    assert answer.status_code == 200, answer.text


async def told(world: World, since: str | None = None) -> tuple[list[str | None], str]:
    """Whose each answer is, as far as the data tells, and the cursor for the next time."""
    answer = await world.http.get("/data/answers.jsonl", params={"since": since} if since else {})
    rows = [json.loads(line) for line in answer.text.splitlines()]
    whose = {str(one["answer_id"]): one["person_id"] for one in rows}
    return sorted(whose.values(), key=str), answer.headers["throughline-cursor"]


async def test_by_default_nothing_tells_whose_an_answer_is(world: World) -> None:
    await answered(world, [])
    await world.until(OVER)
    assert (await told(world))[0] == [None] * 6


async def test_with_a_yes_the_person_stands_there_once_the_round_is_over(world: World) -> None:
    await answered(world, ["p-12"])
    whose, cursor = await told(world)
    assert whose == [None] * 6, "whoever read it now and later would see whose is taken back"
    await world.until(OVER)
    assert (await told(world))[0] == [None] * 5 + ["p-12"]
    assert (await told(world, cursor))[0] == [None] * 5 + ["p-12"], "whoever reads on reads these answers anew"


async def test_what_was_taken_back_while_the_round_was_open_is_never_told(world: World) -> None:
    links = await answered(world, ["p-12", "p-13"])
    await write(world, links["p-12"], take_back="1")
    await world.until(OVER)
    assert (await told(world))[0] == [None] * 5 + ["p-13"]


async def test_where_few_said_no_nobody_is_named_for_theirs_would_be_what_remains(world: World) -> None:
    await answered(world, PEOPLE[1:])
    await world.until(OVER)
    assert (await told(world))[0] == [None] * 6


async def test_where_all_agree_all_are_named_until_one_is_erased(world: World) -> None:
    await answered(world, PEOPLE)
    await world.until(OVER)
    whose, cursor = await told(world)
    assert whose == PEOPLE
    await handlers.forget_person(world.services["evaluation"].store, "p-11")
    assert (await told(world, cursor))[0] == [None] * 6
