"""The first page of an engagement: all that happened and all that is to come, drawn once and told once."""

import csv
import io
import re
from typing import Any

import pytest

from shared.access.caller import Caller, Role
from tests.support.callers import asking
from tests.support.http import E1, prepared
from tests.support.services import World

BROWSER = {"accept": "text/html"}
LINE = "/app/engagements/e1"


async def on_the_line(world: World, **asked: str) -> dict[str, dict[str, Any]]:
    """What stands on the line, by its key."""
    return {one["key"]: one for one in (await world.get(f"{LINE}.json", **asked))["items"]}


async def told(world: World, **asked: str) -> dict[str, str]:
    """What stands on the line: by its title, how it stands and on which day."""
    return {one["title"]: f"{one['told']} {one['on']}" for one in (await on_the_line(world, **asked)).values()}


async def page(world: World, path: str = LINE) -> str:
    answer = await world.http.get(path, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_every_task_is_on_the_line_once_and_so_is_every_round() -> None:
    async with prepared() as world:
        await world.until("2027-01-20")
        line = await on_the_line(world)
        tasks = {one["key"]: one["state"] for one in (await world.get("/tasks"))["items"]}
        told = {key: one["told"] for key, one in line.items() if one["lane"] == "tasks"}
        assert told == tasks | {"e1/ask/ky/1": "settled by itself"}
        assert [one["told"] for key, one in line.items() if key == "e1/mid/e1/1"] == ["open for answers"]


async def test_what_is_only_expected_is_on_the_line_as_such() -> None:
    async with prepared() as world:
        assert "e1/call/ky/1" not in await on_the_line(world)
        await world.do("/engagements/change", **E1, planned_close="2027-06-30")
        line = await on_the_line(world)
        assert (line["e1/call/ky/1"]["state"], line["e1/call/ky/1"]["on"]) == ("expected", "2027-07-30")
        assert (line["close"]["told"], line["window"]["on"]) == ("planned", "2027-12-30")


async def test_the_line_tells_what_happened_and_how_it_stands_now() -> None:
    async with prepared() as world:
        await world.do("/approvals", **E1, approval_id="a1", about="connect", region=4, asked_on="2027-01-05")
        found = await told(world)
        assert found["NCASE opened the engagement"] == "opened 2027-01-04"
        assert found["KY has its team"] == "formed 2027-01-04"
        assert found["Session 1: Data"] == "held 2027-01-12"
        assert found["Session 2: Data"] == "scheduled 2027-02-09"
        assert found["KY handed in its plan"] == "handed in 2027-01-13"
        assert found["Homework: Ask families"] == "given 2027-02-08"
        assert found["Approval to connect two states, from region 4"] == "asked, no answer yet 2027-01-05"
        await world.do("/approvals/answer", **E1, approval_id="a1", answer="granted")
        assert (await told(world))["Approval to connect two states, from region 4"] == "granted 2027-01-13"


async def test_a_round_that_is_over_and_a_session_that_was_called_off_stand_where_they_were() -> None:
    async with prepared() as world:
        await world.until("2027-02-01")
        await world.do("/sessions/cancel", **E1, session_id="s2", reason="Snow")
        line = await on_the_line(world)
        assert (line["e1/mid/e1/1"]["state"], line["e1/mid/e1/1"]["told"]) == ("done", "closed")
        [second] = [one for one in line.values() if one["title"] == "Session 2: Data"]
        assert (second["state"], second["told"], second["note"]) == ("skipped", "cancelled", "Snow")
        assert line["e1/judge/g1/1"]["why"].startswith("on the day on which a goal")


async def test_what_was_done_by_hand_stands_on_its_day_with_its_note_and_taken_back_where_it_was() -> None:
    async with prepared() as world:
        await world.until("2027-01-20")
        said = await world.do("/tasks/do", task_id="e1/ask/vi/1", on="2027-01-19", person_id="p-f", note="By mail")
        one = (await on_the_line(world))["e1/ask/vi/1"]
        assert (one["state"], one["on"], one["note"], one["person_id"]) == ("done", "2027-01-19", "By mail", "p-f")
        await world.do("/facts/retract", fact_id=said["facts"][0]["id"], reason="a mistake")
        one = (await on_the_line(world))["e1/ask/vi/1"]
        assert (one["told"], one["on"], one["note"]) == ("due", "2027-01-19", None)


async def test_what_nobody_did_is_settled_by_what_happened_and_signed_by_nobody() -> None:
    async with prepared() as world:
        one = (await on_the_line(world))["e1/ask/ky/1"]
        assert (one["told"], one["on"], one["person_id"]) == ("settled by itself", "2027-01-13", None)
        assert one["note"] == "no longer needed: the plan was handed in"
        shown = await page(world, "/app/tasks/e1/ask/ky/1")
        assert "It was settled" in shown and "no longer needed: the plan was handed in" in shown
        assert "It was done" not in shown


async def test_what_is_overdue_has_a_heading_of_its_own_before_what_is_ahead() -> None:
    async with prepared() as world:
        assert 'id="overdue"' not in await page(world, f"{LINE}?lane=sessions")
        await world.until("2027-02-01")
        shown = await page(world)
        late, ahead, so_far = (shown.index(f'id="{name}"') for name in ("overdue", "ahead", "so-far"))
        listed = [one.start() for one in re.finditer('<h3.{,60}"/app/tasks/e1/ask/vi/1"', shown)]
        assert len(listed) == 1 and late < listed[0] < ahead < so_far


async def test_all_that_is_on_the_line_is_drawn_once_and_listed_beside_it_with_the_same_links() -> None:
    async with prepared() as world:
        line, shown = await on_the_line(world), await page(world)
        drawn = re.findall(r'<a href="([^"]+)" tabindex="-1">', shown)
        listed = re.findall(r'<h3 class="tl-entry-title"><a class="usa-link" href="([^"]+)">', shown)
        assert sorted(drawn) == sorted(listed) and len(drawn) == len(line)
        assert "/app/tasks/e1/ask/vi/1" in drawn and f"{LINE}/sessions" in drawn
        assert "style=" not in shown and "<title id=" in shown and "<desc id=" in shown


async def test_one_lane_is_shown_alone_and_a_spreadsheet_has_the_same_rows() -> None:
    async with prepared() as world:
        assert {one["lane"] for one in (await on_the_line(world, lane="sessions")).values()} == {"sessions"}
        assert "Nothing of that kind yet" in await page(world, f"{LINE}?lane=approvals")
        text = (await world.http.get(f"{LINE}.csv", params={"lane": "sessions"})).text
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["title"] for row in rows] == ["Session 1: Data", "Session 2: Data"]
        assert (await world.http.get(f"{LINE}?lane=weather", headers=BROWSER)).status_code == 422


async def test_a_task_tells_why_it_is_there_and_what_became_of_it() -> None:
    async with prepared() as world:
        await world.do("/tasks/snooze", task_id="e1/ask/vi/1", until="2027-01-25", person_id="p-f")
        shown = await page(world, "/app/tasks/e1/ask/vi/1")
        assert "2 weeks after the team is formed" in shown and "Team formed" in shown
        assert "It was put off until" in shown and "p-f" in shown and "What you can do" in shown
        assert (await world.http.get("/app/tasks/e1/ask/xx/1", headers=BROWSER)).status_code == 404
        assert (await world.http.get("/app/tasks/nothing", headers=BROWSER)).status_code == 404


@pytest.mark.parametrize("path", [LINE, f"{LINE}.json", "/app/tasks/e1/ask/vi/1", f"{LINE}/handover"])
async def test_a_foreign_engagement_is_as_unknown_as_one_that_is_not_there(path: str) -> None:
    stranger = Caller("person", frozenset({Role.FACILITATOR}), person_id="p-other")
    async with prepared() as world:
        async with asking(world, stranger) as http:
            foreign = await http.get(path, headers=BROWSER)
            unknown = await http.get(path.replace("e1", "e9"), headers=BROWSER)
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert re.sub(r"\be1\b", "e9", foreign.text) == unknown.text
