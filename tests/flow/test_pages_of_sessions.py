"""Sessions in a browser: one that was held is recorded, homework handed in, a plan judged, a step reported."""

import re

from httpx import Response

from tests.support.http import E1, prepared, session
from tests.support.services import World

BROWSER = {"accept": "text/html"}
HERE = "/app/engagements/e1"
HELD = f"{HERE}/sessions/s2/held"


async def page(world: World, path: str) -> str:
    answer = await world.http.get(path, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return answer.text


async def send(world: World, path: str, **told: str | list[str]) -> Response:
    """What a browser gets after it sent a form."""
    return await world.http.post(path, data=told, headers=BROWSER, follow_redirects=True)


async def test_a_session_that_was_held_is_recorded_by_ticking_who_came() -> None:
    async with prepared() as world:
        await world.until("2027-02-10")
        form = await page(world, HELD)
        assert 'value="2027-02-09T15:00"' in form and 'value="ky/p-1"' in form and 'value="vi/p-1"' in form
        told = {"held_at": "2027-02-09T15:10", "minutes": "90", "resources": "Slides\n\nA map"}
        answer = await send(world, HELD, **told, came=["ky/p-1"])
        assert answer.status_code == 200 and "Session 2 is recorded: 1 person came." in answer.text
        held = await world.get("/sessions/s2")
        assert (held["state"], held["minutes"], held["attendance"]) == ("held", 90, {"ky": ["p-1"]})
        assert held["held_at"].startswith("2027-02-09T15:10") and held["resources"] == ["Slides", "A map"]
        [row] = [one for one in (await world.get(f"{HERE}/sessions.json"))["items"] if one["session_id"] == "s2"]
        assert (row["people_came"], row["teams_came"], row["teams_absent"]) == (1, ["KY"], ["VI"])


async def test_one_button_records_that_everybody_was_there_and_undo_takes_it_back() -> None:
    async with prepared() as world:
        await world.until("2027-02-10")
        answer = await send(world, HELD, held_at="2027-02-09T15:00", minutes="120", everybody="yes")
        assert "2 people came" in answer.text
        assert (await world.get("/sessions/s2"))["attendance"] == {"ky": ["p-1"], "vi": ["p-1"]}
        undone = await send(
            world, f"{HERE}/sessions/undo", fact_id=re.findall('name="fact_id" value="(.+?)"', answer.text)
        )
        assert "Undone" in undone.text and (await world.get("/sessions/s2"))["state"] == "scheduled"
        await send(world, HELD, held_at="2027-02-09T15:00", minutes="120", everybody="yes")
        assert (await world.get("/sessions/s2"))["state"] == "held"


async def test_what_was_recorded_is_corrected_on_the_same_form() -> None:
    async with prepared() as world:
        first = f"{HERE}/sessions/s1/held"
        assert "It is recorded already" in await page(world, first)
        await send(world, first, held_at="2027-01-12T15:05", minutes="120", came=["ky/p-1", "vi/p-1"])
        assert (await world.get("/sessions/s1"))["attendance"] == {"ky": ["p-1"], "vi": ["p-1"]}


async def test_what_is_refused_is_told_beside_its_field_and_what_was_typed_stays() -> None:
    async with prepared() as world:
        for field, told in (
            ("held_at", {"held_at": "2027-02-09T15:00", "minutes": "120"}),
            ("held_at", {"held_at": "yesterday", "minutes": "120"}),
            ("minutes", {"held_at": "2027-01-12T15:00", "minutes": "two hours"}),
            ("minutes", {"held_at": "2027-01-12T15:00", "minutes": "0"}),
        ):
            answer = await send(world, HELD, **told, came=["vi/p-1"], resources="A map")
            assert answer.status_code == 422 and f'id="{field}-wrong"' in answer.text, answer.text
            assert told[field] in answer.text and "A map" in answer.text
            assert re.search('value="vi/p-1"[^>]* checked', answer.text)
        assert (await world.get("/sessions/s2"))["state"] == "scheduled"


async def test_a_cancelled_session_and_an_unknown_team_are_refused_on_the_form() -> None:
    async with prepared() as world:
        await world.do("/sessions", **session(3, "2027-01-13T09:00:00-05:00"))
        third = f"{HERE}/sessions/s3/held"
        strange = await send(world, third, held_at="2027-01-13T09:00", came=["xx/p-1", "/", "\x00"])
        assert strange.status_code in (404, 422) and "Not recorded yet" in strange.text
        await world.do("/sessions/cancel", **E1, session_id="s3", reason="Snow")
        answer = await send(world, third, held_at="2027-01-13T09:00")
        assert answer.status_code == 409 and "was cancelled" in answer.text
        assert (await world.http.get(f"{HERE}/sessions/s9/held", headers=BROWSER)).status_code == 404
        assert (await world.http.get("/app/engagements/e9/sessions", headers=BROWSER)).status_code == 404


async def test_homework_is_handed_in_on_the_page_of_the_sessions() -> None:
    async with prepared() as world:
        assert "Ask families" in await page(world, f"{HERE}/sessions")
        await send(world, f"{HERE}/homework/hand-in", homework_id="h1", team_id="ky", on="2027-01-12")
        assert (await world.get("/homework/h1"))["handed_in"] == {"ky": "2027-01-12"}
        assert "Handed in" in await page(world, f"{HERE}/sessions")


async def test_a_plan_is_rejected_with_a_reason_and_accepted_after_all() -> None:
    async with prepared() as world:
        silent = await send(world, f"{HERE}/plans/reject", plan_id="p1")
        assert silent.status_code == 422 and "a team can mend only what it is told" in silent.text
        answer = await send(world, f"{HERE}/plans/reject", plan_id="p1", reason="No lead agency")
        assert "Rejected" in answer.text and "No lead agency" in answer.text
        same_day = await send(world, f"{HERE}/plans/accept", plan_id="p1")
        assert "that verdict stands" in same_day.text
        await world.until("2027-01-14")
        assert "The plan is accepted." in (await send(world, f"{HERE}/plans/accept", plan_id="p1")).text
        assert (await world.get("/plans/p1"))["state"] == "accepted"


async def test_a_step_is_reported_with_what_stands_in_its_way_and_corrected_the_same_day() -> None:
    async with prepared() as world:
        step = {"plan_id": "p1", "step_id": "t1"}
        answer = await send(world, f"{HERE}/plans/report-step", **step, status="blocked", barrier="cost")
        assert "What stands in its way: cost" in answer.text
        await send(world, f"{HERE}/plans/report-step", **step, status="done", barrier="")
        [told] = (await world.get("/plans/p1"))["steps"]
        assert (told["status"], told.get("barrier")) == ("done", None)
        wrong = await send(world, f"{HERE}/plans/report-step", **step, status="sleeping")
        assert wrong.status_code == 422


async def test_a_session_is_scheduled_on_the_page_and_can_be_taken_back() -> None:
    async with prepared() as world:
        form = "/app/engagements/e1/sessions"
        wrong = await world.http.post(form, data={"topic": "Money", "starts_at": "soon"}, headers=BROWSER)
        assert wrong.status_code == 422 and "must be a day and a time" in wrong.text and 'value="Money"' in wrong.text
        told = {"topic": "Money", "starts_at": "2027-03-09T15:00", "minutes": "90", "mode": "in_person"}
        page = (await world.http.post(form, data=told, headers=BROWSER, follow_redirects=True)).text
        assert "Session 3 is scheduled." in page
        new = await world.get("/sessions/e1-s3")
        assert (new["number"], new["minutes"], new["starts_at"]) == (3, 90, "2027-03-09T15:00:00-05:00")
        [fact_id] = re.findall('name="fact_id" value="([^"]+)"', page)
        await world.http.post(f"{form}/undo", data={"fact_id": fact_id}, headers=BROWSER)
        assert "Money" not in (await world.http.get(form, headers=BROWSER)).text


MONEY = {"topic": "Money", "starts_at": "2027-03-09T15:00", "minutes": "90", "mode": "virtual"}


async def numbers(world: World) -> list[int]:
    return [one["number"] for one in (await world.get("/sessions", engagement="e1"))["items"]]


async def test_a_form_that_is_pressed_twice_schedules_its_session_once() -> None:
    async with prepared() as world:
        [id] = re.findall('name="session_id" value="(s-.+?)"', await page(world, f"{HERE}/sessions"))
        once, twice = [await send(world, f"{HERE}/sessions", session_id=id, **MONEY) for _ in range(2)]
        assert "Session 3 is scheduled." in once.text and "Session 3 is scheduled." in twice.text
        assert await numbers(world) == [1, 2, 3]
        other = {**MONEY, "topic": "Staff", "starts_at": "2027-03-16T15:00"}
        assert "Session 4 is scheduled." in (await send(world, f"{HERE}/sessions", session_id=id, **other)).text
        assert (await world.get(f"/sessions/{id}"))["topic"] == "Money"


async def test_a_session_while_another_takes_place_is_scheduled_only_by_who_wants_it_all_the_same() -> None:
    async with prepared() as world:
        assert "all the same" not in await page(world, f"{HERE}/sessions")
        then = {**MONEY, "starts_at": "2027-02-09T16:30"}
        warned = await send(world, f"{HERE}/sessions", **then)
        assert warned.status_code == 409 and "Session 2, Data, takes place at that time" in warned.text
        assert "Schedule it all the same" in warned.text and 'value="Money"' in warned.text
        assert await numbers(world) == [1, 2]
        answer = await send(world, f"{HERE}/sessions", **then, all_the_same="yes")
        assert "Session 3 is scheduled." in answer.text
        later = await send(world, f"{HERE}/sessions", **{**MONEY, "starts_at": "2027-02-09T18:00"})
        assert "Session 4 is scheduled." in later.text


async def test_where_all_sessions_are_over_the_head_says_that_none_lies_ahead() -> None:
    async with prepared() as world:
        assert "Next session" in await page(world, f"{HERE}/sessions")
        await world.until("2027-02-10")
        told = await page(world, f"{HERE}/sessions")
        assert "No session lies ahead" in told and "No session is scheduled" not in told


async def test_homework_for_a_session_of_the_same_day_is_due_on_that_day() -> None:
    async with prepared() as world:
        due = 'name="due_on"[^>]*value="2027-02-0{}"|value="2027-02-0{}"[^>]*name="due_on"'
        await world.until("2027-02-08")
        assert re.search(due.format(8, 8), await page(world, f"{HERE}/sessions"))
        await world.until("2027-02-09", hour=9)
        assert re.search(due.format(9, 9), await page(world, f"{HERE}/sessions"))


async def test_homework_is_not_offered_where_the_engagement_is_closed() -> None:
    async with prepared() as world:
        came: dict[str, str | list[str]] = {"held_at": "2027-01-12T15:05", "minutes": "120", "came": ["ky/p-1"]}
        assert "can be given below" in (await send(world, f"{HERE}/sessions/s1/held", **came)).text
        await world.do("/engagements/close", engagement_id="e1", reason="stopped")
        closed = await send(world, f"{HERE}/sessions/s1/held", **came)
        assert "Session 1 is recorded" in closed.text and "can be given below" not in closed.text
