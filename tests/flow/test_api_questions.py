"""Every question by HTTP: things by id, lists by what is asked for and page by page, stories, calendars, why."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services import running
from shared.web import frame
from tests.support.http import E1, prepared
from tests.support.services import World, nothing_to_start, problems

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANSWERED = ["a1", "a2", "a3", "a4", "a5"]
OUTCOME = {"level": "policy", "statement": "A new rule", "evidence": "Its text", "jurisdiction": "KY"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    """An engagement of which something of every kind is known."""
    async with prepared() as there:
        await there.do("/homework/hand-in", **E1, homework_id="h1", team_id="ky")
        await there.do("/plans", **E1, plan_id="p2", team_id="vi")
        await there.do("/plans/reject", **E1, plan_id="p2", reason="No lead agency")
        for id in ANSWERED:
            await there.do("/rounds/answer", round_id="e1/mid/e1/1", answer_id=id, team_id="ky", answers={"useful": 4})
        await there.do("/outcomes", **E1, outcome_id="o1", goal_id="g1", **OUTCOME)
        await there.do("/outcomes", **E1, outcome_id="o2", seen_on="2027-01-05", **{**OUTCOME, "level": "network"})
        await there.do("/goals/assess", **E1, goal_id="g1", verdict="partly", outcomes=["o1"])
        await there.do("/sessions/cancel", **E1, session_id="s2", reason="Snow")
        await there.until("2027-01-19")
        yield there


ONE = [
    ("/sessions/s1", {"state": "held", "attendance": {"ky": ["p-1"]}, "minutes": 120}),
    ("/sessions/s2?engagement=e1", {"state": "cancelled", "reason": "Snow", "cancelled_on": "2027-01-13"}),
    ("/homework/h1", {"handed_in": {"ky": "2027-01-13"}}),
    ("/plans/p1", {"state": "submitted", "team_id": "ky"}),
    ("/plans/p2", {"state": "rejected", "judged_on": "2027-01-13"}),
    ("/outcomes/o1", {"level": "policy", "seen_on": "2027-01-13", "source": "report"}),
    ("/goals/g1", {"verdict": "partly", "assessed_on": "2027-01-13", "by": "2027-03-01"}),
    (
        "/tasks/e1/absent/vi@s1/1",
        {"task_id": "e1/absent/vi@s1/1", "state": "due", "to": "facilitator", "team_id": "vi"},
    ),
    ("/rounds/e1/mid/e1/1", {"round_id": "e1/mid/e1/1", "state": "due", "instrument": "mid-survey"}),
]


@pytest.mark.parametrize(("path", "told"), ONE)
async def test_a_thing_is_found_by_its_id(world: World, path: str, told: dict[str, Any]) -> None:
    found = await world.get(path)
    assert {name: found[name] for name in told} == told


LISTS = [
    ("/sessions", "session_id", {}, ["s1", "s2"]),
    ("/sessions", "session_id", {"engagement": "e1", "state": "held"}, ["s1"]),
    ("/sessions", "session_id", {"engagement": "e9"}, []),
    ("/sessions", "session_id", {"starts_before": "2027-01-12T15:00:00-05:00"}, []),
    ("/sessions", "session_id", {"starts_before": "2027-01-12T15:00:01-05:00"}, ["s1"]),
    ("/homework", "homework_id", {"session": "s2"}, ["h1"]),
    ("/homework", "homework_id", {"session": "s1"}, []),
    ("/plans", "plan_id", {"team": "vi"}, ["p2"]),
    ("/plans", "plan_id", {"state": "submitted", "engagement": "e1"}, ["p1"]),
    ("/plans", "plan_id", {"submitted_since": "2027-01-14"}, []),
    ("/outcomes", "outcome_id", {}, ["o2", "o1"]),
    ("/outcomes", "outcome_id", {"goal": "g1"}, ["o1"]),
    ("/outcomes", "outcome_id", {"level": "network", "jurisdiction": "KY", "engagement": "e1"}, ["o2"]),
    ("/outcomes", "outcome_id", {"seen_since": "2027-01-06"}, ["o1"]),
    ("/goals", "goal_id", {"engagement": "e1", "verdict": "partly"}, ["g1"]),
    ("/goals", "goal_id", {"verdict": "reached"}, []),
    ("/rounds", "round_id", {"engagement": "e1", "state": "due", "kind": "mid"}, ["e1/mid/e1/1"]),
    ("/rounds", "round_id", {"kind": "end"}, []),
    ("/rounds", "round_id", {"due_before": "2027-01-13T09:00:00-05:00"}, []),
    ("/rounds/e1/mid/e1/1/answers", "answer_id", {}, ANSWERED),
    ("/tasks", "rule", {}, ["remind", "absent", "ask", "ask", "remind", "look", "look", "judge"]),
    ("/tasks", "rule", {"to": "evaluator"}, ["judge"]),
    ("/tasks", "rule", {"engagement": "e9"}, []),
    ("/tasks", "key", {"team": "vi", "state": "due"}, ["e1/absent/vi@s1/1"]),
    ("/tasks", "key", {"state": "done"}, ["e1/ask/vi/1", "e1/ask/ky/1", "e1/judge/g1/1"]),
    ("/tasks", "key", {"state": "overdue"}, ["e1/remind/s1/1"]),
    ("/tasks", "key", {"due_before": "2027-01-15T00:00:00Z", "state": "open"}, ["e1/remind/s1/1", "e1/absent/vi@s1/1"]),
    ("/tasks", "key", {"state": "withdrawn"}, ["e1/remind/s2/1", "e1/look/p2/1"]),
    ("/tasks", "key", {"to": "facilitator", "engagement": "e1", "state": "scheduled"}, ["e1/look/p1/1"]),
]


@pytest.mark.parametrize(("path", "name", "asked", "found"), LISTS)
async def test_a_list_shows_what_is_asked_for(
    world: World, path: str, name: str, asked: dict[str, str], found: list[str]
) -> None:
    assert await world.ids(path, name, **asked) == found


async def test_an_answer_is_found_by_its_round_and_its_id(world: World) -> None:
    answer = await world.get("/rounds/e1/mid/e1/1/answers/a1")
    assert (answer["round_id"], answer["team_id"], answer["answers"]) == ("e1/mid/e1/1", "ky", {"useful": 4})


@pytest.mark.parametrize("path", ["/sessions", "/plans", "/outcomes", "/tasks", "/requests", "/teams", "/playbooks"])
async def test_every_list_is_read_page_by_page(world: World, path: str) -> None:
    whole = (await world.get(path))["items"]
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = await world.get(path, limit=1, **cursor)
        assert len(page["items"]) <= 1
        seen += page["items"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == whole


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/tasks?state=lost", "state"),
        ("/rounds?state=lost", "state"),
        ("/sessions?state=lost", "state"),
        ("/plans?state=lost", "state"),
        ("/goals?verdict=perfect", "verdict"),
        ("/outcomes?level=cosmic", "level"),
        ("/rounds?kind=task", "kind"),
        ("/tasks?due_before=2027-01-15", "due_before"),
        ("/tasks?due_before=2027-01-15T09:00:00", "due_before"),
        ("/tasks?limit=0", "limit"),
        ("/tasks?limit=501", "limit"),
        ("/tasks?limit=all", "limit"),
        ("/tasks?cursor=none", "cursor"),
        ("/outcomes?seen_since=yesterday", "seen_since"),
        ("/playbooks/example?version=99999999999999999999", "version"),
        ("/approvals?region=99999999999999999999", "region"),
        ("/tasks?to=a%00b", "query"),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_the_field_named(world: World, path: str, field: str) -> None:
    assert field in problems(await world.http.get(path), 422)


@pytest.mark.parametrize(
    "path",
    [
        "/sessions/s9", "/sessions/s1?engagement=e9", "/homework/h9", "/plans/p9", "/outcomes/o9", "/goals/g9",
        "/tasks/e1/ask/ky/2", "/tasks/nothing", "/tasks/e1/ask/ky/2/why", "/rounds/e1/mid/e1/2", "/rounds/e1/x/why",
        "/rounds/e1/mid/e1/2/answers", "/rounds/e1/mid/e1/1/answers/a9", "/engagements/e9/story",
        "/engagements/e9/calendar", "/facts/none",
        "/facts/a/b", "/aside/followup/none", "/aside/nobody/none", "/nowhere",
    ],
)  # fmt: skip
async def test_what_is_not_known_is_not_found(world: World, path: str) -> None:
    problems(await world.http.get(path), 404)


async def test_why_tells_rule_fact_and_dates(world: World) -> None:
    told = await world.get("/tasks/e1/absent/vi@s1/1/why")
    assert told["words"] == {
        "what": "Send VI the summary of session 1",
        "who": "facilitator",
        "due": "Thursday, 2027-01-14 09:00 (America/St_Thomas)",
        "state": "due",
        "rule": "absent, of example version 1",
        "counted": "2 business days after held (2027-01-12)",
        "because": f"eng.sessions.session_held.v1 of 2027-01-12, fact {told['fact']['id']}",
    }
    assert told["fact"]["data"]["session_id"] == "s1"
    assert [fact["type"].split(".")[2] for fact in told["story"]] == ["follow_up_scheduled", "follow_up_fell_due"]
    assert told["obligation"]["key"] == "e1/absent/vi@s1/1"


async def test_why_explains_rounds_too_and_what_is_only_expected(world: World) -> None:
    told = await world.get("/rounds/e1/mid/e1/1/why")
    assert told["words"]["counted"] == "1 day after half_of_sessions (2027-01-12)"
    await world.do("/engagements/change", **E1, planned_close="2027-03-31")
    expected = await world.get("/tasks/e1/call/ky/1/why")
    assert (expected["words"]["state"], expected["words"]["due"][:18]) == ("expected", "Friday, 2027-04-30")
    assert expected["story"] == []


async def test_a_story_tells_everything_in_the_order_in_which_it_happened(world: World) -> None:
    story = await world.get("/engagements/e1/story")
    names = [fact["type"].split(".")[2] for fact in story]
    assert names[0] == "engagement_opened"
    assert names.index("team_formed") < names.index("session_held") < names.index("evaluation_opened")
    assert {"goal_assessed", "follow_up_fell_due"} <= set(names)
    times = [fact["time"] for fact in story]
    assert sorted(times, key=lambda time: time[:10]) == times
    assert {fact["subject"] for fact in story} == {"e1"}


async def test_a_calendar_tells_what_is_scheduled_and_what_is_expected(world: World) -> None:
    await world.do("/engagements/change", **E1, planned_close="2027-03-31")
    ahead = [(one["due_at"][:10], one["key"], one["state"]) for one in await world.get("/engagements/e1/calendar")]
    assert ahead == [
        ("2027-02-12", "e1/look/p1/1", "scheduled"),
        ("2027-04-30", "e1/call/ky/1", "expected"),
        ("2027-04-30", "e1/call/vi/1", "expected"),
    ]


async def test_where_everything_is_and_how_it_is(world: World) -> None:
    index = await world.get("/")
    assert index["throughline"] == ["intake", "sessions", "followup", "evaluation"]
    assert {"/tasks", "/rounds", "/aside", "/openapi.json"} <= {*index["paths"], index["api"]}
    health = await world.http.get("/health")
    # There is a database here, and no bus.
    assert (health.status_code, health.json()["well"]) == (503, False)
    assert all(one["database"] and not one["bus"] for one in health.json()["services"].values())


FOR_ANYBODY = {"/", "/health", "/calendar/{token}.ics"}


async def test_the_openapi_document_tells_with_what_every_route_refuses() -> None:
    document = frame.build(running.idle(), nothing_to_start).openapi()
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            refusals = {"401", "404", "422", "429", "503"} | ({"400", "409", "413"} if method != "get" else set())
            assert refusals <= set(one["responses"]), path
            assert ("403" in one["responses"] and one["security"] == [{"token": []}]) or path in FOR_ANYBODY
    for one in document["components"]["responses"].values():
        assert list(one["content"]) == ["application/problem+json"] and one["description"].endswith(".")


async def test_the_openapi_document_tells_what_every_route_is_for() -> None:
    app = frame.build(running.idle(), nothing_to_start)
    document = app.openapi()
    told = {(path, method): one for path, methods in document["paths"].items() for method, one in methods.items()}
    assert len(told) > 60
    for route, one in told.items():
        assert one["summary"] and one["description"], route
        assert one["description"].endswith("."), route
        assert one["tags"][0] in {"intake", "sessions", "followup", "evaluation", "access", "every service"}, route
    assert len({one["operationId"] for one in told.values()}) == len(told)


@pytest.mark.parametrize("day", ["0", "0.0", "1800000000", "20270104", "2027-02-30"])
async def test_a_day_that_is_asked_for_is_written_as_a_day(world: World, day: str) -> None:
    for path, name in (("/requests", "logged_since"), ("/plans", "submitted_since"), ("/outcomes", "seen_since")):
        assert name in problems(await world.http.get(path, params={name: day}), 422)
