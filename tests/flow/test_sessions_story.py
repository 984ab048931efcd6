"""What becomes of sessions, homework and plans: how a person tells it, and what sessions answers."""

from collections.abc import AsyncIterator

import pytest

from tests.support.http import E1, STEPS, prepared
from tests.support.services import World, problems

NOON = "2027-01-13T12:00:00-05:00"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with prepared() as there:
        yield there


async def test_a_session_that_is_moved_keeps_what_was_not_named(world: World) -> None:
    await world.do("/sessions/move", **E1, session_id="s2", starts_at="2027-02-16T15:00:00-05:00", mode="in_person")
    moved = await world.get("/sessions/s2")
    assert (moved["starts_at"], moved["mode"]) == ("2027-02-16T15:00:00-05:00", "in_person")
    assert (moved["number"], moved["topic"], moved["minutes"], moved["revision"]) == (2, "Data", 120, 1)


async def test_a_session_that_moves_there_and_back_has_moved_twice(world: World) -> None:
    for day in ("16", "09", "16"):
        await world.do("/sessions/move", **E1, session_id="s2", starts_at=f"2027-02-{day}T15:00:00-05:00")
    assert (await world.get("/sessions/s2"))["revision"] == 3
    assert (await world.tasks())["remind/s2/1"] == "scheduled 2027-02-09"


async def test_a_cancelled_session_is_neither_moved_nor_held(world: World) -> None:
    await world.do("/sessions/cancel", **E1, session_id="s2", reason="Snow")
    move = await world.post("/sessions/move", **E1, session_id="s2", starts_at="2027-02-16T15:00:00-05:00")
    hold = await world.post("/sessions/hold", **E1, session_id="s2", held_at=NOON, attendance={})
    for answer in (move, hold):
        assert "cancelled" in problems(answer, 409)["session_id"]


async def test_a_session_that_was_held_is_not_cancelled(world: World) -> None:
    answer = await world.post("/sessions/cancel", **E1, session_id="s1", reason="Snow")
    assert "Retract that fact first" in problems(answer, 409)["session_id"]


async def test_a_session_is_not_held_before_it_was(world: World) -> None:
    later = "2027-01-13T12:00:01-05:00"
    answer = await world.post("/sessions/hold", **E1, session_id="s2", held_at=later, attendance={})
    assert "in the future" in problems(answer, 422)["held_at"]
    await world.do("/sessions/hold", **E1, session_id="s2", held_at=NOON, attendance={})


async def test_a_team_that_left_hands_nothing_in(world: World) -> None:
    await world.do("/teams/leave", **E1, team_id="ky", left_on="2027-01-13", reason="No time")
    for path, told in [("/plans", {"plan_id": "p2"}), ("/homework/hand-in", {"homework_id": "h1"})]:
        answer = await world.post(path, **E1, team_id="ky", **told)
        assert "left the engagement on 2027-01-13" in problems(answer, 409)["team_id"]


async def test_homework_remembers_who_handed_it_in_and_when(world: World) -> None:
    await world.do("/homework/hand-in", **E1, homework_id="h1", team_id="ky", handed_in_on="2027-01-12")
    await world.do("/homework/hand-in", **E1, homework_id="h1", team_id="vi")
    assert (await world.get("/homework/h1"))["handed_in"] == {"ky": "2027-01-12", "vi": "2027-01-13"}


async def test_a_day_is_the_day_of_the_engagement_and_not_of_the_server(world: World) -> None:
    await world.until("2027-01-13", hour=23)
    await world.do("/homework/hand-in", **E1, homework_id="h1", team_id="vi")
    assert (await world.get("/homework/h1"))["handed_in"] == {"vi": "2027-01-13"}


async def test_steps_of_a_plan_are_told_apart(world: World) -> None:
    answer = await world.post("/plans", **E1, plan_id="p2", team_id="vi", steps=[*STEPS, *STEPS])
    assert list(problems(answer, 422)) == ["steps[1].step_id"]


async def test_the_latest_verdict_on_a_plan_stands(world: World) -> None:
    await world.do("/plans/reject", **E1, plan_id="p1", reason="No lead agency")
    assert (await world.tasks())["look/p1/1"].startswith("withdrawn")
    await world.until("2027-01-20")
    await world.do("/plans/accept", **E1, plan_id="p1")
    assert (await world.get("/plans/p1"))["state"] == "accepted"
    assert (await world.tasks())["look/p1/1"] == "scheduled 2027-02-12"
    await world.until("2027-01-21")
    await world.do("/plans/reject", **E1, plan_id="p1", reason="The agency changed its mind")
    plan = await world.get("/plans/p1")
    assert (plan["state"], plan["judged_on"], plan["reason"]) == (
        "rejected", "2027-01-21", "The agency changed its mind",
    )  # fmt: skip


async def test_a_plan_is_not_judged_before_it_was_submitted(world: World) -> None:
    answer = await world.post("/plans/accept", **E1, plan_id="p1", on="2027-01-12")
    assert "before the plan was submitted (2027-01-13)" in problems(answer, 422)["on"]


async def test_steps_show_what_was_reported_last(world: World) -> None:
    step = {**E1, "plan_id": "p1", "step_id": "t1"}
    await world.do("/plans/report-step", **step, status="blocked", barrier="cost")
    await world.until("2027-02-01")
    await world.do("/plans/report-step", **step, status="done")
    [told] = (await world.get("/plans/p1"))["steps"]
    assert (told["status"], told.get("barrier"), told["reported_on"]) == ("done", None, "2027-02-01")


async def test_a_plan_that_is_corrected_keeps_what_was_reported_of_its_steps(world: World) -> None:
    await world.do("/plans/report-step", **E1, plan_id="p1", step_id="t1", status="under_way")
    another = {"step_id": "t2", "text": "Write to providers", "owner_role": "provider"}
    await world.do("/plans", **E1, plan_id="p1", team_id="ky", steps=[*STEPS, another], revision=1)
    steps = (await world.get("/plans/p1"))["steps"]
    assert [(step["step_id"], step["status"]) for step in steps] == [("t1", "under_way"), ("t2", "open")]


async def test_sessions_of_an_engagement_that_was_never_opened_are_not_kept(world: World) -> None:
    answer = await world.post("/sessions/move", engagement_id="e9", session_id="s1", starts_at=NOON)
    assert list(problems(answer, 404)) == ["engagement_id"]
