"""Several tasks at once: all of them or none, told which stand in the way; and an inbox of more than a page holds."""

import re

import pytest

from services.followup.handlers import inbox
from tests.flow.test_pages import BROWSER, sent, tasks
from tests.support.http import E1, member, prepared
from tests.support.services import World

ASK, ABSENT = "e1/ask/vi/1", "e1/absent/vi@s1/1"


async def test_of_several_tasks_none_is_done_where_one_is_not_open_any_more() -> None:
    async with prepared() as world:
        await world.until("2027-01-20")
        await sent(world, "/app/inbox/skip", task_id=ASK, reason="They sent it by mail")
        told = {"task_id": [ASK, ABSENT], "note": "By phone"}
        answer = await world.http.post("/app/inbox/do", data=told, headers=BROWSER)
        assert answer.status_code == 409 and "Nothing was recorded yet" in answer.text
        assert "<strong>Ask VI for its plan</strong>" in answer.text and "is skipped" in answer.text
        assert ABSENT in await tasks(world)
        rest = re.findall('name="([a-z_]+)" value="([^"]+)"', answer.text)
        assert rest == [("task_id", ABSENT), ("note", "By phone")] and "Do it with the other one" in answer.text
        assert "1 task done." in await sent(world, "/app/inbox/do", **dict(rest))


async def test_a_program_is_told_of_each_task_that_is_in_the_way() -> None:
    async with prepared() as world:
        await world.until("2027-01-20")
        told = {"task_id": [ASK, "e1/none/such/1", "e1/nor/this/1"]}
        answer = await world.http.post("/app/inbox/do", data=told)
        assert answer.status_code == 409
        assert [one["field"] for one in answer.json()["problems"]] == ["e1/none/such/1", "e1/nor/this/1"]
        assert ASK in await tasks(world)


async def test_what_is_done_together_is_undone_together_or_not_at_all() -> None:
    async with prepared() as world:
        await world.until("2027-01-20")
        answer = await world.http.post(
            "/app/inbox/do", data={"task_id": [ASK, ABSENT]}, headers=BROWSER, follow_redirects=True
        )
        facts = re.findall('name="fact_id" value="([^"]+)"', answer.text)
        assert len(facts) == 2 and not {ASK, ABSENT} & (await tasks(world)).keys()
        refused = await world.http.post("/app/inbox/undo", data={"fact_id": [*facts, "never-said"]}, headers=BROWSER)
        assert refused.status_code == 409 and not {ASK, ABSENT} & (await tasks(world)).keys()
        undone = await world.http.post(
            "/app/inbox/undo", data={"fact_id": facts}, headers=BROWSER, follow_redirects=True
        )
        assert "Undone: 2 tasks as before." in undone.text and {ASK, ABSENT} <= (await tasks(world)).keys()
        again = {"task_id": [ASK, ABSENT]}
        answer = await world.http.post("/app/inbox/do", data=again, headers=BROWSER, follow_redirects=True)
        assert "2 tasks done." in answer.text, "what was done and undone is done again"


async def test_where_something_is_missing_the_inbox_keeps_the_ticks_and_says_what() -> None:
    async with prepared() as world:
        await world.until("2027-01-20")
        came_from = {"referer": "http://throughline/app/inbox?whose=all&when=today"}
        for more in ({}, {"hx-request": "true"}):
            headers = BROWSER | came_from | more
            told: dict[str, object] = {"task_id": [ASK, ABSENT], "reason": " ", "until": ""}
            answer = await world.http.post("/app/inbox/skip", data=told, headers=headers)
            assert answer.status_code == 422 and ">Inbox</h1>" in answer.text
            assert re.findall('value="([^"]+)" [^>]*checked>', answer.text) == [ABSENT, ASK]
            assert '<a class="usa-link" href="#bulk-reason">Say why they need not be done.</a>' in answer.text
            assert 'id="bulk-reason-wrong"' in answer.text and "e1/remind/s1/1" not in answer.text
            assert 'hx-get="/app/inbox?whose=all&amp;when=today"' in answer.text
            answer = await world.http.post("/app/inbox/snooze", data=told, headers=headers)
            assert answer.status_code == 422 and 'href="#bulk-until">Say until which day.' in answer.text
        assert "1 task skipped" in await sent(world, "/app/inbox/skip", task_id=ASK, reason="By phone")


async def test_with_nothing_ticked_the_inbox_asks_for_a_tick_and_keeps_what_was_typed() -> None:
    async with prepared() as world:
        await world.until("2027-01-20")
        for what in ("do", "skip", "snooze"):
            told = {"reason": "They are on leave", "until": "2027-01-25"}
            answer = await world.http.post(f"/app/inbox/{what}", data=told, headers=BROWSER)
            assert answer.status_code == 422 and 'href="#overdue1-tick">Tick at least one task.' in answer.text
            assert ("They are on leave" in answer.text) == (what == "skip") and "Task id" not in answer.text
        again = {"referer": "http://throughline/app/inbox/skip"}
        answer = await world.http.post("/app/inbox/do", data={"task_id": ASK}, headers=BROWSER | again)
        assert (answer.status_code, answer.headers["location"]) == (303, "/app/inbox")
        refused = await world.http.post("/app/inbox/skip", data={"reason": ""})
        assert [one["field"] for one in refused.json()["problems"]] == ["reason", "task_id"]


async def test_words_that_no_command_can_hold_are_refused_by_their_field() -> None:
    async with prepared() as world:
        told = {"task_id": [ASK, ABSENT], "to": "no such role!"}
        answer = await world.http.post("/app/inbox/hand-over", data=told)
        assert answer.status_code == 422 and answer.json()["problems"][0]["field"] == "to"


async def many(world: World) -> None:
    """A dozen more teams, each with a plan to be asked for."""
    for place in ("AL", "AR", "CT", "DE", "IA", "ID", "IN", "KS", "MD", "ME", "MN", "MO"):
        team = {"team_id": place.lower(), "jurisdiction": place, "lead": "p-1", "members": [member("p-1")]}
        await world.do("/teams", **E1, **team, formed_on="2027-01-12")


async def test_an_inbox_shows_the_first_of_each_heap_and_tells_how_many_lie_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inbox, "FEW", 5)
    monkeypatch.setattr(inbox, "MANY", 8)
    async with prepared() as world:
        await many(world)
        everything = await tasks(world)
        later = [one for one, when in everything.items() if when == "later"]
        page = (await world.http.get("/app/inbox", headers=BROWSER)).text
        assert f"{len(everything)} things to do" in page and f"{len(later) - 5} more: see all {len(later)}" in page
        shown: list[str] = []
        where = "/app/inbox?when=later"
        while where:
            page = (await world.http.get(where, headers=BROWSER)).text
            found = re.findall('name="task_id" value="([^"]+)" id="later', page)
            assert len(found) <= 8
            shown += found
            following = re.findall('href="([^"]+)">Show what comes after these', page)
            where = following[0].replace("&amp;", "&") if following else ""
        assert shown == later
