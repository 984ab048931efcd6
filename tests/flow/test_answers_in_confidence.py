"""What people answer is told in confidence: who reads it, from how many answers on, and where it never stands."""

from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient

from services.evaluation.domain.notices import TYPES
from shared.bus.outcomes import SAID
from shared.events.base import Fact
from shared.events.catalogue import SEALED, short
from tests.support.access import House, a_house
from tests.support.saying import held, said, session
from tests.support.services import published

MID = "e1/mid/e1/1"
SECRET = "nobody-shall-read-this"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A round is open, and four people of Kentucky have answered."""
    async with a_house() as house:
        people = {"facilitator": "p-f", "evaluator": "p-e"}
        await house.world.say(
            published(),
            said("engagement_opened", people=people),
            session(1, "2027-01-04T09:00:00-05:00"),
            session(2, "2027-02-09T09:00:00-05:00"),
            held(1, "2027-01-04T09:00:00-05:00"),
            *(answered(n, "ky") for n in range(4)),
        )
        yield house


def answered(n: int, team: str) -> Fact:
    return said("evaluation_answered", round_id=MID, answer_id=f"a{n}", team_id=team, answers={"why": SECRET})


async def everything(comer: AsyncClient, house: House) -> str:
    """All that somebody gets to read anywhere of what was answered."""
    facts = [one["id"] for one in await house.world.facts("evaluation") if "answered" in one["type"]]
    paths = [f"/rounds/{MID}/answers", f"/rounds/{MID}/answers/a1", "/engagements/e1/story", "/facts"]
    paths += [f"/facts/{id}" for id in facts]
    paths += ["/events", "/app/engagements/e1", "/app/engagements/e1/outcomes"]
    return "".join([(await comer.get(path)).text for path in paths])


async def test_only_evaluators_of_the_engagement_read_what_was_answered(house: House) -> None:
    await house.world.say(answered(4, "ky"))
    evaluator = await house.person("p-e", "evaluator")
    for comer in (
        await house.person("p-f", "facilitator"),
        await house.person("p-s", "supervisor"),
        await house.person("p-other", "evaluator"),
    ):
        assert SECRET not in await everything(comer, house)
    found = (await evaluator.get(f"/rounds/{MID}/answers")).json()
    assert len(found["items"]) == 5 and found["kept_back"] == 0
    assert {(one["team_id"], one["answered_at"]) for one in found["items"]} == {("ky", None)}


async def test_of_fewer_than_five_people_not_even_the_evaluator_reads_an_answer(house: House) -> None:
    evaluator = await house.person("p-e", "evaluator")
    assert (await evaluator.get(f"/rounds/{MID}/answers")).json() == {"items": [], "next": None, "kept_back": 4}
    refused = await evaluator.get(f"/rounds/{MID}/answers/a1")
    assert refused.status_code == 409 and "Fewer than five people have answered" in refused.text
    assert SECRET not in await everything(evaluator, house)


async def test_a_team_of_which_few_have_answered_is_not_named_nor_is_it_the_only_one_that_is_not(house: House) -> None:
    await house.world.say(answered(4, "ky"), answered(5, "vi"), *(answered(n, "gu") for n in range(6, 12)))
    evaluator = await house.person("p-e", "evaluator")
    found = (await evaluator.get(f"/rounds/{MID}/answers")).json()["items"]
    assert sorted(str(one["team_id"]) for one in found) == ["None"] * 6 + ["gu"] * 6


async def test_an_evaluator_takes_an_answer_back_that_came_by_mistake(house: House) -> None:
    [fact] = [one for one in await house.world.facts("evaluation") if one["data"].get("answer_id") == "a1"]
    evaluator = await house.person("p-e", "evaluator")
    answer = await evaluator.post("/facts/retract", json={"fact_id": fact["id"], "reason": "came twice"})
    assert answer.is_success and SECRET not in answer.text
    assert (await evaluator.get(f"/rounds/{MID}/answers")).json()["kept_back"] == 3


async def test_the_administrator_has_the_whole_log_from_which_all_can_be_built_again(house: House) -> None:
    assert SECRET in (await (await house.program("administrator")).get("/facts")).text


def test_no_subscriber_is_told_what_was_answered() -> None:
    assert SEALED and not SEALED & TYPES
    assert not {short(one) for one in SEALED} & set(SAID)
