"""Trackers are told what becomes of each request: by webhook and by cursor, in order, once, and nothing foreign."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient

from shared.events.base import say
from shared.events.evaluation import EvaluationFactRetracted
from shared.events.intake import IntakeFactRetracted
from tests.support.access import House, refusal
from tests.support.receiver import Receiver, a_receiver, a_telling_house, send
from tests.support.saying import NOW, said
from tests.support.services import published

E1: dict[str, Any] = {"engagement_id": "e1"}
SEEN: dict[str, Any] = {"level": "practice", "seen_on": "2027-02-01", "evidence": "told", "source": "report"}
SECRET = "Jane Doe of Frankfort cannot wait"


def asked(source: str, number: int = 17) -> Any:
    told: dict[str, Any] = {
        "request_id": f"{source}-{number}",
        "source": source,
        "external_id": f"{number}",
        "jurisdiction": "KY",
    }
    return said("ta_request_logged", **told, topic="licensing", need=SECRET, logged_on="2027-01-04")


def answered(source: str, **more: Any) -> Any:
    told: dict[str, Any] = {"request_id": f"{source}-17", "answered_on": "2027-01-08", "how": "engagement"}
    return said("ta_request_answered", **E1, **told, **more)


def outcome(n: int, place: str = "KY", **more: Any) -> Any:
    statement = "Homes are licensed"
    return said("outcome_recorded", **E1, **SEEN, outcome_id=f"o{n}", jurisdiction=place, statement=statement, **more)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_telling_house(tmp_path, published()) as there:
        yield there


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as there:
        yield there


@pytest.fixture
async def tracker(house: House) -> AsyncClient:
    return await house.program("tracker", source="ncase")


async def told(comer: AsyncClient) -> list[dict[str, Any]]:
    return [one["data"] for one in (await comer.get("/events")).json()["items"]]


async def story(house: House) -> None:
    """A request of each of two trackers is answered by an engagement, in which changes are seen."""
    await house.world.say(asked("ncase"), asked("other"))
    await house.world.say(said("engagement_opened", **E1), answered("ncase"), answered("other"))
    await house.world.say(outcome(1), outcome(2, "GU"))


async def test_each_thing_that_becomes_of_a_request_is_told_in_order(house: House, tracker: AsyncClient) -> None:
    await story(house)
    own = {"request_id": "ncase-17", "source": "ncase", "external_id": "17"}
    by = {"engagement_id": "e1", "revision": 0}
    seen = {"outcome_id": "o1", "level": "practice", "statement": "Homes are licensed", "seen_on": "2027-02-01"}
    assert await told(tracker) == [
        {**own, "fate": "received"},
        {**own, "fate": "answered", "how": "engagement", "answered_on": "2027-01-08", **by},
        {**own, "fate": "outcome_recorded", **seen, **by},
    ]
    await house.world.say(said("ta_request_withdrawn", request_id="ncase-17", reason=SECRET))
    assert [one["fate"] for one in await told(tracker)][3:] == ["withdrawn"]
    assert SECRET not in (await tracker.get("/events")).text


async def test_what_was_a_mistake_is_told_too(house: House, tracker: AsyncClient) -> None:
    await story(house)
    await house.world.say(say(EvaluationFactRetracted(**E1, fact_id=outcome(1).id, reason=SECRET), NOW))
    [*_, last] = await told(tracker)
    assert (last["fate"], last["outcome_id"]) == ("outcome_taken_back", "o1")
    await house.world.say(say(IntakeFactRetracted(fact_id=answered("ncase").id, reason=SECRET), NOW))
    assert (await told(tracker))[-1]["fate"] == "received"
    assert SECRET not in (await tracker.get("/events")).text


async def fates(comer: AsyncClient) -> list[tuple[str, str]]:
    return [(one["fate"], one.get("outcome_id", "")) for one in await told(comer)]


async def test_what_was_seen_before_the_answer_is_told_with_it_and_once(house: House, tracker: AsyncClient) -> None:
    await house.world.say(said("engagement_opened", **E1), asked("ncase"), outcome(1), outcome(2, "GU"))
    assert await fates(tracker) == [("received", "")]
    await house.world.say(answered("ncase"), answered("ncase", revision=1, note="by phone"))
    seen = [("received", ""), ("answered", ""), ("outcome_recorded", "o1"), ("answered", "")]
    assert await fates(tracker) == seen
    await house.world.say(outcome(3))
    assert (await fates(tracker))[4:] == [("outcome_recorded", "o3")]


async def test_an_outcome_that_was_seen_elsewhere_is_taken_back_where_it_was_told(
    house: House, tracker: AsyncClient
) -> None:
    await story(house)
    await house.world.say(outcome(1, "GU", revision=1))
    assert (await fates(tracker))[3:] == [("outcome_taken_back", "o1")]
    await house.world.say(outcome(1, "KY", revision=2))
    assert (await fates(tracker))[4:] == [("outcome_recorded", "o1")]


async def test_an_answer_by_another_engagement_takes_back_what_the_first_one_had_seen(
    house: House, tracker: AsyncClient
) -> None:
    await story(house)
    other = {"engagement_id": "e2", "outcome_id": "o9", "jurisdiction": "KY", "statement": "More homes"}
    await house.world.say(said("engagement_opened", engagement_id="e2"), said("outcome_recorded", **{**SEEN, **other}))
    again: dict[str, Any] = {"request_id": "ncase-17", "answered_on": "2027-01-09", "how": "engagement"}
    await house.world.say(said("ta_request_answered", engagement_id="e2", **again, revision=1))
    assert (await fates(tracker))[3:] == [("answered", ""), ("outcome_taken_back", "o1"), ("outcome_recorded", "o9")]
    await house.world.say(answered("ncase", revision=2))
    assert (await fates(tracker))[6:] == [("answered", ""), ("outcome_taken_back", "o9"), ("outcome_recorded", "o1")]
    await house.world.say(said("ta_request_withdrawn", request_id="ncase-17", reason="no need"))
    assert (await fates(tracker))[9:] == [("withdrawn", "")]


async def test_of_a_request_that_was_taken_back_before_it_came_nothing_is_told(
    house: House, tracker: AsyncClient
) -> None:
    evaluation = house.world.services["evaluation"]
    for fact in (say(IntakeFactRetracted(fact_id=asked("ncase").id, reason=SECRET), NOW), asked("ncase")):
        await evaluation.hear(evaluation.store, [fact])
    assert await fates(tracker) == []


async def test_a_tracker_has_a_webhook_that_gets_the_fates_of_its_own_requests_alone(
    house: House, receiver: Receiver, tracker: AsyncClient
) -> None:
    made = await tracker.post("/webhooks", json={"url": receiver.url, "label": "our tracker", "since": "0"})
    assert made.status_code == 201, made.text
    webhook_id = made.json()["webhook"]["webhook_id"]
    await story(house)
    await send(house)
    await story(house)
    await send(house)
    came = [json.loads(one.body) for one in receiver.came]
    assert [one["data"]["fate"] for one in came] == ["received", "answered", "outcome_recorded"]
    assert {one["subject"] for one in came} == {"ncase-17"}
    listed = (await tracker.get(f"/webhooks/{webhook_id}/deliveries")).json()["items"]
    about = {(one["state"], one["engagement_id"], one["request_id"]) for one in listed}
    assert about == {("delivered", None, "ncase-17")}
    assert [one["type"].split(".")[2] for one in listed] == ["received", "answered", "outcome_recorded"]
    first = receiver.came[0]
    await tracker.post(f"/webhooks/{webhook_id}/resend", json={"event_id": first.id})
    assert (await tracker.post(f"/webhooks/{webhook_id}/test")).status_code == 202
    await send(house)
    assert first.body in [one.body for one in receiver.came[3:]]
    assert len((await tracker.get(f"/webhooks/{webhook_id}/deliveries")).json()["items"]) == 4


async def test_neither_trackers_nor_evaluators_hear_what_is_for_the_others(
    house: House, receiver: Receiver, tracker: AsyncClient
) -> None:
    await story(house)
    other = await house.program("tracker", source="other")
    assert {one["source"] for one in await told(other)} == {"other"}
    webhook_id = (await tracker.post("/webhooks", json={"url": receiver.url, "label": "w"})).json()["webhook"][
        "webhook_id"
    ]
    assert refusal(await other.get(f"/webhooks/{webhook_id}"))[0] == 404
    foreign = (await other.get("/events")).json()["items"][0]["id"]
    assert refusal(await tracker.post(f"/webhooks/{webhook_id}/resend", json={"event_id": foreign}))[0] == 404
    office = (await house.world.http.get("/events")).json()["items"]
    assert {one["type"] for one in office} == {"eng.evaluation.outcome_recorded.v1"}
