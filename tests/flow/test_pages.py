"""What people see in a browser: the inbox, what can be done in it, and what a refusal looks like."""

import csv
import io
import re

from tests.support.http import prepared
from tests.support.services import World

BROWSER = {"accept": "text/html"}


async def tasks(world: World, **asked: str) -> dict[str, str]:
    """What the inbox shows, and on which heap it lies."""
    found = await world.get("/app/inbox.json", **asked)
    return {one["task_id"]: one["when"] for one in found["items"]}


async def sent(world: World, form: str, **told: str) -> str:
    """The page that a browser shows after it sent a form."""
    answer = await world.http.post(form, data=told, headers=BROWSER, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_inbox_tells_what_is_due_and_why() -> None:
    async with prepared() as world:
        await world.until("2027-01-20")
        assert await tasks(world) == {
            "e1/remind/s1/1": "overdue",
            "e1/absent/vi@s1/1": "today",
            "e1/ask/vi/1": "today",
            "e1/remind/s2/1": "later",
            "e1/look/p1/1": "later",
            "e1/judge/g1/1": "later",
        }
        page = (await world.http.get("/app/inbox", headers=BROWSER)).text
        assert "Ask VI for its plan" in page and "Out-of-school time" in page
        assert "Because: 2 weeks after the team is formed" in page


async def test_what_is_done_goes_and_can_be_brought_back_and_done_again() -> None:
    async with prepared() as world:
        await world.until("2027-01-20")
        page = await sent(world, "/app/inbox/do", task_id="e1/ask/vi/1")
        assert "1 task done." in page and "e1/ask/vi/1" not in await tasks(world)
        [fact_id] = re.findall('name="fact_id" value="([^"]+)"', page)
        page = await sent(world, "/app/inbox/undo", fact_id=fact_id)
        assert "Undone: 1 task as before." in page and "e1/ask/vi/1" in await tasks(world)
        await sent(world, "/app/inbox/do", task_id="e1/ask/vi/1", note="It came by mail", on="2027-01-19")
        assert "e1/ask/vi/1" not in await tasks(world)


async def test_several_tasks_are_put_off_skipped_or_handed_over_at_once() -> None:
    async with prepared() as world:
        await world.until("2027-01-20")
        several = {"task_id": ["e1/ask/vi/1", "e1/absent/vi@s1/1"]}
        page = (
            await world.http.post(
                "/app/inbox/snooze", data={**several, "until": "2027-01-25"}, headers=BROWSER, follow_redirects=True
            )
        ).text
        assert "2 tasks put off until Monday, January 25." in page
        assert (await tasks(world))["e1/ask/vi/1"] == "week"
        await sent(world, "/app/inbox/hand-over", task_id="e1/ask/vi/1", to="supervisor")
        assert list(await tasks(world, to="supervisor")) == ["e1/ask/vi/1"]
        await sent(world, "/app/inbox/skip", task_id="e1/absent/vi@s1/1", reason="They were told by phone")
        assert "e1/absent/vi@s1/1" not in await tasks(world)


async def test_a_refusal_is_a_page_that_keeps_what_was_typed() -> None:
    async with prepared() as world:
        told = {"task_id": "e1/ask/vi/1", "until": "2020-01-01"}
        answer = await world.http.post("/app/inbox/snooze", data=told, headers=BROWSER)
        assert answer.status_code == 422 and answer.headers["content-type"].startswith("text/html")
        assert "must be a day to come" in answer.text and "2020-01-01" in answer.text
        program = await world.http.post("/app/inbox/snooze", data=told)
        assert program.headers["content-type"] == "application/problem+json"


async def test_the_twins_of_a_list_have_the_same_rows_and_filters() -> None:
    async with prepared() as world:
        await world.until("2027-01-20")
        sheet = await world.http.get("/app/inbox.csv", params={"when": "overdue"})
        assert [row["task_id"] for row in csv.DictReader(io.StringIO(sheet.text))] == ["e1/remind/s1/1"]
        assert list(await tasks(world, when="overdue")) == ["e1/remind/s1/1"]


async def test_an_empty_inbox_says_what_happens_next() -> None:
    async with prepared() as world:
        page = (await world.http.get("/app/inbox", params={"to": "evaluator", "when": "overdue"}, headers=BROWSER)).text
        assert "Show all tasks" in page


async def test_browsers_are_led_to_the_inbox_and_programs_to_the_index() -> None:
    async with prepared() as world:
        assert (await world.http.get("/", headers=BROWSER)).headers["location"] == "/app/inbox"
        assert (await world.get("/"))["api"] == "/openapi.json"


async def test_what_browsers_fetch_is_kept_as_long_as_it_does_not_change() -> None:
    async with prepared() as world:
        page = (await world.http.get("/app/inbox", headers=BROWSER)).text
        [style] = re.findall(r'href="(/assets/[^"]+/throughline\.css)"', page)
        assert "immutable" in (await world.http.get(style)).headers["cache-control"]
        older = re.sub("/assets/[^/]+/", "/assets/older/", style)
        assert (await world.http.get(older)).headers["cache-control"] == "no-cache"
        assert (await world.http.get("/assets/x/../../frame.py")).status_code == 404


async def test_empty_filters_filter_nothing() -> None:
    async with prepared() as world:
        page = await world.http.get("/app/inbox", params={"when": "", "to": "", "engagement": ""}, headers=BROWSER)
        assert page.status_code == 200, page.text
