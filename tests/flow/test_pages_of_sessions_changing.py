"""Sessions in a browser: one is moved or called off after a look at what follows; homework and plans are told."""

import re

from httpx import Response

from tests.support.http import prepared, session
from tests.support.services import World

BROWSER = {"accept": "text/html"}
HERE = "/app/engagements/e1"
LATER = {"starts_at": "2027-02-16T15:00", "minutes": "120", "topic": "Data", "mode": "virtual"}


async def page(world: World, path: str) -> str:
    answer = await world.http.get(path, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return answer.text


async def undo(world: World, told: Response) -> Response:
    return await world.send(f"{HERE}/sessions/undo", fact_id=re.findall('name="fact_id" value="(.+?)"', told.text))


async def starts(world: World) -> str:
    return str((await world.get("/sessions/s2"))["starts_at"])


async def test_what_moves_with_a_session_is_shown_before_it_is_moved() -> None:
    async with prepared() as world:
        before = await starts(world)
        assert 'value="2027-02-09T15:00"' in await page(world, f"{HERE}/sessions/s2/move")
        looked = await world.send(f"{HERE}/sessions/s2/move", **LATER, step="look")
        assert "Remind all of Data" in looked.text and "Moved" in looked.text
        assert "Tue, Feb 2" in looked.text and "Tue, Feb 9" in looked.text
        assert await starts(world) == before


async def test_whoever_moves_a_session_past_another_is_told_that_their_order_changes() -> None:
    async with prepared() as world:
        await world.do("/sessions", **session(3, "2027-02-12T15:00:00-05:00"))
        form = f"{HERE}/sessions/s2/move"
        looked = await world.send(form, **LATER, step="look")
        assert "Session 2 would take place after session 3." in looked.text
        assert "Was due" in looked.text and "Becomes due" in looked.text and "Is due now" not in looked.text
        sooner = {**LATER, "starts_at": "2027-02-10T15:00"}
        assert "would take place" not in (await world.send(form, **sooner, step="look")).text
        assert "It takes place after session 3 now." in (await world.send(form, **LATER)).text
        third = await world.send(f"{HERE}/sessions/s3/move", **{**LATER, "starts_at": "2027-01-11T15:00"}, step="look")
        assert "Session 3 would take place before sessions 1 and 2." in third.text


async def test_a_session_is_moved_and_what_hangs_on_it_and_both_are_undone() -> None:
    async with prepared() as world:
        before, tasks = await starts(world), await world.tasks()
        answer = await world.send(f"{HERE}/sessions/s2/move", **LATER)
        assert "Session 2 is changed" in answer.text
        assert (await starts(world)).startswith("2027-02-16T15:00")
        assert await world.tasks() != tasks
        assert "Undone" in (await undo(world, answer)).text
        assert await starts(world) == before and await world.tasks() == tasks


async def test_a_session_is_moved_again_after_an_undo() -> None:
    async with prepared() as world:
        await undo(world, await world.send(f"{HERE}/sessions/s2/move", **LATER))
        looked = await world.send(f"{HERE}/sessions/s2/move", **LATER, step="look")
        assert "Tue, Feb 9" in looked.text
        assert "Session 2 is changed" in (await world.send(f"{HERE}/sessions/s2/move", **LATER)).text
        assert (await starts(world)).startswith("2027-02-16")
        other = {**LATER, "starts_at": "2027-02-23T15:00"}
        assert "Session 2 is changed" in (await world.send(f"{HERE}/sessions/s2/move", **other)).text
        assert (await starts(world)).startswith("2027-02-23")


async def test_what_was_recorded_undone_and_recorded_anew_can_still_be_corrected() -> None:
    async with prepared() as world:
        await world.until("2027-02-10")
        form, began = f"{HERE}/sessions/s2/held", {"held_at": "2027-02-09T15:00", "minutes": "120"}
        for _ in range(2):
            await undo(world, await world.send(form, **began, came=["ky/p-1"]))
        for came in (["vi/p-1"], ["ky/p-1", "vi/p-1"]):
            assert (await world.send(form, **began, came=came)).status_code == 200
            assert set((await world.get("/sessions/s2"))["attendance"]) == {one[:2] for one in came}


async def test_who_changes_nothing_cannot_undo_what_was_said_before() -> None:
    async with prepared() as world:
        before = await starts(world)
        same = await world.send(f"{HERE}/sessions/s2/move", **{**LATER, "starts_at": "2027-02-09T15:00"})
        assert same.status_code == 200 and 'name="fact_id"' not in same.text
        assert await starts(world) == before


async def test_a_time_that_cannot_be_is_refused_beside_its_field_and_the_session_stays() -> None:
    async with prepared() as world:
        before = await starts(world)
        for step in ("look", "move"):
            answer = await world.send(f"{HERE}/sessions/s2/move", **{**LATER, "starts_at": "soon"}, step=step)
            assert answer.status_code == 422 and 'id="starts_at-wrong"' in answer.text
            many = await world.send(f"{HERE}/sessions/s2/move", **{**LATER, "minutes": "many"}, step=step)
            assert many.status_code == 422 and 'id="minutes-wrong"' in many.text
        held = await world.send(f"{HERE}/sessions/s1/move", **LATER)
        assert held.status_code == 409 and "only a session that is still to come" in held.text
        assert await starts(world) == before


async def test_what_goes_with_a_session_is_shown_before_it_is_cancelled_with_a_reason() -> None:
    async with prepared() as world:
        tasks = await world.tasks()
        form = f"{HERE}/sessions/s2/cancel"
        told = await page(world, form)
        assert "Remind all of Data" in told and "Dropped" in told
        silent = await world.send(form, reason=" ")
        assert silent.status_code == 422 and 'id="reason-wrong"' in silent.text
        answer = await world.send(form, reason="Snow")
        assert "Session 2 is cancelled." in answer.text and "Snow" in answer.text
        assert (await world.get("/sessions/s2"))["state"] == "cancelled"
        await undo(world, answer)
        assert (await world.get("/sessions/s2"))["state"] == "scheduled" and await world.tasks() == tasks
        again = await world.send(form, reason="Snow")
        assert "Session 2 is cancelled." in again.text


async def test_where_nobody_can_tell_what_follows_the_session_can_be_moved_all_the_same() -> None:
    async with prepared() as world:
        world.services["sessions"].colleagues = {}
        looked = await world.send(f"{HERE}/sessions/s2/move", **LATER, step="look")
        assert "cannot be shown just now" in looked.text
        assert "cannot be shown just now" in await page(world, f"{HERE}/sessions/s2/cancel")
        assert "Session 2 is changed" in (await world.send(f"{HERE}/sessions/s2/move", **LATER)).text


async def test_several_facts_are_undone_together_or_not_at_all() -> None:
    async with prepared() as world:
        told = [await world.send(f"{HERE}/homework/hand-in", homework_id="h1", team_id=id) for id in ("ky", "vi")]
        said = [one for answer in told for one in re.findall('name="fact_id" value="(.+?)"', answer.text)]
        assert len(said) == 2
        strange = await world.send(f"{HERE}/sessions/undo", fact_id=[*said, "00000000-0000-5000-8000-000000000000"])
        assert strange.is_client_error
        assert set((await world.get("/homework/h1"))["handed_in"]) == {"ky", "vi"}
        await world.send(f"{HERE}/sessions/undo", fact_id=said)
        assert (await world.get("/homework/h1"))["handed_in"] == {}


async def test_homework_is_given_for_the_next_session_and_undone() -> None:
    async with prepared() as world:
        form = await page(world, f"{HERE}/sessions")
        assert 'value="2027-02-08"' in form
        told = {"homework_id": "h-new", "session_id": "s2", "text": "Count the seats", "due_on": "2027-02-08"}
        wrong = await world.send(f"{HERE}/homework", **{**told, "text": "", "due_on": "soon"})
        assert wrong.status_code == 422 and 'id="due_on-wrong"' in wrong.text and 'value="h-new"' in wrong.text
        answer, again = [await world.send(f"{HERE}/homework", **told) for _ in range(2)]
        assert "The homework is given." in again.text and again.text.count("<h3>Count the seats</h3>") == 1
        await undo(world, answer)
        assert "Count the seats" not in await page(world, f"{HERE}/sessions")


async def test_a_plan_that_was_handed_in_is_recorded_line_by_line() -> None:
    async with prepared() as world:
        told = {"plan_id": "p-vi", "team_id": "vi", "owner_role": "licensing", "on": "2027-01-12"}
        answer = await world.send(f"{HERE}/plans", **told, steps="Visit centers\n\nWrite the rule\n")
        assert "The plan is handed in." in answer.text and "Write the rule" in answer.text
        plan = await world.get("/plans/p-vi")
        assert [(one["text"], one["owner_role"]) for one in plan["steps"]] == [
            ("Visit centers", "licensing"), ("Write the rule", "licensing"),
        ]  # fmt: skip
        gone = await world.send(f"{HERE}/plans", **{**told, "plan_id": "p-x", "team_id": "xx"}, steps="A")
        assert gone.is_client_error and 'id="plan-team-wrong"' in gone.text
