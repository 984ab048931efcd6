"""Whatever is sent by HTTP is answered in words, never echoed, and breaks nothing; facts can be taken back."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import logs
from shared.errors import Problem
from shared.events import wire
from shared.events.base import Fact
from shared.storage import aside
from tests.support.http import E1, prepared
from tests.support.saying import said
from tests.support.services import World, problems

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET = "Ana-Ruiz-555-0101"
JSON = {"content-type": "application/json"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    async with prepared() as there:
        yield there


async def send(world: World, body: bytes, path: str = "/sessions", kind: str = "application/json") -> Any:
    return await world.http.post(path, content=body, headers={"content-type": kind})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "is not JSON: see line 1, column 2"),
        (b"[]", "must be an object"),
        (b"null", "must be a JSON object"),
        (b'"text"', "must be a JSON object"),
        (b'{"a": NaN}', "has a number that is not finite"),
        (b'{"a": 1e999}', "has a number that is not finite"),
        (b'{"a": 1, "a": 2}', "is there twice"),
        (b'{"a": "\xff"}', "is not UTF-8: see byte"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is nested too deep"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "has a number of too many digits"),
    ],
)
async def test_what_is_no_json_object_is_refused_with_the_place(world: World, body: bytes, reason: str) -> None:
    assert any(reason in told for told in problems(await send(world, body), 422).values())


@pytest.mark.parametrize("need", ["", " \n "])
async def test_a_request_that_asks_for_nothing_is_refused(world: World, need: str) -> None:
    request = {"source": "x", "external_id": "1", "jurisdiction": "KY", "topic": "data", "need": need}
    assert problems(await world.http.post("/requests", json=request), 422) == {"need": "must not be empty"}


async def test_nothing_at_all_is_refused(world: World) -> None:
    problems(await world.http.post("/sessions"), 422)
    problems(await send(world, b""), 422)
    problems(await send(world, b"{}", kind="text/plain"), 422)


async def test_a_body_beyond_a_mebibyte_is_refused_unread(world: World) -> None:
    told = problems(await send(world, json.dumps({"topic": "x" * (1 << 20)}).encode()), 413)
    assert told == {"": "A request may have 1,048,576 bytes at most."}
    problems(await send(world, b"x" * ((1 << 20) + 1), kind="text/plain"), 413)
    problems(await send(world, json.dumps({"topic": "x" * ((1 << 20) - 100)}).encode()), 422)


async def test_a_fact_that_would_be_too_long_to_be_heard_is_not_said(world: World) -> None:
    steps = [{"step_id": f"t{n}", "text": "x" * 8000, "owner_role": "other"} for n in range(40)]
    told = problems(await world.post("/plans", **E1, plan_id="p7", team_id="vi", steps=steps), 422)
    assert "is too long" in told["data"]


@pytest.mark.parametrize(
    ("path", "told", "field"),
    [
        ("/rounds/answer", {"round_id": "e1/mid/e1/1", "answer_id": "a7", "answers": {"a": [[]]}}, None),
        ("/rounds/answer", {"round_id": "e1/mid/e1/1", "answer_id": "a8", "answers": {"": 1}}, "answers"),
        (
            "/rounds/answer",
            {"round_id": "e1/mid/e1/1", "answer_id": "a9", "answers": {"a": json.loads("[" * 50 + "]" * 50)}},
            "answers",
        ),
        (
            "/sessions/hold",
            {**E1, "session_id": "s2", "held_at": "2027-01-13T11:00-05:00", "attendance": {"ky": ["p"] * 201}},
            "attendance",
        ),
        ("/plans", {**E1, "plan_id": "p8", "team_id": "ky", "steps": [{}] * 1001}, "steps"),
    ],
)
async def test_what_no_fact_can_hold_is_refused_by_its_field(
    world: World, path: str, told: dict[str, Any], field: str | None
) -> None:
    answer = await world.post(path, **told)
    if field is None:
        assert answer.is_success
    else:
        assert all(name.startswith(field) or "more problems" in told for name, told in problems(answer, 422).items())


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/sessions", {**E1, "session_id": SECRET + "!", "topic": [SECRET], "starts_at": SECRET}),
        ("/plans", {**E1, "plan_id": "p1", "team_id": "ky", "steps": [{"text": SECRET, "owner_role": SECRET}]}),
        ("/rounds/answer", {"round_id": SECRET + " ", "answer_id": "a", "answers": SECRET}),
        ("/requests", {"source": "x", "external_id": SECRET, "need": {"a": SECRET}}),
        ("/playbooks", {"document": f"playbook: [{SECRET}"}),
    ],
)
async def test_a_refusal_never_tells_what_was_sent(world: World, path: str, told: dict[str, Any]) -> None:
    answer = await world.post(path, **told)
    problems(answer, 422)
    assert SECRET not in answer.text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    where=st.sampled_from(
        ["/sessions/{}", "/tasks/{}", "/tasks/{}/why", "/rounds/{}/answers", "/engagements/{}/story", "/facts/{}",
         "/requests/{}", "/requests/x/{}", "/aside/{}/x", "/tasks?to={}", "/tasks?cursor={}", "/{}"]
    ),
    id=st.one_of(
        st.text(min_size=1),
        st.sampled_from(["%", "%2e%2e/", "..", "a" * 5000, "%ff", "é", "\U0001f642", "'--", "%00", "-/x/1", "-/-/-/-"]),
    ),
)  # fmt: skip
async def test_no_id_however_strange_breaks_anything(world: World, where: str, id: str) -> None:
    answer = await world.http.get(where.format(quote(id, safe="%/")))
    assert answer.status_code in {200, 307, 404, 405, 422}
    if answer.status_code in {404, 405, 422}:
        problems(answer, answer.status_code)


async def test_the_wrong_method_is_told_as_such(world: World) -> None:
    problems(await world.http.delete("/sessions"), 405)


async def test_what_breaks_is_logged_without_the_data_that_it_was_about(
    capsys: pytest.CaptureFixture[str],
) -> None:
    structlog.reset_defaults()
    logs.set_up("INFO", as_json=False)
    try:
        name_of_a_person = SECRET
        try:
            raise ValueError("broken")
        except ValueError as error:
            structlog.get_logger().error("request_failed", exc_info=error)
        told = capsys.readouterr().err
        assert "ValueError" in told and "test_api_bad_input.py" in told, "its kind and its place"
        assert name_of_a_person not in told
    finally:
        structlog.reset_defaults()


async def test_a_fact_is_taken_back_by_whoever_said_it_and_nothing_is_left_of_it(world: World) -> None:
    said = await world.do("/outcomes", **E1, outcome_id="o5", level="policy", statement="x", evidence="y")
    id = said["facts"][0]["id"]
    assert await world.ids("/outcomes", "outcome_id") == ["o5"]
    taken = await world.do("/facts/retract", fact_id=id, reason="A mistake")
    assert [fact["type"] for fact in taken["facts"]] == ["eng.evaluation.fact_retracted.v1"]
    assert await world.ids("/outcomes", "outcome_id") == []
    assert await world.do("/facts/retract", fact_id=id, reason="A mistake") == {**taken, "new": False}
    assert "another reason" in problems(await world.post("/facts/retract", fact_id=id, reason="Else"), 409)["fact_id"]

    again = await world.post("/outcomes", **E1, outcome_id="o5", level="policy", statement="x", evidence="y")
    assert "revision 1" in problems(again, 409)["revision"]
    await world.do("/outcomes", **E1, outcome_id="o5", level="policy", statement="x", evidence="y", revision=1)
    assert await world.ids("/outcomes", "outcome_id") == ["o5"]


async def test_what_was_taken_back_by_mistake_comes_back_and_can_be_taken_back_again(world: World) -> None:
    said = await world.do("/outcomes", **E1, outcome_id="o6", level="policy", statement="x", evidence="y")
    id = said["facts"][0]["id"]
    taken = await world.do("/facts/retract", fact_id=id, reason="A mistake")
    await world.do("/facts/retract", fact_id=taken["facts"][0]["id"], reason="It was right")
    assert "o6" in await world.ids("/outcomes", "outcome_id")
    anew = await world.do("/facts/retract", fact_id=id, reason="A mistake")
    assert anew["new"]
    assert "o6" not in await world.ids("/outcomes", "outcome_id")


async def test_what_follows_from_a_playbook_is_not_taken_back(world: World) -> None:
    story = await world.get("/engagements/e1/story")
    scheduled = next(fact["id"] for fact in story if "follow_up_scheduled" in fact["type"])
    told = problems(await world.post("/facts/retract", fact_id=scheduled, reason="No"), 409)
    assert "follows from a playbook" in told["fact_id"]


@pytest.mark.parametrize(
    ("told", "status", "field"),
    [
        ({"fact_id": "none", "reason": "A mistake"}, 404, "fact_id"),
        ({"fact_id": "", "reason": "A mistake"}, 422, "fact_id"),
        ({"fact_id": "none"}, 422, "reason"),
        ({"fact_id": "none", "reason": "A mistake", "by": "me"}, 422, "by"),
    ],
)
async def test_only_facts_are_taken_back(world: World, told: dict[str, Any], status: int, field: str) -> None:
    assert list(problems(await world.post("/facts/retract", **told), status)) == [field]


async def put_aside(world: World, fact: Fact | bytes) -> str:
    body = fact if isinstance(fact, bytes) else wire.encode(fact)
    async with world.services["followup"].store.work() as unit:
        return await aside.put_aside(unit, "eng.sessions.x.v1.e1", body, [Problem("data.x", "is missing")])


async def test_what_was_put_aside_is_seen_and_dropped(world: World) -> None:
    id = await put_aside(world, b"{no json")
    told = (await world.get("/aside"))["followup"]["items"]
    assert [one["problems"] for one in told if one["aside_id"] == id] == [[{"field": "data.x", "reason": "is missing"}]]
    assert (await world.get(f"/aside/followup/{id}"))["body"] == "{no json"
    problems(await world.post(f"/aside/followup/{id}/retry"), 422)
    assert (await world.get(f"/aside/followup/{id}"))["state"] == "waiting"
    assert (await world.do(f"/aside/followup/{id}/drop"))["state"] == "dropped"
    assert (await world.get(f"/aside/followup/{id}"))["state"] == "dropped"
    assert "was dropped already" in problems(await world.post(f"/aside/followup/{id}/drop"), 409)["aside_id"]
    problems(await world.post(f"/aside/followup/{id}/retry"), 409)
    assert id in [one["aside_id"] for one in (await world.get("/aside", state="dropped"))["followup"]["items"]]


async def test_what_was_put_aside_takes_effect_once_what_was_wrong_is_mended(world: World) -> None:
    moved = said("session_scheduled", session_id="s2", number=2, starts_at="2027-02-10T15:00:00-05:00", revision=4)
    id = await put_aside(world, moved)
    assert (await world.do(f"/aside/followup/{id}/retry"))["state"] == "retried"
    assert (await world.get(f"/aside/followup/{id}"))["state"] == "retried"
    assert (await world.tasks())["remind/s2/1"] == "scheduled 2027-02-03"


@pytest.mark.parametrize(
    "path", ["/aside/followup/none/retry", "/aside/followup/none/drop", "/aside/nobody/none/retry"]
)
async def test_what_was_never_put_aside_is_not_known(world: World, path: str) -> None:
    problems(await world.post(path), 404)


async def test_aside_is_asked_for_by_a_state_that_there_is(world: World) -> None:
    assert list(problems(await world.http.get("/aside?state=lost"), 422)) == ["state"]


@pytest.mark.parametrize("slip", ["/tasks?engagment=e1", "/sessions?colour=red", "/health?verbose=1"])
async def test_a_question_that_is_not_asked_here_is_refused_by_its_name(world: World, slip: str) -> None:
    answer = await world.http.get(slip)
    name = slip.partition("?")[2].partition("=")[0]
    assert "is not asked here" in problems(answer, 422)[name]
