"""A person's calendar holds what is due of the roles that they hold, and the sessions; ical.js reads it like ours."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from tests.support.calendars import by_title, understood
from tests.support.saying import held, said, session
from tests.support.services import World, a_world, problems, published

OPENED, FORMED = said("engagement_opened"), said("team_formed")
FIRST = session(1, "2027-03-12T15:00:00-05:00")
ABSENT = "Send KY the summary of session 1"
ASK = "Ask KY for its plan"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with a_world() as there:
        await there.say(published(), OPENED, FORMED, FIRST)
        yield there


async def subscribed(world: World, person_id: str = "p-f") -> str:
    """The address of a new feed, as a path."""
    url: str = (await world.do("/calendars", person_id=person_id))["url"]
    assert url.startswith("http://throughline/calendar/") and url.endswith(".ics")
    return url.removeprefix("http://throughline")


async def fetch(world: World, path: str, **headers: str) -> Response:
    return await world.http.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


async def entries(world: World, path: str) -> dict[str, dict[str, Any]]:
    return by_title((await fetch(world, path)).content)


async def test_what_is_due_is_an_entry_of_its_whole_day(world: World) -> None:
    feed = await entries(world, await subscribed(world))
    entry = feed[ASK]
    assert (entry["start"], entry["allDay"], entry["status"]) == ("2027-01-19", True, "CONFIRMED")
    assert entry["url"] == "http://throughline/app/inbox"
    assert "Yours as facilitator." in entry["description"]


async def test_a_session_stands_at_its_time_in_the_zone_of_the_engagement(world: World) -> None:
    await world.say(session(2, "2027-03-19T15:00:00-04:00", topic="Money, and who pays; all of it"))
    feed = await entries(world, await subscribed(world))
    first, second = feed["Session 1: Data"], feed["Session 2: Money, and who pays; all of it"]
    assert (first["start"], first["zone"]) == ("2027-03-12T15:00:00", "America/New_York")
    assert (first["startsAt"], first["endsAt"]) == ("2027-03-12T20:00:00.000Z", "2027-03-12T22:00:00.000Z")
    assert (second["start"], second["startsAt"]) == ("2027-03-19T15:00:00", "2027-03-19T19:00:00.000Z")
    assert "120 minutes, virtual." in first["description"]


async def test_whose_access_was_revoked_has_no_calendar_any_more_also_when_they_are_back(world: World) -> None:
    before, account = await subscribed(world), {"person_id": "p-f", "roles": ["facilitator"]}
    await world.do("/access/accounts", **account)
    assert (await fetch(world, before)).status_code == 200
    await world.do("/access/accounts/revoke", person_id="p-f")
    problems(await fetch(world, before), 404)
    world.clock.move_to(world.clock.now() + timedelta(seconds=1))
    await world.do("/access/accounts", **account)
    problems(await fetch(world, before), 404)
    assert (await fetch(world, await subscribed(world))).status_code == 200


async def test_what_is_only_expected_says_so(world: World) -> None:
    await world.say(said("engagement_changed", planned_close="2027-06-30", changed_on="2027-01-04"))
    entry = (await entries(world, await subscribed(world)))["Expected: Call KY"]
    assert (entry["start"], entry["status"]) == ("2027-07-30", "TENTATIVE")
    assert "may still move" in entry["description"]


async def test_the_day_is_that_of_the_engagement_and_the_clock_of_guam_is_told_beside_it(world: World) -> None:
    await world.say(said("team_formed", team_id="gu", jurisdiction="GU", lead="p-9"))
    entry = (await entries(world, await subscribed(world)))["Ask GU for its plan"]
    assert entry["start"] == "2027-01-18"
    assert "there it is Tuesday, 2027-01-19, 09:00 (Pacific/Guam)" in entry["description"]


async def test_a_session_that_moves_keeps_its_name_and_rises_in_sequence(world: World) -> None:
    path = await subscribed(world)
    before = (await entries(world, path))["Session 1: Data"]
    await world.do("/sessions/move", engagement_id="e1", session_id="s1", starts_at="2027-03-15T15:00:00-04:00")
    after = (await entries(world, path))["Session 1: Data"]
    assert (after["uid"], after["start"]) == (before["uid"], "2027-03-15T15:00:00")
    assert (before["sequence"], after["sequence"]) == (0, 1)


async def test_a_task_that_was_expected_and_then_scheduled_and_moved_only_rises(world: World) -> None:
    path = await subscribed(world)
    await world.say(said("engagement_changed", planned_close="2027-06-30", changed_on="2027-01-04"))
    expected = (await entries(world, path))["Expected: Call KY"]
    await world.say(said("engagement_closed", closed_on="2027-01-04"))
    scheduled = (await entries(world, path))["Call KY"]
    await world.say(said("engagement_closed", closed_on="2027-01-03", revision=1))
    moved = (await entries(world, path))["Call KY"]
    assert expected["uid"] == scheduled["uid"] == moved["uid"]
    assert expected["sequence"] < scheduled["sequence"] < moved["sequence"]


async def test_what_is_cancelled_says_so_for_thirty_days_and_is_gone_then(world: World) -> None:
    path = await subscribed(world)
    await world.do("/sessions/cancel", engagement_id="e1", session_id="s1", reason="snow")
    feed = await entries(world, path)
    assert (feed["Session 1: Data"]["status"], feed["Session 1: Data"]["sequence"]) == ("CANCELLED", 1)
    assert feed["Remind all of Data"]["status"] == "CANCELLED"
    await world.until("2027-02-02")
    assert (await entries(world, path))["Session 1: Data"]["status"] == "CANCELLED"
    await world.until("2027-02-05")
    assert {"Session 1: Data", "Remind all of Data"}.isdisjoint(await entries(world, path))


async def test_what_is_done_is_in_nobodys_way_any_more(world: World) -> None:
    path = await subscribed(world)
    await world.do("/tasks/do", task_id="e1/ask/ky/1", person_id="p-f")
    assert (await entries(world, path))[ASK]["status"] == "CANCELLED"


async def test_a_role_that_is_handed_over_takes_its_entries_along(world: World) -> None:
    old, new = await subscribed(world, "p-f"), await subscribed(world, "p-new")
    assert await entries(world, new) == {}
    await world.say(said("role_vacated", role="facilitator", person_id="p-f", on="2027-01-04"))
    await world.say(said("role_filled", role="facilitator", person_id="p-new", on="2027-01-04"))
    assert await entries(world, old) == {}
    assert ASK in await entries(world, new)


async def test_a_calendar_that_asks_again_is_told_that_nothing_changed(world: World) -> None:
    path = await subscribed(world)
    first = await fetch(world, path)
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    await world.until("2027-01-06")
    again = await fetch(world, path)
    assert (again.content, again.headers["last-modified"]) == (first.content, first.headers["last-modified"])
    unchanged = await fetch(world, path, if_none_match=first.headers["etag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    since = await fetch(world, path, if_modified_since=first.headers["last-modified"])
    assert since.status_code == 304
    await world.say(held(1, "2027-01-06T10:00:00-05:00"))
    changed = await fetch(world, path, if_none_match=first.headers["etag"])
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]
    assert changed.headers["last-modified"] != first.headers["last-modified"]
    assert ABSENT in by_title(changed.content)


async def test_two_feeds_of_a_person_hold_the_same_bytes(world: World) -> None:
    one, other = await subscribed(world), await subscribed(world)
    assert (await fetch(world, one)).content == (await fetch(world, other)).content


async def test_lines_are_folded_and_the_calendar_says_how_often_to_look(world: World) -> None:
    await world.say(session(2, "2027-03-19T15:00:00-04:00", topic="Paying for früh" + "e Bildung" * 20))
    feed = (await fetch(world, await subscribed(world))).content
    assert all(len(line) <= 75 for line in feed.split(b"\r\n"))
    assert b"\n" not in feed.replace(b"\r\n", b"")
    assert understood(feed)["refresh"] == {"value": "PT1H", "type": "duration"}
    assert "Session 2: Paying for früh" + "e Bildung" * 20 in by_title(feed)


async def test_nobody_who_is_helped_is_named(world: World) -> None:
    feed = (await fetch(world, await subscribed(world))).text
    assert "p-1" not in feed and "p-f" not in feed


async def test_a_revoked_feed_and_one_that_never_was_are_unknown_alike(world: World) -> None:
    path = await subscribed(world)
    [feed] = (await world.get("/calendars", person_id="p-f"))["items"]
    assert set(feed) == {"feed_id", "person_id", "made_at", "revoked_at", "changed_at"}
    await world.do("/calendars/revoke", feed_id=feed["feed_id"])
    revoked, never = await fetch(world, path), await fetch(world, "/calendar/never.ics")
    problems(revoked, 404)
    assert revoked.json() == never.json()
    [feed] = (await world.get("/calendars"))["items"]
    assert feed["revoked_at"] is not None


async def test_whoever_makes_a_feed_says_for_whom(world: World) -> None:
    assert problems(await world.post("/calendars"), 422) == {"person_id": "say for whom: a person's id"}
    problems(await world.post("/calendars/revoke", feed_id="none"), 404)
