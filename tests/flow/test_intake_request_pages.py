"""Requests in a browser: those that wait, one with its fate, one logged by hand, and taking back what was a mistake."""

import csv
import io
import re

from tests.flow.test_intake_pages import asked_for, page, sent
from tests.support.http import prepared

HERE = "/app/requests"
TOLD = {"jurisdiction": "ky", "topic": "Licensing", "need": "Who else has merged its rules?", "logged_on": "2027-01-12"}


def undoing(shown: str) -> list[str]:
    """The facts that the Undo of a page takes back."""
    return re.findall(r'name="fact_id" value="([^"]+)"', shown)


async def test_requests_are_listed_by_what_became_of_them() -> None:
    async with prepared() as world:
        assert "Nobody waits" in await page(world, HERE)
        await asked_for(world)
        shown = await page(world, HERE)
        assert f'href="{HERE}/r1"' in shown and "Waiting for 2 days" in shown
        assert f"{HERE}/r2" not in await page(world, HERE, jurisdiction="ky")
        assert "None like that" in await page(world, HERE, state="withdrawn")
        topic = "Rural OUT-OF-SCHOOL time"
        assert len((await world.get(f"{HERE}.json", topic=topic))["items"]) == 2
        sheet = await world.http.get(f"{HERE}.csv", params={"state": "any"})
        assert [one["jurisdiction"] for one in csv.DictReader(io.StringIO(sheet.text))] == ["KY", "WI"]


async def test_a_long_list_of_requests_is_read_page_by_page() -> None:
    async with prepared() as world:
        await asked_for(world)
        shown = await page(world, HERE, limit="1")
        [rest] = re.findall(r'cursor=([^"]+)">Show those after these', shown)
        shown = await page(world, HERE, cursor=rest)
        assert f"{HERE}/r2" in shown and f"{HERE}/r1" not in shown


async def test_what_was_asked_by_telephone_is_logged_by_hand_and_only_once() -> None:
    async with prepared() as world:
        form = await page(world, f"{HERE}/new")
        [number] = re.findall(r'name="number" value="([^"]+)"', form)
        for _ in range(2):
            shown = await sent(world, f"{HERE}/new", **TOLD, number=number)
            assert "Who else has merged its rules?" in shown and "logged by hand" in shown
        [request] = (await world.get("/requests"))["items"]
        assert (request["source"], request["jurisdiction"]) == ("staff", "KY")


async def test_a_request_logged_by_mistake_is_taken_back() -> None:
    async with prepared() as world:
        shown = await sent(world, f"{HERE}/new", **TOLD, source="ncase", external_id="4711")
        assert "The request of KY is logged, and counts for its topic." in shown and "ncase, number 4711" in shown
        shown = await sent(world, f"{HERE}/ncase-4711/undo", fact_id=undoing(shown))
        assert "Undone: all is as before." in shown and "Nobody waits" in shown


async def test_what_is_wrong_with_a_request_stands_beside_its_field() -> None:
    async with prepared() as world:
        shown = await sent(world, f"{HERE}/new", 422, number="n1", jurisdiction="Kentuky", topic="Licensing")
        assert "Jurisdiction must be the USPS code" in shown and "What they need is missing" in shown
        assert 'value="Licensing"' in shown and 'value="n1"' in shown
        await page(world, f"{HERE}/none", 404)


async def test_a_jurisdiction_is_known_by_its_name_and_nobody_has_asked_tomorrow() -> None:
    async with prepared() as world:
        told = {**TOLD, "jurisdiction": "new mexico", "number": "n1"}
        shown = await sent(world, f"{HERE}/new", 422, **{**told, "logged_on": "2027-01-15"})
        assert "Asked on lies ahead: write the day on which they asked" in shown
        assert "The request of NM is logged" in await sent(world, f"{HERE}/new", **told)


async def test_a_request_is_answered_without_an_engagement_or_withdrawn_and_waits_again() -> None:
    async with prepared() as world:
        await asked_for(world)
        shown = await sent(world, f"{HERE}/r1/answer", how="resource", answered_on="2027-01-12")
        assert "The request is answered: with a resource." in shown
        assert (await world.get("/requests/r1"))["state"] == "answered"
        shown = await page(world, f"{HERE}/r1")
        assert "That was a mistake: it still waits" in shown
        await sent(world, f"{HERE}/r1/undo", fact_id=undoing(shown))
        assert (await world.get("/requests/r1"))["state"] == "logged"
        await sent(world, f"{HERE}/r1/answer", how="resource", answered_on="2027-01-12")
        assert (await world.get("/requests/r1"))["state"] == "answered"
        shown = await sent(world, f"{HERE}/r2/withdraw", 422)
        assert "Why is missing" in shown
        assert "The request is withdrawn." in await sent(world, f"{HERE}/r2/withdraw", reason="They found it")
        shown = await sent(world, f"{HERE}/r2/answer", 409, how="resource")
        assert "was withdrawn: there is nothing to answer" in shown


async def test_nothing_of_another_request_is_undone_here() -> None:
    async with prepared() as world:
        await asked_for(world)
        [first, *_] = [one for one in await world.facts("intake") if "ta_request_logged" in one["type"]]
        await sent(world, f"{HERE}/r2/undo", 404, fact_id=first["id"])
