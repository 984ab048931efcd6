"""What a row of the inbox leads to: all that can be done with a task, days on which people work, and empty inboxes."""

import re
from datetime import date

import pytest

from services.followup.domain import in_a_week, next_working_day
from shared.web.pages import lists
from tests.flow.test_pages import BROWSER, sent, tasks
from tests.support.access import a_house
from tests.support.http import E1, OPENED, member, prepared, session
from tests.support.services import PLAYBOOK, World, a_world

ASK, ABSENT = "e1/ask/vi/1", "e1/absent/vi@s1/1"


async def page(world: World, path: str, **cookies: str) -> str:
    """A page as a browser gets it."""
    told = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    answer = await world.http.get(path, headers=BROWSER | told)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_row_leads_to_all_that_can_be_done_with_its_task() -> None:
    async with prepared() as world:
        inbox = await page(world, "/app/inbox")
        assert f'href="/app/tasks/{ASK}" hx-get="/app/inbox/more/{ASK}"' in inbox and "Hand over" not in inbox
        for where in (f"/app/tasks/{ASK}", f"/app/inbox/more/{ASK}"):
            told = await page(world, where)
            assert re.findall("<h3>([^<]+)</h3>", told) == [
                "It is done",
                "Put it off",
                "Hand it over",
                "It need not be done",
            ]
        assert "<html" not in await page(world, f"/app/inbox/more/{ASK}")


async def test_a_task_is_handed_to_people_by_name_and_who_hears_that_nobody_is_there_comes_last() -> None:
    async with prepared() as world:
        assert await offered(world, ASK) == ["evaluator, p-e", "supervisor, p-s"]
        await world.do("/roles/vacate", **E1, role="evaluator", person_id="p-e")
        assert await offered(world, ASK) == ["supervisor, p-s", "evaluator: nobody holds it, and it will wait"]


async def offered(world: World, task_id: str) -> list[str]:
    """To whom a task can be handed over, the first of whom is chosen unless another is."""
    told = await page(world, f"/app/inbox/more/{task_id}")
    assert told.index(" selected") < told.index("</option>", told.index('name="to"'))
    return re.findall(r'<option value="[a-z]+"[^>]*>([^<]+)</option>', told)


async def test_of_a_task_that_is_done_by_now_that_is_told() -> None:
    async with prepared() as world:
        await sent(world, "/app/inbox/do", task_id=ASK)
        told = await page(world, f"/app/inbox/more/{ASK}")
        assert "By now it is done." in told and "<form" not in told
        assert "What you can do" not in await page(world, f"/app/tasks/{ASK}")
        told = await page(world, "/app/inbox/more/e1/ask/ky/1")
        assert "By now it is settled by itself." in told and "<form" not in told
        assert (await world.http.get("/app/inbox/more/e1/no/such/1", headers=BROWSER)).status_code == 404


async def test_what_is_foreign_cannot_be_unfolded() -> None:
    async with a_house() as house:
        await house.world.do("/playbooks", document=PLAYBOOK)
        await house.world.do("/engagements", **OPENED)
        team = {"team_id": "ky", "jurisdiction": "KY", "lead": "p-1", "members": [member("p-1")]}
        await house.world.do("/teams", **E1, **team, formed_on="2027-01-04")
        theirs, foreign = await house.person("p-f", "facilitator"), await house.person("p-x", "facilitator")
        assert (await theirs.get("/app/inbox/more/e1/ask/ky/1", headers=BROWSER)).status_code == 200
        assert (await foreign.get("/app/inbox/more/e1/ask/ky/1", headers=BROWSER)).status_code == 404


async def test_whoever_puts_a_task_off_may_say_why() -> None:
    async with prepared() as world:
        await sent(world, "/app/inbox/snooze", task_id=ASK, until="2027-01-25", note="They are on leave")
        assert "They are on leave" in await page(world, f"/app/tasks/{ASK}")
        assert "They are on leave" in await page(world, "/app/engagements/e1/handover?seat=facilitator")


def test_to_put_off_by_a_week_is_to_put_off_to_a_working_day() -> None:
    assert in_a_week(date(2027, 1, 13), "US") == date(2027, 1, 20)
    assert in_a_week(date(2027, 1, 17), "US") == date(2027, 1, 25), "a Sunday"
    assert in_a_week(date(2027, 1, 11), "US") == date(2027, 1, 19), "the day of Martin Luther King Jr."
    assert in_a_week(date(2027, 1, 11), "none") == date(2027, 1, 18), "where that is no holiday"
    assert next_working_day(date(2027, 1, 15), "US") == date(2027, 1, 19)


async def test_the_button_in_the_inbox_knows_the_holidays_of_the_playbook() -> None:
    async with prepared() as world:
        await world.until("2027-02-08")
        assert set(re.findall('name="until" value="([^"]+)"', await page(world, "/app/inbox"))) == {"2027-02-16"}


async def test_a_task_is_put_off_from_its_own_today_where_that_is_a_day_ahead_of_the_readers() -> None:
    async with prepared() as world:
        await world.until("2027-01-21", hour=1)
        away = {"zone": "Pacific/Honolulu"}
        [day] = set(re.findall('name="until" value="([^"]+)"', await page(world, "/app/inbox", **away)))
        assert day == "2027-01-28", "there it is the 21st by now, in Honolulu still the 20th"
        [day] = re.findall('name="until" value="([^"]+)"', await page(world, f"/app/inbox/more/{ABSENT}", **away))
        assert day == "2027-01-22"
        await sent(world, "/app/inbox/snooze", task_id=ABSENT, until=day)


async def test_what_was_due_on_a_day_that_is_over_says_so() -> None:
    async with prepared() as world:
        await world.until("2027-01-20")
        assert (await tasks(world))[ASK] == "today"
        inbox = await page(world, "/app/inbox")
        assert "Due now" in inbox and re.search("Was due <time[^>]*>yesterday", inbox)


async def test_an_empty_inbox_tells_whether_anything_has_come_up_yet() -> None:
    async with a_world() as world:
        assert "Nothing has come up yet" in await page(world, "/app/inbox")
    async with prepared() as world:
        await world.until("2027-01-20")
        for task in await tasks(world):
            await sent(world, "/app/inbox/skip", task_id=task, reason="The engagement ends")
        assert "All done" in await page(world, "/app/inbox")


async def test_times_are_the_engagements_where_nobody_knows_where_the_reader_is() -> None:
    async with prepared() as world:
        assert "9:00 a.m. AST" in await page(world, f"/app/tasks/{ASK}")
        assert "9:00 a.m. AST" in await page(world, f"/app/tasks/{ASK}", zone="UTC"), "a browser that hides it"
        there = await page(world, f"/app/tasks/{ASK}", zone="America/Denver")
        assert "6:00 a.m. MST" in there and "AST there" in there


async def test_a_long_list_is_shown_page_by_page_and_told_whole_to_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LEAF", 2)
    async with a_world() as world:
        await world.do("/playbooks", document=PLAYBOOK)
        for number in range(5):
            await world.do("/engagements", **OPENED | {"engagement_id": f"e{number}", "title": f"Number {number}"})
        shown: list[str] = []
        where = "/app/engagements?state=open"
        while where:
            told = await page(world, where)
            shown += re.findall('<a class="usa-link" href="/app/engagements/(e[0-9])"', told)
            after = re.findall('rel="next" href="([^"]+)"', told)
            where = f"/app/engagements{after[0]}".replace("&amp;", "&") if after else ""
        assert shown == [f"e{number}" for number in range(5)] and "5 to 5 of 5" in told
        whole = await world.get("/app/engagements.json", state="open", page="2")
        assert len(whole["items"]) == 5
        assert "5 to 5 of 5" in await page(world, "/app/engagements?page=99"), "beyond the last page is the last page"


async def test_a_reminder_of_a_session_lapses_where_nobody_recorded_who_came() -> None:
    async with a_world() as world:
        document = PLAYBOOK.replace("name: remind,", "name: remind, lapse: 6 business days,")
        assert document != PLAYBOOK
        await world.do("/playbooks", document=document)
        await world.do("/engagements", **OPENED)
        await world.do("/sessions", **session(1, "2027-01-22T15:00:00-05:00"))
        await world.until("2027-01-18")
        assert "e1/remind/s1/1" in await tasks(world)
        await world.until("2027-01-26")
        assert "e1/remind/s1/1" not in await tasks(world)
