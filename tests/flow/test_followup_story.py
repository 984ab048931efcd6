"""What an engagement obliges to as its facts come, change, go, and come late: a fact is heard, the tasks follow."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.support.saying import ENGAGEMENT, GOAL, NOW, held, retraction, said, session
from tests.support.services import PLAYBOOK, World, a_world, published

OPENED, FORMED = said("engagement_opened"), said("team_formed")
FIRST = session(1, "2027-01-12T15:00:00-05:00")
HELD = held(1, "2027-01-12T15:00:00-05:00", attendance={"vi": ["p-1"]})
ABSENT = "absent/ky@s1/1"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with a_world() as there:
        await there.say(published(), OPENED, FORMED)
        yield there


async def meet(world: World) -> None:
    """The first session was held, and Kentucky was absent."""
    await world.say(FIRST)
    await world.until("2027-01-13")
    await world.say(HELD)


async def test_what_hangs_on_a_session_moves_with_it(world: World) -> None:
    await world.say(session(1, "2027-02-09T15:00:00-05:00"))
    assert (await world.tasks())["remind/s1/1"] == "scheduled 2027-02-02"
    await world.do("/sessions/move", engagement_id="e1", session_id="s1", starts_at="2027-03-09T15:00:00-05:00")
    assert (await world.tasks())["remind/s1/1"] == "scheduled 2027-03-02"
    assert (await world.said())[-1] == "follow_up_moved"
    assert (await world.facts())[-1]["data"]["was"] == "2027-02-02T14:00:00Z"


async def test_what_has_fallen_due_waits_again_when_its_session_moves_away(world: World) -> None:
    await world.say(session(1, "2027-02-09T15:00:00-05:00"))
    await world.until("2027-02-03")
    assert (await world.tasks())["remind/s1/1"] == "due 2027-02-02"
    await world.say(session(1, "2027-03-09T15:00:00-05:00", revision=1))
    await world.until("2027-03-03")
    assert (await world.said()).count("follow_up_fell_due") == 3
    assert (await world.tasks())["remind/s1/1"] == "due 2027-03-02"


async def test_what_hangs_on_a_session_goes_when_it_is_cancelled(world: World) -> None:
    await world.say(session(1, "2027-02-09T15:00:00-05:00"))
    await world.do("/sessions/cancel", engagement_id="e1", session_id="s1", reason="Snow")
    assert (await world.tasks())["remind/s1/1"] == "withdrawn 2027-02-02"
    await world.say(session(1, "2027-02-16T15:00:00-05:00", session_id="s1b"))
    assert (await world.tasks("scheduled", "due"))["remind/s1b/1"] == "scheduled 2027-02-09"


async def test_a_team_that_left_owes_nothing_and_is_owed_nothing(world: World) -> None:
    await meet(world)
    assert set(await world.tasks("scheduled", "due", team="ky")) == {ABSENT, "ask/ky/1"}
    await world.say(said("team_left", left_on="2027-01-13"))
    assert await world.tasks("scheduled", "due", team="ky") == {}
    assert await world.tasks("withdrawn") == {ABSENT: "withdrawn 2027-01-14", "ask/ky/1": "withdrawn 2027-01-19"}


async def test_the_plan_that_was_asked_for_finishes_the_asking(world: World) -> None:
    plan = said("action_plan_submitted", submitted_on="2027-01-08")
    await world.until("2027-01-08")
    await world.say(plan)
    assert (await world.tasks())["ask/ky/1"] == "done 2027-01-19"
    assert (await world.facts())[-2]["data"]["because"] == plan.id
    await world.until("2027-02-20")
    assert "ask/ky/1" not in [fact["data"]["task_id"][3:] for fact in await world.facts() if "fell_due" in fact["type"]]


async def test_a_plan_that_came_before_it_was_asked_for_is_never_asked_for(world: World) -> None:
    await world.say(
        said("action_plan_submitted", team_id="vi", submitted_on="2027-01-04"),
        said("team_formed", team_id="vi", jurisdiction="VI"),
    )
    assert "ask/vi/1" not in await world.tasks()


async def test_a_task_can_be_done_before_it_is_due_and_late(world: World) -> None:
    await meet(world)
    await world.do("/tasks/do", task_id=f"e1/{ABSENT}")
    await world.until("2027-02-10")
    await world.do("/tasks/do", task_id="e1/remind/s1/1")
    assert await world.tasks("due", "overdue") == {"ask/ky/1": "overdue 2027-01-19"}
    await world.do("/tasks/do", task_id="e1/ask/ky/1", note="It lay in the spam folder")
    assert await world.tasks("due", "overdue") == {}
    assert (await world.said()).count("follow_up_done") == 3
    assert (await world.said()).count("follow_up_escalated") == 1


async def test_what_nobody_does_is_overdue_after_its_grace_and_then_told_above(world: World) -> None:
    await world.until("2027-01-21")
    assert (await world.tasks())["ask/ky/1"] == "due 2027-01-19"
    await world.until("2027-01-22")
    assert (await world.tasks())["ask/ky/1"] == "overdue 2027-01-19"
    await world.until("2027-02-01")
    assert "follow_up_escalated" not in await world.said()
    await world.until("2027-02-02")
    assert (await world.said()).count("follow_up_escalated") == 1
    assert (await world.get("/tasks/e1/ask/ky/1"))["escalated_to"] == "supervisor"


async def test_a_task_that_is_snoozed_comes_back_on_its_day_in_the_morning(world: World) -> None:
    await world.until("2027-01-20")
    await world.do("/tasks/snooze", task_id="e1/ask/ky/1", until="2027-02-15")
    assert (await world.tasks())["ask/ky/1"] == "scheduled 2027-02-15"
    await world.until("2027-02-15", hour=8)
    assert (await world.said()).count("follow_up_fell_due") == 1
    await world.until("2027-02-15", hour=10)
    assert (await world.said()).count("follow_up_fell_due") == 2
    await world.do("/tasks/snooze", task_id="e1/ask/ky/1", until="2027-02-17")
    assert (await world.tasks())["ask/ky/1"] == "scheduled 2027-02-17"


async def test_a_task_that_is_handed_over_is_on_somebody_elses_desk(world: World) -> None:
    await world.do("/tasks/hand-over", task_id="e1/ask/ky/1", to="supervisor")
    assert await world.tasks(to="facilitator") == {}
    assert set(await world.tasks(to="supervisor")) == {"ask/ky/1"}
    await world.do("/tasks/hand-over", task_id="e1/ask/ky/1", to="facilitator")
    assert set(await world.tasks(to="facilitator")) == {"ask/ky/1"}


async def test_a_task_that_is_skipped_never_falls_due(world: World) -> None:
    await world.do("/tasks/skip", task_id="e1/ask/ky/1", reason="They sent it by mail")
    await world.until("2027-03-01")
    assert (await world.tasks())["ask/ky/1"].startswith("skipped")
    assert "follow_up_fell_due" not in await world.said()


async def test_what_was_done_by_mistake_is_open_again_when_that_is_taken_back(world: World) -> None:
    await world.until("2027-01-20")
    done = await world.do("/tasks/do", task_id="e1/ask/ky/1")
    await world.do("/facts/retract", fact_id=done["facts"][0]["id"], reason="It was another team")
    assert await world.tasks() == {"ask/ky/1": "due 2027-01-19"}
    assert (await world.said()).count("follow_up_fell_due") == 2
    await world.do("/tasks/do", task_id="e1/ask/ky/1")
    assert (await world.tasks())["ask/ky/1"].startswith("done")


async def test_a_session_that_never_was_obliges_to_nothing(world: World) -> None:
    await meet(world)
    await world.until("2027-01-18")
    assert (await world.tasks())[ABSENT] == "due 2027-01-14"
    await world.do("/facts/retract", fact_id=HELD.id, reason="That was another series")
    assert (await world.tasks())[ABSENT] == "withdrawn 2027-01-14"
    assert await world.rounds() == {"mid/e1/1": "withdrawn 2027-01-13"}
    assert (await world.get("/sessions/s1"))["state"] == "scheduled"


async def test_attendance_that_is_corrected_takes_the_summary_back(world: World) -> None:
    await meet(world)
    session_ = {"session_id": "s1", "held_at": "2027-01-12T15:00:00-05:00", "attendance": {"ky": ["p-2"]}}
    await world.do("/sessions/hold", engagement_id="e1", **session_, revision=1)
    assert (await world.tasks())[ABSENT] == "withdrawn 2027-01-14"


async def test_what_is_said_about_what_is_not_known_yet_counts_as_soon_as_it_is() -> None:
    async with a_world() as world:
        await world.say(HELD, FORMED, FIRST, said("follow_up_done", task_id=f"e1/{ABSENT}", on="2027-01-13"))
        assert await world.tasks() == {}
        assert await world.get("/engagements/e1/calendar") == []
        await world.say(OPENED)
        assert await world.tasks() == {}
        await world.say(published())
        found = await world.tasks()
        assert found[ABSENT].startswith("done")
        assert found["ask/ky/1"] == "scheduled 2027-01-19"


async def test_a_playbook_that_is_taken_back_obliges_to_nothing_any_more(world: World) -> None:
    assert set(await world.tasks("scheduled")) == {"ask/ky/1"}
    await world.say(retraction(published(), engagement_id="-"))
    assert await world.tasks("scheduled") == {}
    assert (await world.said())[-1] == "follow_up_withdrawn"


SOONER = PLAYBOOK.replace("{wait: 2 weeks, after: formed}", "{wait: 1 week, after: formed}")


async def test_an_engagement_keeps_the_version_that_was_newest_when_it_was_opened(world: World) -> None:
    await world.say(published(SOONER, version=2, recorded=NOW + timedelta(hours=1)))
    assert await world.tasks() == {"ask/ky/1": "scheduled 2027-01-19"}
    await world.say(said("team_formed", team_id="vi", jurisdiction="VI"))
    assert (await world.tasks())["ask/vi/1"] == "scheduled 2027-01-19"


async def test_an_engagement_that_is_opened_later_has_the_newer_version(world: World) -> None:
    await world.say(
        published(SOONER, version=2, recorded=NOW + timedelta(hours=1)),
        said("engagement_opened", engagement_id="e2", recorded=NOW + timedelta(hours=2)),
        said("team_formed", engagement_id="e2"),
    )
    assert await world.tasks(engagement="e2") == {"e2/ask/ky/1": "scheduled 2027-01-11"}


async def test_an_engagement_adopts_a_newer_version_by_naming_its_playbook_anew(world: World) -> None:
    later = NOW + timedelta(hours=1)
    await world.say(published(SOONER, version=2, recorded=later))
    changed = {"changed_on": "2027-01-04", "playbook": "example"}
    await world.say(said("engagement_changed", recorded=later + timedelta(hours=1), **changed))
    assert await world.tasks() == {"ask/ky/1": "scheduled 2027-01-11"}
    assert (await world.said())[-1] == "follow_up_moved"


async def test_facts_of_another_engagement_change_nothing_here(world: World) -> None:
    before = await world.tasks()
    await world.say(
        said("engagement_opened", engagement_id="e2"),
        said("team_formed", engagement_id="e2"),
        said("team_left", engagement_id="e2", left_on="2027-01-05"),
    )
    assert await world.tasks(engagement="e1") == before


async def test_what_fell_due_while_nobody_ran_falls_due_late_once_and_in_order(world: World) -> None:
    await world.say(
        said("engagement_opened", engagement_id="e2"),
        session(1, "2027-01-20T15:00:00-05:00"),
        session(1, "2027-01-22T15:00:00-05:00", engagement_id="e2"),
        session(2, "2027-02-01T15:00:00-05:00"),
        session(2, "2027-01-29T15:00:00-05:00", engagement_id="e2"),
    )
    world.clock.move_to(NOW + timedelta(days=60))
    for _ in range(3):
        await world.stage.pass_time(world.clock.now())
    fired = [fact["data"] for fact in await world.facts() if "fell_due" in fact["type"]]
    assert [one["task_id"] for one in fired] == [
        "e1/remind/s1/1", "e2/remind/s1/1", "e1/ask/ky/1", "e2/remind/s2/1", "e1/remind/s2/1",
    ]  # fmt: skip
    assert [one["due_at"] for one in fired] == sorted(one["due_at"] for one in fired)
    task = await world.get("/tasks/e1/remind/s1/1")
    assert (task["state"], task["fired_at"][:10]) == ("overdue", "2027-03-05")


async def test_nothing_is_owed_to_a_team_after_the_window_has_closed(world: World) -> None:
    await world.say(said("engagement_closed", closed_on="2027-01-15"))
    await world.until("2027-02-16")
    assert (await world.tasks())["call/ky/1"] == "due 2027-02-16"
    await world.until("2027-07-15")
    assert "follow_up_lapsed" not in await world.said()
    await world.until("2027-07-17")
    assert (await world.tasks())["call/ky/1"].startswith("lapsed")
    assert (await world.said()).count("follow_up_lapsed") == 1


async def test_a_request_obliges_outside_any_engagement() -> None:
    desk = """
playbook: desk
version: 1
title: The desk
rules:
- {name: answer, each: request, task: "Answer {jurisdiction}", to: intake, due: {wait: 5 business days, after: logged}, done_by: answered}
"""  # noqa: E501 - a rule a line
    async with a_world() as world:
        await world.say(published(desk, name="desk"))
        logged = {"source": "ncase", "external_id": "7", "jurisdiction": "KY", "topic": "workforce", "need": "help"}
        await world.do("/requests", **logged, logged_on="2027-01-04")
        assert await world.tasks() == {"-/answer/ncase-7/1": "scheduled 2027-01-11"}
        assert (await world.get("/tasks/-/answer/ncase-7/1/why"))["words"]["rule"] == "answer, of desk version 1"
        for page in ("/app/inbox", "/app/tasks/-/answer/ncase-7/1"):
            told = (await world.http.get(page, headers={"accept": "text/html"})).text
            assert "Intake, for whoever serves KY" in told and "nobody holds" not in told
        await world.do("/tasks/hand-over", task_id="-/answer/ncase-7/1", to="supervisor")
        await world.until("2027-01-12")
        assert await world.tasks(to="supervisor") == {"-/answer/ncase-7/1": "due 2027-01-11"}
        await world.do("/requests/answer", request_id="ncase-7", how="resource")
        assert (await world.tasks())["-/answer/ncase-7/1"].startswith("done")


async def test_a_request_that_is_withdrawn_obliges_to_nothing() -> None:
    async with a_world() as world:
        logged = said("ta_request_logged")
        rule = "- {name: answer, each: request, task: Answer, to: intake, due: {wait: 1 week, after: logged}}\n"
        await world.say(published(f"playbook: desk\nversion: 1\ntitle: Desk\nrules:\n{rule}", name="desk"), logged)
        assert set(await world.tasks("scheduled")) == {"-/answer/r1/1"}
        await world.say(retraction(logged, engagement_id="-"))
        assert await world.tasks("scheduled") == {}


async def test_goals_are_judged_when_their_day_has_come(world: World) -> None:
    await world.say(said("engagement_changed", changed_on="2027-01-05", goals=[{**GOAL, "by": "2027-02-01"}]))
    assert (await world.tasks())["judge/g1/1"] == "scheduled 2027-02-01"
    await world.until("2027-02-02")
    await world.do("/goals/assess", engagement_id=ENGAGEMENT, goal_id="g1", verdict="reached")
    assert (await world.tasks())["judge/g1/1"] == "done 2027-02-01"
