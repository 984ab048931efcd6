"""Every command by HTTP: what is right becomes facts; what is wrong is refused by its field and leaves no trace."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from services import running
from shared.web import frame
from tests.support.http import prepared
from tests.support.services import World, nothing_to_start, problems

E1 = {"engagement_id": "e1"}
STEPS = [{"step_id": "t1", "text": "Invite providers", "owner_role": "lead_agency"}]


@dataclass(frozen=True)
class Case:
    """One command that is right, and how it may be wrong."""

    path: str
    told: dict[str, Any]
    id: str
    said: list[str]
    wrong: dict[str, Any]
    """Fields with values that are refused, each by itself."""
    unknown: dict[str, Any]
    """Fields that name something which is not there, each by itself."""
    otherwise: dict[str, Any] = field(default_factory=dict)
    """Fields by which the same command contradicts itself when it is repeated."""


ABSENT, MID = "e1/absent/vi@s1/1", "e1/mid/e1/1"
NAIVE, NUMBER = "2027-01-11T15:00:00", 1799593200
CASES = [
    Case(
        "/sessions",
        {**E1, "session_id": "s3", "number": 3, "topic": "Data", "starts_at": "2027-03-01T15:00-05:00", "minutes": 90},
        "s3",
        ["session_scheduled"],
        {"starts_at": NAIVE, "number": "3", "minutes": 0, "topic": "x" * 301, "mode": "by mail", "session_id": "s 3"},
        {"engagement_id": "e9"},
        {"topic": "Money"},
    ),
    Case(
        "/sessions/move",
        {**E1, "session_id": "s2", "starts_at": "2027-03-02T15:00-05:00"},
        "s2",
        ["session_scheduled"],
        {"starts_at": NUMBER, "minutes": "120"},
        {"engagement_id": "e9", "session_id": "s9"},
    ),
    Case(
        "/sessions/cancel",
        {**E1, "session_id": "s2", "reason": "Snow"},
        "s2",
        ["session_cancelled"],
        {"cancelled_on": NAIVE, "reason": 3},
        {"engagement_id": "e9", "session_id": "s9"},
        {"reason": "Ice"},
    ),
    Case(
        "/sessions/hold",
        {**E1, "session_id": "s2", "held_at": "2027-01-13T11:00-05:00", "attendance": {"ky": ["p-1"]}},
        "s2",
        ["session_held"],
        {"held_at": NAIVE, "attendance": [], "minutes": 1.5, "resources": "slides"},
        {"engagement_id": "e9", "session_id": "s9", "attendance.gu": {"attendance": {"gu": []}}},
        {"attendance": {"vi": []}},
    ),
    Case(
        "/homework",
        {**E1, "homework_id": "h2", "session_id": "s2", "due_on": "2027-02-08", "text": "Read"},
        "h2",
        ["homework_assigned"],
        {"due_on": "08.02.2027", "text": "x" * 8001},
        {"engagement_id": "e9", "session_id": "s9"},
        {"text": "Write"},
    ),
    Case(
        "/homework/hand-in",
        {**E1, "homework_id": "h1", "team_id": "ky"},
        "h1",
        ["homework_handed_in"],
        {"handed_in_on": 20270111},
        {"engagement_id": "e9", "homework_id": "h9", "team_id": "gu"},
        {"handed_in_on": "2027-01-11"},
    ),
    Case(
        "/plans",
        {**E1, "plan_id": "p2", "team_id": "vi", "steps": STEPS},
        "p2",
        ["action_plan_submitted"],
        {"submitted_on": NAIVE, "steps": "none", "steps[0].owner_role": {"steps": [{**STEPS[0], "owner_role": "me"}]}},
        {"engagement_id": "e9", "team_id": "gu"},
        {"steps": []},
    ),
    Case(
        "/plans/accept",
        {**E1, "plan_id": "p1"},
        "p1",
        ["action_plan_accepted"],
        {"on": NAIVE, "role": "queen"},
        {"engagement_id": "e9", "plan_id": "p9"},
    ),
    Case(
        "/plans/reject",
        {**E1, "plan_id": "p1", "reason": "No lead agency"},
        "p1",
        ["action_plan_rejected"],
        {"on": "soon", "reason": {"reason": None}},
        {"engagement_id": "e9", "plan_id": "p9"},
    ),
    Case(
        "/plans/report-step",
        {**E1, "plan_id": "p1", "step_id": "t1", "status": "blocked", "barrier": "cost"},
        "p1",
        ["action_step_reported"],
        {"status": "nearly", "barrier": "weather", "reported_on": NAIVE},
        {"engagement_id": "e9", "plan_id": "p9", "step_id": "t9"},
        {"status": "under_way"},
    ),
    Case(
        "/tasks/do",
        {"task_id": ABSENT, "person_id": "p-f", "note": "By mail"},
        ABSENT,
        ["follow_up_done"],
        {"on": NAIVE, "task_id": "no key at all!", "note": "x" * 8001},
        {"task_id": "e1/absent/gu@s1/1"},
    ),
    Case(
        "/tasks/skip",
        {"task_id": ABSENT, "reason": "They were there"},
        ABSENT,
        ["follow_up_skipped"],
        {"reason": {"reason": None}, "person_id": "Ruiz, Ana"},
        {"task_id": "e9/absent/vi@s1/1"},
    ),
    Case(
        "/tasks/snooze",
        {"task_id": ABSENT, "until": "2027-02-01"},
        ABSENT,
        ["follow_up_snoozed"],
        {"until": "2027-01-13", "on": 3},
        {"task_id": "-/absent/vi@s1/1"},
    ),
    Case(
        "/tasks/hand-over",
        {"task_id": ABSENT, "to": "supervisor"},
        ABSENT,
        ["follow_up_handed_over"],
        {"to": "the boss", "note": 7},
        {"task_id": "e1/absent/vi@s9/1"},
    ),
    Case(
        "/rounds/answer",
        {"round_id": MID, "answer_id": "a1", "team_id": "ky", "answers": {"useful": 4, "why": "peers"}},
        MID,
        ["evaluation_answered"],
        {"answers": "yes", "answer_id": ""},
        {"round_id": "e1/mid/e1/2", "team_id": "gu"},
        {"answers": {"useful": 5}},
    ),
    Case(
        "/rounds/close",
        {"round_id": MID},
        MID,
        ["evaluation_closed"],
        {"on": NAIVE},
        {"round_id": "e9/mid/e9/1"},
        {"on": "2027-01-14"},
    ),
    Case(
        "/outcomes",
        {**E1, "outcome_id": "o1", "level": "policy", "statement": "A new rule", "evidence": "Its text"},
        "o1",
        ["outcome_recorded"],
        {"level": "cosmic", "seen_on": "2027-01-14", "jurisdiction": "Kentucky", "source": "rumour"},
        {"engagement_id": "e9", "goal_id": "g9", "team_id": "gu"},
        {"statement": "No new rule"},
    ),
    Case(
        "/goals/assess",
        {**E1, "goal_id": "g1", "verdict": "partly"},
        "g1",
        ["goal_assessed"],
        {"verdict": "perfect", "on": NAIVE},
        {"engagement_id": "e9", "goal_id": "g9"},
    ),
]
EACH = [pytest.param(case, id=case.path) for case in CASES]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with prepared() as there:
        yield there


def changed(told: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """The command with one field different; of a field inside another, the whole outer one is given."""
    return {**told, **(value if "." in name or value == {name: None} else {name: value})}


@pytest.mark.parametrize("case", EACH)
async def test_what_is_right_becomes_facts_once_that_all_hear(world: World, case: Case) -> None:
    said = await world.do(case.path, **case.told)
    assert [fact["type"].split(".")[2] for fact in said["facts"]] == case.said
    assert (said["id"], said["new"]) == (case.id, True)
    story = await world.get("/engagements/e1/story")
    assert [fact for fact in story if fact["id"] == said["facts"][0]["id"]] == said["facts"]
    assert await world.get(f"/facts/{said['facts'][0]['id']}") == said["facts"][0]
    world.clock.move_to(world.clock.now() + timedelta(hours=3))
    assert await world.do(case.path, **case.told) == {**said, "new": False}
    assert await world.get("/engagements/e1/story") == story


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def untouched() -> AsyncIterator[World]:
    """One for all refusals, as they leave no trace."""
    async with prepared() as there:
        yield there


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("case", EACH)
async def test_what_is_wrong_is_refused_with_the_field_named_and_leaves_no_trace(untouched: World, case: Case) -> None:
    world = untouched
    story = await world.get("/engagements/e1/story")
    for name, value in case.wrong.items():
        told = problems(await world.post(case.path, **changed(case.told, name, value)), 422)
        assert (name, list(told)) == (name, [name])
    for name, value in case.unknown.items():
        told = problems(await world.post(case.path, **changed(case.told, name, value)), 404)
        assert (name, list(told)) == (name, [name])
    told = problems(await world.post(case.path, **case.told, urgent=True), 422)
    assert told == {"urgent": "is not known here"}
    assert await world.get("/engagements/e1/story") == story


@pytest.mark.parametrize("case", [case for case in EACH if case.values[0].otherwise])  # type: ignore[union-attr]
async def test_other_words_are_a_conflict_until_they_say_that_they_correct(world: World, case: Case) -> None:
    await world.do(case.path, **case.told)
    otherwise = case.told | case.otherwise
    told = problems(await world.post(case.path, **otherwise), 409)
    assert "revision 1" in told["revision"]
    corrected = await world.do(case.path, **otherwise, revision=1)
    assert corrected["new"]
    assert corrected["facts"][0]["data"]["revision"] == 1
    for name, value in case.otherwise.items():
        assert corrected["facts"][0]["data"][name] == value


def test_every_command_of_these_three_services_is_tried_here() -> None:
    routes = frame.build(running.idle(), nothing_to_start).openapi()["paths"]
    commands = {
        path for path, told in routes.items() if "post" in told and told["post"]["tags"][0] in
        {"sessions", "followup", "evaluation"}
    }  # fmt: skip
    elsewhere = {"/outcomes/confirm", "/outcomes/dismiss"}  # need a sign to speak of: tests/flow/test_watching_story.py
    elsewhere |= {"/calendars", "/calendars/revoke"}  # say no fact: tests/flow/test_calendar_feed.py
    elsewhere |= {"/rounds/links"}  # nor does this: tests/flow/test_answering.py
    # need a sample, or somebody to be called: tests/flow/test_letters_of_rounds.py, test_interviews.py
    elsewhere |= {"/rounds/replace", "/rounds/interview", "/rounds/not-reached"}
    elsewhere |= {path for path in commands if path.startswith("/webhooks")}  # nor these: tests/flow/test_webhooks.py
    assert commands == {case.path for case in CASES} | elsewhere
