"""Contacts and handovers in a browser: who was reached and who was left alone; who holds what, and what waits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.support.http import E1, prepared
from tests.support.saying import said
from tests.support.services import World, a_world, published

BROWSER = {"accept": "text/html"}
RULES = """
playbook: example
version: 1
title: Example
window: {wait: 6 months, after: closed}
contacts: {caps: [{by: team, most: 1, in: 1 week}]}
rules:
- {name: offer, each: team, task: "Offer {jurisdiction} help", to: facilitator, contact: offer, due: {wait: 1 week, after: formed}}
"""  # noqa: E501 - a rule a line


@asynccontextmanager
async def two_engagements() -> AsyncIterator[World]:
    """Kentucky takes part in two engagements: one offered it help, the other one was not allowed to."""
    async with a_world() as world:
        await world.say(published(RULES), said("engagement_opened"), said("team_formed"))
        e2: dict[str, Any] = {"engagement_id": "e2", "title": "Workforce", "opened_on": "2027-01-06"}
        await world.say(said("engagement_opened", **e2))
        await world.say(said("team_formed", engagement_id="e2", team_id="kentucky", formed_on="2027-01-06"))
        await world.until("2027-01-14")
        yield world


async def page(world: World, path: str) -> str:
    answer = await world.http.get(path, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return answer.text


async def contacts(world: World, **asked: str) -> list[tuple[str, str, str]]:
    """Which contacts are shown: what became of them, where, and with whom."""
    found = (await world.get("/app/contacts.json", **asked))["items"]
    return [(one["outcome"], one["engagement_id"], one["jurisdiction"]) for one in found]


async def test_who_was_contacted_stands_beside_who_was_left_alone_and_why() -> None:
    async with two_engagements() as world:
        assert await contacts(world) == [("withheld", "e2", "KY"), ("due", "e1", "KY")]
        assert await contacts(world, outcome="made") == []
        await world.do("/tasks/do", task_id="e1/offer/ky/1", person_id="p-f")
        assert await contacts(world, outcome="made") == [("made", "e1", "KY")]
        assert await contacts(world, engagement="e2") == [("withheld", "e2", "KY")]
        assert await contacts(world, jurisdiction="VI") == []
        shown = await page(world, "/app/contacts")
        assert "KY has had 1 contact in 1 week, and the policy allows 1" in shown and "Offer KY help" in shown


async def test_a_contact_that_nobody_says_they_made_is_not_shown_as_made() -> None:
    async with two_engagements() as world:
        assert "To be made" in await page(world, "/app/contacts")
        await world.do("/tasks/skip", task_id="e1/offer/ky/1", reason="They called us")
        assert await contacts(world, engagement="e1") == [("unsure", "e1", "KY")]
        shown = await page(world, "/app/contacts?outcome=unsure")
        assert "Perhaps made" in shown and "skipped" in shown and "somebody may have made it" in shown


async def test_what_is_used_up_tells_when_it_is_free_again() -> None:
    async with two_engagements() as world:
        shown = await page(world, "/app/contacts")
        assert "1 of 1 in 1 week" in shown and "Used up" in shown and 'datetime="2027-01-18"' in shown
        await world.until("2027-01-18")
        assert "every team may be contacted" in await page(world, "/app/contacts")
        assert "0 of 1 in 1 week" in await page(world, "/app/contacts?jurisdiction=KY")


async def test_who_asked_not_to_be_contacted_is_named() -> None:
    async with two_engagements() as world:
        await world.do("/contacts/decline", engagement_id="e1", team_id="ky", note="They have no time")
        assert "They have no time" in await page(world, "/app/contacts")


async def test_before_anybody_was_contacted_the_page_says_what_will_stand_there() -> None:
    async with a_world() as world:
        assert "Nobody was contacted yet" in await page(world, "/app/contacts")
        assert "No engagement yet" in await page(world, "/app/handovers")


async def seats(world: World, **asked: str) -> dict[str, tuple[list[str], str | None, int]]:
    """Who holds which role, since when nobody does, and how many tasks it owes."""
    found = (await world.get("/app/handovers.json", **asked))["items"]
    names = {one["role"] + (f"@{one['team_id']}" if one["team_id"] else ""): one for one in found}
    return {name: (one["people"], one["vacant_since"], one["owes"]) for name, one in names.items()}


async def test_who_runs_an_engagement_is_shown_with_what_they_owe_and_what_stands_empty_comes_first() -> None:
    async with prepared() as world:
        assert await seats(world) == {
            "facilitator": (["p-f"], None, 5),
            "evaluator": (["p-e"], None, 1),
            "supervisor": (["p-s"], None, 0),
        }
        await world.do("/roles/vacate", **E1, role="evaluator", person_id="p-e")
        await world.do("/roles/vacate", **E1, role="lead_agency", team_id="ky", person_id="p-1")
        found = await seats(world)
        vacant = [name for name, (people, _, _) in found.items() if not people]
        assert {"evaluator", "lead_agency@ky"} <= set(vacant) and list(found)[: len(vacant)] == vacant
        assert found["evaluator"] == ([], "2027-01-13", 1)
        shown = await page(world, "/app/handovers")
        assert "Lead agency of KY" in shown and "See what waits" in shown


async def test_a_role_that_nobody_ever_took_on_stands_empty_with_what_was_escalated_to_it() -> None:
    async with a_world() as world:
        await world.say(published(), said("engagement_opened", people={"facilitator": "p-f", "evaluator": "p-e"}))
        await world.say(said("team_formed"))
        assert (await seats(world))["supervisor"] == ([], None, 0)
        await world.until("2027-02-10")
        assert (await seats(world))["supervisor"] == ([], None, 1), "Ask KY for its plan, which waited too long"
        shown = await page(world, "/app/handovers")
        assert 'Nobody holds these <span class="tl-count">1</span>' in shown and "so far" in shown
        assert "ever held this role" in await page(world, "/app/engagements/e1/handover?seat=supervisor")
        await world.say(said("engagement_closed", closed_on="2027-02-10"))
        await world.do("/tasks/do", task_id="e1/ask/ky/1")
        assert "supervisor" not in await seats(world), "an engagement that is over wants nobody any more"


async def test_of_one_engagement_the_roles_in_its_teams_are_shown_too() -> None:
    async with prepared() as world:
        assert {"team_lead@ky", "lead_agency@ky", "team_lead@vi", "lead_agency@vi"} <= set(
            await seats(world, engagement="e1")
        )


async def test_the_packet_tells_whoever_follows_all_that_waits_for_them() -> None:
    async with prepared() as world:
        await world.do("/approvals", **E1, approval_id="a1", about="speaker", region=4)
        await world.do("/tasks/snooze", task_id="e1/remind/s2/1", until="2027-02-03", person_id="p-f")
        await world.do("/roles/vacate", **E1, role="facilitator", person_id="p-f")
        shown = await page(world, "/app/engagements/e1/handover")
        assert "What it owes stays owed." in shown and "p-f held it until" in shown
        for told in ("Ask VI for its plan", "Speaker", "Invite providers", "Ask families", "until 2027-02-03"):
            assert told in shown, told
        listed = (await world.get("/app/engagements/e1/handover.json"))["items"]
        assert [one["key"] for one in listed] == [
            one["key"] for one in (await world.get("/engagements/e1/handover", role="facilitator"))["tasks"]
        ]


async def test_the_packet_of_a_role_in_a_team_is_asked_for_with_its_team_and_a_misspelt_role_is_refused() -> None:
    async with prepared() as world:
        assert "Lead agency of KY" in await page(world, "/app/engagements/e1/handover?seat=lead_agency@ky")
        for seat, status in (("boss", 422), ("lead_agency", 422), ("facilitator@ky", 422), ("lead_agency@xx", 404)):
            answer = await world.http.get("/app/engagements/e1/handover", params={"seat": seat}, headers=BROWSER)
            assert answer.status_code == status, seat
