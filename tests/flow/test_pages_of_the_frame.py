"""The list of engagements, and what administrators do with messages that were put aside."""

import json

from shared.errors import Malformed
from shared.storage import aside
from tests.support.http import prepared
from tests.support.services import World

BROWSER = {"accept": "text/html"}
GARBLED = {"external_id": "4711", "jurisdiction": "Kentucky", "topic": "workforce", "logged_on": "2027-01-04"}


async def put_aside(world: World) -> str:
    """A tracker's request of which something is wrong, as intake keeps it."""
    problems = Malformed("is no jurisdiction", "jurisdiction").problems
    async with world.services["intake"].store.work() as unit:
        body = json.dumps(GARBLED | {"need": "help"}).encode()
        return await aside.put_aside(unit, "inbound.requests.ncase", body, problems)


async def test_the_list_of_engagements_tells_what_is_open_in_each() -> None:
    async with prepared() as world:
        await world.until("2027-01-20")
        [one] = (await world.get("/app/engagements.json"))["items"]
        assert (one["title"], one["jurisdictions"], one["facilitator"]) == ("Out-of-school time", ["KY", "VI"], "p-f")
        assert (one["open"], one["overdue"], one["sessions_held"]) == (6, 1, 1)
        page = (await world.http.get("/app/engagements", headers=BROWSER)).text
        assert "6 open" in page and "1 overdue" in page
        assert (await world.get("/app/engagements.json", state="closed"))["items"] == []


async def test_a_message_that_was_put_aside_is_mended_and_handled() -> None:
    async with prepared() as world:
        aside_id = await put_aside(world)
        page = (await world.http.get("/app/aside", headers=BROWSER)).text
        assert "jurisdiction: is no jurisdiction" in page
        retry = f"/app/aside/intake/{aside_id}/retry"
        still = await world.http.post(retry, data={"body": json.dumps(GARBLED)}, headers=BROWSER)
        assert still.status_code == 422 and "It still cannot be handled" in still.text and "4711" in still.text
        mended = json.dumps(GARBLED | {"need": "help", "jurisdiction": "KY"})
        answer = await world.http.post(retry, data={"body": mended}, headers=BROWSER, follow_redirects=True)
        assert "The message was handled." in answer.text and "Nothing is put aside" in answer.text
        assert await world.ids("/requests", "external_id") == ["4711"]


async def test_whoever_says_that_they_come_from_nowhere_is_led_on_all_the_same() -> None:
    async with prepared() as world:
        retry = f"/app/aside/intake/{await put_aside(world)}/drop"
        answer = await world.http.post(retry, headers=BROWSER | {"referer": "http://["})
        assert (answer.status_code, answer.headers["location"]) == (303, "/app/aside")
        gone = await world.http.get("/app/tasks/e9/r/1", headers=BROWSER | {"referer": "http://["})
        assert gone.status_code == 404 and "Go to the inbox" in gone.text


async def test_a_message_that_need_not_be_handled_is_dropped_and_stays_on_record() -> None:
    async with prepared() as world:
        aside_id = await put_aside(world)
        await world.http.post(f"/app/aside/intake/{aside_id}/drop", headers=BROWSER)
        [row] = (await world.get("/app/aside.json", state="dropped"))["items"]
        assert row["subject"] == "inbound.requests.ncase"
