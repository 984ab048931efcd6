"""Somebody leaves: what the role owes stays, in nobody's name; the packet waits; whoever follows takes over."""

from collections.abc import AsyncIterator

import pytest

from tests.support.http import E1, prepared
from tests.support.services import World, problems

GONE = {**E1, "role": "facilitator", "person_id": "p-f"}
NEW = {**E1, "role": "facilitator", "person_id": "p-g"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with prepared() as there:
        yield there


async def names(world: World, **asked: str) -> dict[str, tuple[str | None, str | None]]:
    """In whose name each task is, or since when in nobody's."""
    found = (await world.get("/tasks", **asked))["items"]
    return {task["rule"]: (task["person_id"], task["vacant_since"]) for task in found}


async def test_when_the_facilitator_leaves_every_task_stays_and_is_in_nobodys_name(world: World) -> None:
    before, said = await world.tasks(), len(await world.said())
    assert set((await names(world, to="facilitator")).values()) == {("p-f", None)}
    await world.do("/roles/vacate", **GONE)
    assert await world.tasks() == before
    assert set((await names(world, to="facilitator", state="open")).values()) == {(None, "2027-01-13")}
    assert len(await world.said()) == said
    one = await world.get("/tasks/e1/remind/s2/1")
    assert (one["person_id"], one["vacant_since"]) == (None, "2027-01-13")


async def test_whoever_follows_has_all_of_it_in_their_name_and_the_calendar_tells_so_too(world: World) -> None:
    before = await world.tasks()
    await world.do("/roles/vacate", **GONE)
    await world.until("2027-01-14")
    await world.do("/roles/fill", **NEW)
    assert (await world.tasks()).keys() == before.keys()
    assert set((await names(world, to="facilitator", state="open")).values()) == {("p-g", None)}
    ahead = await world.get("/engagements/e1/calendar")
    assert {it["person_id"] for it in ahead if it["to"] == "facilitator"} == {"p-g"}
    assert {it["person_id"] for it in ahead if it["to"] == "evaluator"} == {"p-e"}


async def test_the_packet_waits_for_whoever_follows(world: World) -> None:
    await world.do("/approvals", **E1, approval_id="a1", about="speaker", region=4)
    await world.do("/tasks/snooze", task_id="e1/remind/s2/1", until="2027-02-03", person_id="p-f")
    await world.do("/roles/vacate", **GONE)
    packet = await world.get("/engagements/e1/handover", role="facilitator")
    assert (packet["person_id"], packet["vacant_since"]) == (None, "2027-01-13")
    assert packet["left"] == [{"person_id": "p-f", "on": "2027-01-13"}]
    assert {task["key"] for task in packet["tasks"]} == {
        f"e1/{key}" for key in await world.tasks("scheduled", "due", "overdue", to="facilitator")
    }
    assert [(one["approval_id"], one["region"]) for one in packet["approvals"]] == [("a1", 4)]
    [plan] = packet["plans"]
    assert (plan["plan_id"], [step["step_id"] for step in plan["steps"]]) == ("p1", ["t1"])
    assert [(one["homework_id"], one["team_id"]) for one in packet["homework"]] == [("h1", "ky"), ("h1", "vi")]
    assert [(one["what"], one["note"]) for one in packet["notes"]] == [("snoozed", "until 2027-02-03")]
    assert packet["words"][:2] == ["facilitator of e1: nobody since 2027-01-13", "  p-f left on 2027-01-13"]


async def test_the_packet_of_the_supervisor_has_what_was_escalated_to_them(world: World) -> None:
    assert (await world.get("/engagements/e1/handover", role="supervisor"))["tasks"] == []
    await world.until("2027-02-10")
    packet = await world.get("/engagements/e1/handover", role="supervisor")
    assert [(task["key"], task["to"]) for task in packet["tasks"]] == [("e1/ask/vi/1", "facilitator")]
    [line] = [line for line in packet["words"] if "e1/ask/vi/1" in line]
    assert "(escalated; facilitator owes it)" in line


async def test_the_packet_of_a_role_in_a_team_is_of_that_team_only(world: World) -> None:
    await world.do("/roles/vacate", **E1, role="lead_agency", team_id="ky", person_id="p-1")
    packet = await world.get("/engagements/e1/handover", role="lead_agency", team_id="ky")
    assert (packet["vacant_since"], packet["approvals"], packet["tasks"]) == ("2027-01-13", [], [])
    assert [plan["team_id"] for plan in packet["plans"]] == ["ky"]
    assert [one["team_id"] for one in packet["homework"]] == ["ky"]
    await world.do("/roles/fill", **E1, role="lead_agency", team_id="ky", person_id="p-2")
    packet = await world.get("/engagements/e1/handover", role="lead_agency", team_id="ky")
    assert packet["words"][:2] == ["lead_agency of team ky: p-2", "  p-1 left on 2027-01-13"]


async def test_a_packet_of_what_is_not_there_is_refused_with_what_to_do(world: World) -> None:
    async def refused(status: int, engagement: str = "e1", **asked: str) -> dict[str, str]:
        return problems(await world.http.get(f"/engagements/{engagement}/handover", params=asked), status)

    assert "facilitator" in (await refused(422, role="boss"))["role"]
    assert "There is no engagement e9" in (await refused(404, "e9", role="facilitator"))[""]
    assert "There is no team xx" in (await refused(404, role="team_lead", team_id="xx"))["team_id"]
    assert await refused(422, role="health") == {"team_id": "is missing: health is a role in a team"}
    told = await refused(422, role="facilitator", team_id="ky")
    assert told == {"team_id": "must be left out: facilitator is a role of the engagement"}
