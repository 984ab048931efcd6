"""Trackers log one request or many, and are told what became of each: received, answered by what, and what changed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.bus.looking_on import Asks
from shared.web.desk import nobody_answers
from tests.support.access import House, a_house
from tests.support.saying import said
from tests.support.services import World, a_world, problems

ASKED: dict[str, Any] = {
    "source": "tracker", "external_id": "17", "jurisdiction": "KY", "topic": "licensing", "need": "How?",
    "logged_on": "2027-01-04",
}  # fmt: skip
E1: dict[str, Any] = {"engagement_id": "e1"}
SEEN: dict[str, Any] = {"level": "practice", "seen_on": "2027-02-01", "evidence": "told", "source": "report"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with a_world() as here:
        yield here


async def answered(world: World) -> None:
    """Kentucky's request is answered by an engagement, in which Kentucky and Guam have seen changes."""
    await world.do("/requests", **ASKED)
    request: dict[str, Any] = {"request_id": "tracker-17", "answered_on": "2027-01-08", "how": "engagement"}
    await world.say(
        said("engagement_opened", **E1, title="Licensing together"),
        said("ta_request_answered", **E1, **request),
        said("team_formed", **E1, team_id="ky", jurisdiction="KY"),
        said("outcome_recorded", **E1, **SEEN, outcome_id="o1", jurisdiction="KY", statement="Homes are licensed"),
        said("outcome_recorded", **E1, **SEEN, outcome_id="o2", team_id="ky", statement="Visits are planned"),
        said("outcome_recorded", **E1, **SEEN, outcome_id="o3", jurisdiction="GU", statement="Rules were read"),
    )


async def test_a_request_that_waits_is_received(world: World) -> None:
    await world.do("/requests", **ASKED)
    told = await world.get("/requests/tracker/17")
    assert (told["fate"], told["logged_on"], told["engagement"], told["outcomes"]) == (
        "received",
        "2027-01-04",
        None,
        None,
    )


async def test_an_answered_one_tells_by_what_and_which_changes_were_seen_at_home(world: World) -> None:
    await answered(world)
    told = await world.get("/requests/tracker/17")
    assert (told["fate"], told["how"], told["answered_on"]) == ("answered", "engagement", "2027-01-08")
    assert told["engagement"] == {**E1, "title": "Licensing together", "opened_on": "2027-01-04", "state": "open"}
    assert [(one["outcome_id"], one["statement"]) for one in told["outcomes"]] == [
        ("o2", "Visits are planned"), ("o1", "Homes are licensed"),
    ]  # fmt: skip
    assert set(told["outcomes"][0]) == {"outcome_id", "level", "statement", "seen_on"}


async def test_an_answer_without_an_engagement_and_a_withdrawal_are_told_as_such(world: World) -> None:
    await world.do("/requests", **ASKED)
    await world.do("/requests/answer", request_id="tracker-17", how="resource", answered_on="2027-01-04")
    told = await world.get("/requests/tracker/17")
    assert (told["fate"], told["how"], told["engagement"]) == ("answered", "resource", None)
    await world.do("/requests/withdraw", source="tracker", external_id="17", reason="solved")
    told = await world.get("/requests/tracker/17")
    assert (told["fate"], told["reason"]) == ("withdrawn", "solved")


async def turned_down(_service: str, _what: str, _question: object) -> dict[str, object]:
    return {"outcomes": "nonsense"}


@pytest.mark.parametrize("asks", [nobody_answers, turned_down])
async def test_where_evaluation_does_not_answer_the_rest_is_told_all_the_same(
    world: World, asks: Asks, monkeypatch: pytest.MonkeyPatch
) -> None:
    await answered(world)
    monkeypatch.setattr(world.services["intake"].colleagues["evaluation"], "answer", asks_as_answer(asks))
    told = await world.get("/requests/tracker/17")
    assert (told["engagement"]["engagement_id"], told["outcomes"]) == ("e1", None)


def asks_as_answer(asks: Asks) -> Any:
    async def answer(what: str, question: dict[str, object]) -> object:
        return await asks("evaluation", what, question)

    return answer


async def test_a_tracker_is_told_of_its_own_requests_though_it_has_no_seat_in_the_engagement() -> None:
    async with a_house() as house:
        await world_of(house)
        mine, other = await house.program("tracker", source="tracker"), await house.program("tracker", source="other")
        told = (await mine.get("/requests/tracker/17")).json()
        assert (told["fate"], told["engagement"]["title"]) == ("answered", "Licensing together")
        assert (await other.get("/requests/tracker/17")).status_code == 404
        assert (await mine.get("/engagements/e1")).status_code == 403


async def world_of(house: House) -> None:
    await answered(house.world)


async def test_a_list_of_requests_is_logged_whole_and_the_same_list_twice_changes_nothing(world: World) -> None:
    many = [{**ASKED, "external_id": str(number)} for number in range(3)]
    answer = await world.http.post("/requests", json=many)
    assert (answer.status_code, [one["id"] for one in answer.json()]) == (201, ["tracker-0", "tracker-1", "tracker-2"])
    assert {one["new"] for one in answer.json()} == {True}
    again = await world.http.post("/requests", json=[*many, many[0]])
    assert {one["new"] for one in again.json()} == {False}
    assert len((await world.get("/requests"))["items"]) == 3


async def test_what_is_wrong_in_a_list_is_told_by_its_place_and_nothing_is_logged(world: World) -> None:
    await world.do("/requests", **ASKED)
    many = [{**ASKED, "external_id": "1"}, {**ASKED, "external_id": "2", "jurisdiction": "XX"}]
    assert set(problems(await world.http.post("/requests", json=many), 422)) == {"[1].jurisdiction"}
    changed = [{**ASKED, "external_id": "1"}, {**ASKED, "external_id": "2", "follows": "nowhere"}]
    assert set(problems(await world.http.post("/requests", json=changed), 409)) == {"[1]"}
    assert problems(await world.http.post("/requests", json=[]), 422)
    assert problems(await world.http.post("/requests", json=[ASKED] * 501), 422)
    assert problems(await world.http.post("/requests", json=7), 422)
    assert len((await world.get("/requests"))["items"]) == 1
