"""Who is refused at the door, or while signing in, reads why in a browser, and what to do; programs get the problem."""

import pytest

from shared.access import pages
from shared.access.limits import Limit
from tests.support.access import HERE, a_house, refusal

BROWSER = {"Accept": "text/html"}


async def test_whoever_asks_for_too_many_links_reads_when_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ASKS", Limit(1))
    async with a_house() as house:
        browser = house.comes(Origin=HERE)
        told = {"address": "ann@example.org", "next": "/app/inbox"}
        assert (await browser.post("/sign-in", data=told, headers=BROWSER)).status_code == 202
        answer = await browser.post("/sign-in", data=told, headers=BROWSER)
        assert answer.status_code == 429 and answer.headers["content-type"].startswith("text/html")
        assert "Try again in" in answer.text and 'href="/sign-in"' in answer.text
        assert "ann@example.org" not in answer.text and "<nav" not in answer.text
        assert int(answer.headers["retry-after"]) >= 1
        assert refusal(await browser.post("/sign-in", data=told))[0] == 429


async def test_what_another_site_sends_is_refused_by_a_page_that_does_nothing_of_it() -> None:
    async with a_house() as house:
        person = await house.person("p-1", "supervisor")
        answer = await person.post("/app/inbox/do", headers={**BROWSER, "Origin": "https://elsewhere.example"})
        assert answer.status_code == 403 and "by a page of another site" in answer.text
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "<nav" not in answer.text and "Sign out" not in answer.text
        program = await person.post("/requests", headers={**BROWSER, "Origin": "https://elsewhere.example"})
        assert refusal(program)[0] == 403


async def test_whoever_asks_for_too_many_pages_reads_when_to_try_again() -> None:
    async with a_house(a_minute=1) as house:
        person = await house.person("p-1", "supervisor")
        assert (await person.get("/app/account", headers=BROWSER)).status_code == 200
        answer = await person.get("/app/account", headers=BROWSER)
        assert answer.status_code == 429 and "Try again in" in answer.text
        assert int(answer.headers["retry-after"]) >= 1


async def test_whoever_is_signed_out_while_filling_in_a_form_comes_back_to_its_page() -> None:
    async with a_house() as house:
        told = {**BROWSER, "Referer": f"{HERE}/app/engagements/e1/sessions"}
        answer = await house.comes(Origin=HERE).post("/app/engagements/e1/plans/accept", headers=told)
        assert answer.status_code == 303 and answer.headers["location"].endswith("next=/app/engagements/e1/sessions")
