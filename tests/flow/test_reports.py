"""Reports: each tells only what its reader may see, is right again tomorrow, and adds up."""

from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient

from shared.access.caller import Role
from tests.support.http import E1, prepared
from tests.support.matrix import FOREIGN, OWN, Town, a_town
from tests.support.saying import GOAL, said
from tests.support.services import World

HOW = ("engagement", "topic", "jurisdiction", "model", "center")


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with a_town() as there:
        yield there


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with prepared() as there:
        yield there


async def items(who: AsyncClient, by: str) -> dict[str, int]:
    """Of what somebody is told that there are reports, and of how many engagements each."""
    found = (await who.get("/reports", params={"by": by})).json()["items"]
    return {one["of"]: one["figures"]["engagements"] for one in found}


async def test_a_report_tells_only_of_engagements_and_requests_that_are_their_readers(town: Town) -> None:
    evaluator, supervisor = town.comers[Role.EVALUATOR], town.comers[Role.SUPERVISOR]
    assert await items(evaluator, "engagement") == {OWN: 1}
    assert await items(supervisor, "engagement") == {OWN: 1, FOREIGN: 1}
    assert await items(evaluator, "jurisdiction") == {"KY": 1}
    assert await items(evaluator, "model") == {"example": 1}
    mine, all_ = [(await who.get("/reports/portfolio")).json()["figures"] for who in (evaluator, supervisor)]
    assert (mine["engagements"], mine["requests"]) == (1, 1)
    assert (all_["engagements"], all_["requests"]) == (2, 2)


@pytest.mark.parametrize("path", [f"/reports/engagement/{FOREIGN}", "/reports/jurisdiction/GU", "/reports/model/none"])
async def test_what_is_foreign_has_no_report(town: Town, path: str) -> None:
    answer = await town.comers[Role.EVALUATOR].get(path)
    assert (answer.status_code, answer.json()["title"]) == (404, "Not known here")


async def test_a_whole_is_the_sum_of_its_parts(town: Town) -> None:
    whole = (await town.comers[Role.SUPERVISOR].get("/reports/portfolio")).json()
    for name in ("teams", "closed"):
        assert whole["figures"][name] == sum(one["figures"][name] for one in whole["engagements"])
    made = [one["figures"]["promises"]["made"] for one in whole["engagements"]]
    assert whole["figures"]["promises"]["made"] == sum(made) == 2


async def test_what_is_not_yet_due_today_is_overdue_tomorrow_though_nothing_was_said(world: World) -> None:
    await world.do("/engagements/change", **E1, goals=[{**GOAL, "by": "2027-02-01"}])
    await world.until("2027-02-01")
    assert (await world.get("/reports/engagement/e1"))["figures"]["promises"]["not_yet_due"] == 1
    await world.until("2027-02-02")
    assert (await world.get("/reports/engagement/e1"))["figures"]["promises"]["overdue"] == 1


async def test_what_is_said_is_in_the_next_report(world: World) -> None:
    before = (await world.get("/reports/portfolio"))["figures"]
    outcome = {"outcome_id": "o1", "level": "plan", "statement": "A plan", "evidence": "The plan"}
    await world.do("/outcomes", **E1, **outcome)
    after = (await world.get("/reports/portfolio"))["figures"]
    assert (before["promises"]["seen"], after["promises"]["seen"]) == (0, 1)


async def test_what_became_of_an_offer_is_counted_as_soon_as_followup_says_it(world: World) -> None:
    await world.do("/engagements/close", **E1, closed_on="2027-01-13", reason="completed")
    await world.until("2027-02-20")
    offers = (await world.get("/reports/engagement/e1"))["figures"]["follow_ups"]
    assert (offers["offered"], offers["open"], offers["taken"]) == (2, 2, 0)
    await world.do("/tasks/do", task_id="e1/call/ky/1", person_id="p-f")
    offers = (await world.get("/reports/engagement/e1"))["figures"]["follow_ups"]
    assert (offers["offered"], offers["open"], offers["taken"]) == (2, 1, 1)


async def test_a_topic_is_one_under_all_its_names_and_has_its_requests(world: World) -> None:
    await world.say(
        said("ta_request_logged", topic="WORKFORCE!"), said("ta_request_logged", request_id="r2", topic="x")
    )
    found = (await world.get("/reports/topic/workforce"))["figures"]
    assert (found["engagements"], found["requests"], found["request_to_answer"]["still"]) == (1, 1, 1)
