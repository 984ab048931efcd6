"""How rounds come, open and close, answers come late, outcomes are seen, and goals are judged more than once."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.http import E1, prepared
from tests.support.saying import GOAL, held
from tests.support.services import World, problems

MID = "e1/mid/e1/1"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with prepared() as there:
        yield there


async def test_a_round_opens_by_itself_and_closes_by_itself(world: World) -> None:
    assert await world.rounds() == {"mid/e1/1": "due 2027-01-13"}
    opened = [fact["data"] for fact in await world.facts("evaluation") if "opened" in fact["type"]]
    assert [(one["round_id"], one["closes_at"]) for one in opened] == [(MID, "2027-01-27T14:00:00Z")]
    await world.until("2027-01-27", hour=8)
    assert (await world.get(f"/rounds/{MID}"))["state"] == "due"
    await world.until("2027-01-27", hour=10)
    assert (await world.get(f"/rounds/{MID}"))["state"] == "done"
    assert await world.said("evaluation") == ["evaluation_scheduled", "evaluation_opened", "evaluation_closed"]


async def test_a_round_goes_when_the_session_that_it_asks_about_never_was(world: World) -> None:
    [fact] = [fact for fact in await world.facts("sessions") if "session_held" in fact["type"]]
    await world.do("/facts/retract", fact_id=fact["id"], reason="Another series")
    assert await world.rounds() == {"mid/e1/1": "withdrawn 2027-01-13"}
    await world.say(held(1, "2027-01-12T15:00:00-05:00", revision=1))
    assert await world.rounds() == {"mid/e1/1": "due 2027-01-13"}


async def test_an_answer_is_kept_by_question_for_a_team_or_for_oneself(world: World) -> None:
    await world.do("/rounds/answer", round_id=MID, answer_id="a1", team_id="ky", answers={"useful": 4, "why": "peers"})
    await world.do("/rounds/answer", round_id=MID, answer_id="a2", answers={"useful": None})
    found = await _answered(world)
    assert [(one["answer_id"], one.get("team_id"), one["answers"]) for one in found] == [
        ("a1", "ky", {"useful": 4, "why": "peers"}),
        ("a2", None, {"useful": None}),
    ]


async def test_an_answer_after_the_end_is_late_and_welcome(world: World) -> None:
    await world.until("2027-02-10")
    await world.do("/rounds/answer", round_id=MID, answer_id="late", answers={"useful": 5})
    assert [one["answer_id"] for one in await _answered(world)] == ["late"]
    assert (await world.get(f"/rounds/{MID}"))["state"] == "done"


async def test_a_round_that_was_never_open_takes_no_answers(world: World) -> None:
    await world.do("/facts/retract", fact_id=await _held(world), reason="Another series")
    await world.say(held(1, "2027-01-13T11:00:00-05:00", revision=1))
    assert await world.rounds() == {"mid/e1/1": "scheduled 2027-01-14"}
    answer = await world.post("/rounds/answer", round_id=MID, answer_id="a1", answers={})
    assert "it is scheduled" in problems(answer, 409)["round_id"]
    told = problems(await world.post("/rounds/close", round_id=MID), 409)
    assert told == {"round_id": f"Round {MID} is not open; it is scheduled."}


async def _answered(world: World) -> list[dict[str, Any]]:
    return [fact["data"] for fact in await world.facts("evaluation") if "evaluation_answered" in fact["type"]]


async def _held(world: World) -> str:
    return next(str(fact["id"]) for fact in await world.facts("sessions") if "session_held" in fact["type"])


async def test_a_person_may_close_a_round_and_open_it_again_by_taking_that_back(world: World) -> None:
    await world.do("/rounds/answer", round_id=MID, answer_id="a1", answers={})
    closed = await world.do("/rounds/close", round_id=MID)
    assert (closed["facts"][0]["data"]["answered"], closed["facts"][0]["data"]["on"]) == (1, "2027-01-13")
    assert await world.rounds() == {"mid/e1/1": "done 2027-01-13"}
    await world.do("/facts/retract", fact_id=closed["facts"][0]["id"], reason="Two more want to answer")
    assert await world.rounds() == {"mid/e1/1": "due 2027-01-13"}
    await world.until("2027-01-28")
    assert await world.rounds() == {"mid/e1/1": "done 2027-01-13"}


async def test_a_round_that_is_over_is_not_closed_again(world: World) -> None:
    await world.until("2027-01-28")
    assert "it is done" in problems(await world.post("/rounds/close", round_id=MID), 409)["round_id"]


async def test_a_goal_is_judged_as_often_as_it_is_looked_at(world: World) -> None:
    for day, verdict in (("2027-01-13", "not_yet"), ("2027-02-01", "partly"), ("2027-03-02", "reached")):
        await world.until(day)
        await world.do("/goals/assess", **E1, goal_id="g1", verdict=verdict)
        goal = await world.get("/goals/g1")
        assert (goal["verdict"], goal["assessed_on"]) == (verdict, day)
    assert (await world.said("evaluation")).count("goal_assessed") == 3
    assert not (await world.do("/goals/assess", **E1, goal_id="g1", verdict="reached"))["new"]


async def test_a_goal_that_is_declared_anew_keeps_its_verdict(world: World) -> None:
    await world.do("/goals/assess", **E1, goal_id="g1", verdict="partly")
    goals = [{**GOAL, "statement": "A plan for most teams"}, {**GOAL, "goal_id": "g2"}]
    await world.do("/engagements/change", **E1, goals=goals)
    assert await world.ids("/goals", "goal_id") == ["g1", "g2"]
    told = await world.get("/goals/g1")
    assert (told["statement"], told["verdict"]) == ("A plan for most teams", "partly")
    await world.do("/engagements/change", **E1, changed_on="2027-01-13", goals=goals[1:], revision=1)
    assert await world.ids("/goals", "goal_id") == ["g2"]


async def test_an_outcome_is_seen_on_a_day_that_has_come(world: World) -> None:
    outcome = {**E1, "outcome_id": "o1", "level": "practice", "statement": "They visit homes", "evidence": "A call"}
    answer = await world.post("/outcomes", **outcome, seen_on="2027-01-14")
    assert "in the future" in problems(answer, 422)["seen_on"]
    await world.do("/outcomes", **outcome, seen_on="2027-01-13")


async def test_a_verdict_cites_what_was_seen_and_the_report_tells_what_was_promised_and_what_was_not(
    world: World,
) -> None:
    outcome = {**E1, "evidence": "The plan", "seen_on": "2027-01-13"}
    await world.do("/outcomes", **outcome, outcome_id="o1", level="plan", statement="Kentucky has a plan")
    await world.do("/outcomes", **outcome, outcome_id="o2", level="network", statement="Two states talk")
    refused = await world.post("/goals/assess", **E1, goal_id="g1", verdict="reached")
    assert "cite at least one outcome (o1)" in problems(refused, 409)["outcomes"]
    refused = await world.post("/goals/assess", **E1, goal_id="g1", verdict="reached", outcomes=["o1", "o9"])
    assert "There is no outcome o9" in problems(refused, 404)["outcomes[1]"]
    await world.do("/goals/assess", **E1, goal_id="g1", verdict="reached", outcomes=["o1"])
    assert (await world.get("/goals/g1"))["outcomes"] == ["o1"]
    told = await world.get("/engagements/e1/report")
    assert told["words"] == [
        'Seen once, judged reached on 2027-01-13: "A plan for each team" (plan)',
        'Never promised, and seen on 2027-01-13: "Two states talk" (network)',
    ]
    assert (told["promised"][0]["stands"], told["promised"][0]["rests_on"]) == ("seen", ["o1"])


async def test_there_is_no_report_of_an_engagement_that_was_never_opened(world: World) -> None:
    answer = await world.http.get("/engagements/e9/report")
    assert "There is no engagement e9" in problems(answer, 404)["engagement_id"]
