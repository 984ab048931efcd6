"""After the window nobody is contacted, and watching goes on: what a state does later may show what changed."""

from collections.abc import AsyncIterator
from itertools import permutations
from typing import Any

import pytest

from shared.events.base import Fact
from tests.support.saying import STEP, held, retraction, said, session
from tests.support.services import World, a_world, problems, published

RULES = """
playbook: example
version: 1
title: Example
window: {wait: 2 months, after: closed}
rules: []
"""
CLOSED = said("engagement_closed", closed_on="2027-02-01")
"""The window's last day is April 1."""
ASKED = said("ta_request_logged", engagement_id="-", request_id="r9", external_id="9", logged_on="2027-05-03")
PLAN = said("action_plan_submitted", submitted_on="2027-01-20", steps=[STEP])
DONE = said("action_step_reported", status="done", reported_on="2027-05-10")
TEAMS: dict[str, Any] = {"team_id": "ky-2", "formed_on": "2027-06-01"}
BEGINNING = (published(RULES), said("engagement_opened"), said("team_formed"))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Kentucky's engagement has closed, and its window too."""
    async with a_world() as world:
        await world.say(*BEGINNING, PLAN, CLOSED)
        await world.until("2027-04-02")
        yield world


async def proposed(world: World, **asked: str) -> list[str]:
    """What waits to be looked at: level and words."""
    found = (await world.get("/outcomes/proposed", **asked))["items"]
    return [f"{one['level']}: {one['statement']} ({one['seen_on']})" for one in found]


async def test_a_new_request_on_the_topic_may_show_what_was_learned(world: World) -> None:
    await world.say(ASKED)
    assert await proposed(world) == ["knowledge: KY asks for more on the topic: workforce (2027-05-03)"]
    [fact] = [fact for fact in await world.facts("evaluation") if "outcome_proposed" in fact["type"]]
    assert (fact["data"]["because"], fact["causationid"], fact["subject"]) == (ASKED.id, ASKED.id, "e1")


async def test_to_join_another_engagement_may_show_a_network(world: World) -> None:
    await world.say(said("engagement_opened", engagement_id="e2", opened_on="2027-05-20"))
    await world.say(said("team_formed", engagement_id="e2", **TEAMS))
    assert await proposed(world) == ["network: KY takes part in another engagement: e2 (2027-06-01)"]


async def test_a_finished_step_may_show_another_practice(world: World) -> None:
    await world.say(DONE)
    assert await proposed(world) == ["practice: KY finished a step of its plan: Invite providers (2027-05-10)"]


async def test_what_is_of_another_state_or_topic_or_time_shows_nothing(world: World) -> None:
    words: dict[str, Any] = {"engagement_id": "-", "logged_on": "2027-05-03"}
    await world.say(said("ta_request_logged", request_id="r2", external_id="2", jurisdiction="WI", **words))
    await world.say(said("ta_request_logged", request_id="r3", external_id="3", topic="licensing", **words))
    await world.say(said("ta_request_logged", request_id="r4", external_id="4", **{**words, "logged_on": "2027-04-01"}))
    await world.say(said("action_step_reported", status="under_way", reported_on="2027-05-10"))
    assert await proposed(world) == []


async def test_an_evaluator_confirms_what_was_proposed(world: World) -> None:
    await world.say(DONE)
    [outcome_id] = await world.ids("/outcomes/proposed", "outcome_id")
    await world.do("/outcomes/confirm", engagement_id="e1", outcome_id=outcome_id, evidence="The new contracts")
    outcome = await world.get(f"/outcomes/{outcome_id}")
    assert (outcome["source"], outcome["level"], outcome["seen_on"]) == ("watch", "practice", "2027-05-10")
    assert (await proposed(world), len(await proposed(world, state="confirmed"))) == ([], 1)
    refused = await world.post("/outcomes/dismiss", engagement_id="e1", outcome_id=outcome_id, reason="No")
    assert problems(refused, 409).keys() == {"outcome_id"}


async def test_whoever_confirms_says_what_shows_it(world: World) -> None:
    await world.say(DONE)
    [outcome_id] = await world.ids("/outcomes/proposed", "outcome_id")
    refused = await world.post("/outcomes/confirm", engagement_id="e1", outcome_id=outcome_id)
    assert problems(refused, 422).keys() == {"evidence"}
    assert len(await proposed(world)) == 1


async def test_an_evaluator_dismisses_what_was_none_and_it_does_not_come_back(world: World) -> None:
    await world.say(DONE)
    [outcome_id] = await world.ids("/outcomes/proposed", "outcome_id")
    told = {"engagement_id": "e1", "outcome_id": outcome_id, "reason": "It was done before the engagement"}
    assert (await world.do("/outcomes/dismiss", **told))["new"] is True
    assert (await world.do("/outcomes/dismiss", **told))["new"] is False
    await world.say(said("action_step_reported", status="done", reported_on="2027-05-11"))
    assert (await proposed(world), len(await proposed(world, state="dismissed"))) == ([], 1)
    assert (await world.get("/outcomes"))["items"] == []


async def test_what_nobody_proposed_can_be_neither_confirmed_nor_dismissed(world: World) -> None:
    told = {"engagement_id": "e1", "outcome_id": "watch-nothing"}
    confirmed = await world.post("/outcomes/confirm", **told, evidence="The new contracts")
    assert problems(confirmed, 404).keys() == {"outcome_id"}
    assert problems(await world.post("/outcomes/dismiss", **told, reason="No"), 404).keys() == {"outcome_id"}


async def test_an_outcome_was_proposed_once_even_if_its_sign_is_corrected(world: World) -> None:
    await world.say(ASKED)
    await world.say(said("ta_request_logged", **{**ASKED.event.model_dump(), "need": "more help", "revision": 1}))
    assert len(await proposed(world)) == 1


async def test_an_engagement_that_did_not_close_after_all_is_not_watched(world: World) -> None:
    await world.say(retraction(CLOSED), ASKED)
    assert await proposed(world) == []


async def test_the_window_of_a_team_ends_by_its_own_day() -> None:
    book = RULES.replace("window: {wait: 2 months, after: closed}", "window: {wait: 1 week, after: last_session}")
    guam: dict[str, Any] = {"jurisdiction": "GU", "engagement_id": "-"}
    async with a_world() as world:
        world.clock.move_to(ASKED.time)
        await world.say(published(book), said("engagement_opened", planned_sessions=1))
        await world.say(said("team_formed", team_id="gu", jurisdiction="GU"))
        await world.say(session(1, "2027-02-01T15:00:00-05:00"), held(1, "2027-02-01T15:00:00-05:00"), CLOSED)
        await world.say(said("ta_request_logged", request_id="r2", external_id="2", logged_on="2027-02-09", **guam))
        assert await proposed(world) == []
        await world.say(said("ta_request_logged", request_id="r3", external_id="3", logged_on="2027-02-10", **guam))
        assert await proposed(world) == ["knowledge: GU asks for more on the topic: workforce (2027-02-10)"]


SIDES = [(published(RULES),), (said("engagement_opened"), said("team_formed")), (CLOSED,), (ASKED,)]


@pytest.mark.parametrize("order", list(permutations(range(4)))[::3], ids=str)
async def test_whichever_fact_comes_first_the_same_outcome_is_proposed(order: tuple[int, ...]) -> None:
    facts: list[Fact] = [fact for place in order for fact in SIDES[place]]
    async with a_world() as world:
        world.clock.move_to(ASKED.time)
        await world.say(*facts, *facts)
        assert await proposed(world) == ["knowledge: KY asks for more on the topic: workforce (2027-05-03)"]
