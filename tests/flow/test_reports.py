"""Reports: each tells only what its reader may see, is right again tomorrow, and adds up."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import AsyncClient

from shared.access.caller import Role
from tests.support.http import E1, prepared
from tests.support.matrix import FOREIGN, OWN, Town, a_town, ids
from tests.support.saying import GOAL, said
from tests.support.services import PLAYBOOK, World, a_world, published

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


async def test_the_requests_that_an_engagement_answers_are_in_the_report_of_whoever_evaluates_it(town: Town) -> None:
    """Though they look after no jurisdiction: one is answered by what the engagement says, one by what it was told."""
    evaluator = await town.house.person("p-new", "evaluator")
    people = {"facilitator": f"{OWN}-f", "evaluator": "p-new"}
    answers: dict[str, Any] = {"answers": [ids(FOREIGN)["request_id"]], "changed_on": "2027-01-06"}
    await town.house.world.say(said("engagement_changed", engagement_id=OWN, people=people, changed_on="2027-01-05"))
    assert await requests(evaluator, "portfolio") == await requests(evaluator, f"engagement/{OWN}") == 0
    page = (await evaluator.get(f"/app/reports/engagement/{OWN}", headers={"accept": "text/html"})).text
    assert "Requests: none that you may see." in page
    await town.house.world.say(
        said("engagement_changed", engagement_id=OWN, **answers),
        said("ta_request_answered", request_id=ids(OWN)["request_id"], how="engagement", engagement_id=OWN),
    )
    for path in ("portfolio", f"engagement/{OWN}", "model/example"):
        assert await requests(evaluator, path) == 2, path
    assert (await evaluator.get("/requests")).json()["items"] == []


async def requests(who: AsyncClient, path: str) -> int:
    """How many requests a report counts."""
    found = await who.get(f"/reports/{path}")
    return int(found.json()["figures"]["requests"])


async def test_a_report_says_what_it_leaves_out_for_its_reader_on_the_page_and_on_paper(town: Town) -> None:
    evaluator, supervisor = town.comers[Role.EVALUATOR], town.comers[Role.SUPERVISOR]
    told = {"accept": "text/html"}
    for who, is_partial in ((evaluator, True), (supervisor, False)):
        assert (await who.get("/reports/portfolio")).json()["is_partial"] == is_partial
        page, paper = [(await who.get(f"/app/reports{end}", headers=told)).text for end in ("", ".md")]
        assert ("of the engagements that you may see" in page) == is_partial
        assert ("of the engagements that whoever asked for this report may see" in paper) == is_partial
        beside = (await who.get("/app/reports/model", headers=told)).text
        assert ("the engagements that you may see" in beside) == is_partial


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


async def test_a_report_goes_by_a_playbook_as_soon_as_it_is_published_though_nothing_was_planned_by_it_yet() -> None:
    capped = PLAYBOOK.replace("rules:", "contacts: {caps: [{by: team, most: 4, in: 1 month}]}\nrules:")
    async with a_world() as world:
        await world.say(said("engagement_opened"), said("team_formed"))
        assert (await world.get("/reports/engagement/e1"))["figures"]["contacts"]["caps"] == 0
        evaluation = world.services["evaluation"]
        await evaluation.hear(evaluation.store, [published(capped)])
        assert (await world.get("/reports/engagement/e1"))["figures"]["contacts"]["caps"] == 1
