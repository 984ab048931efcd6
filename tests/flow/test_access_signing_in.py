"""People sign in by a link that works once, and only by pressing a button; and go on where they wanted to."""

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import AsyncClient

from shared.access import accounts, pages, signing_in
from shared.access.accounts import Account
from shared.access.limits import Limit
from shared.access.welcome import FIRST, first_link
from tests.support.access import HERE, House, a_house, forget_callers

BROWSER = {"Accept": "text/html", "Origin": HERE}


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    forget_callers(monkeypatch)
    monkeypatch.setattr(pages, "ASKS", Limit(60))
    async with a_house() as house:
        told = {"person_id": "p-1", "roles": ["supervisor"]}
        await accounts.grant(house.register, Account.model_validate(told))
        yield house


async def key_for(house: House, person_id: str = "p-1") -> str:
    """What the link of this person tells."""
    link = urlsplit(await signing_in.mint_link(house.register, person_id))
    assert link.path == "/sign-in/link"
    return parse_qs(link.query)["key"][0]


async def signed_in(browser: AsyncClient, key: str, next_: str = "/app/inbox") -> int:
    answer = await browser.post("/sign-in/link", data={"key": key, "next": next_})
    return answer.status_code


async def test_a_page_leads_whoever_is_not_known_to_sign_in_and_back(house: House) -> None:
    browser = house.comes(**BROWSER)
    led = await browser.get("/app/inbox")
    assert (led.status_code, led.headers["location"]) == (303, "/sign-in?next=/app/inbox")
    page = await browser.get(led.headers["location"])
    assert page.status_code == 200 and 'name="address"' in page.text and "/app/inbox" in page.text


async def test_to_follow_a_link_signs_nobody_in_and_to_press_the_button_does_once(house: House) -> None:
    key, browser = await key_for(house), house.comes(**BROWSER)
    for _scanner in range(3):
        page = await browser.get("/sign-in/link", params={"key": key})
        assert page.status_code == 200 and "set-cookie" not in page.headers
    answer = await browser.post("/sign-in/link", data={"key": key, "next": "/app/inbox"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/app/inbox")
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/")) and "Secure" not in cookie
    assert (await browser.get("/app/inbox")).status_code == 200
    assert await signed_in(house.comes(**BROWSER), key) == 410


async def test_where_pages_are_reached_by_https_the_cookie_goes_nowhere_else(house: House) -> None:
    house.register.url = "https://throughline.example.org"
    key, browser = await key_for(house), house.comes(**BROWSER)
    answer = await browser.post("/sign-in/link", data={"key": key})
    assert "Secure" in answer.headers["set-cookie"]
    told = await (await house.person("p-1", "supervisor")).post("/app/account/sign-out-elsewhere")
    assert told.headers["set-cookie"].startswith("flash=") and "Secure" in told.headers["set-cookie"]


@pytest.mark.parametrize(
    "elsewhere",
    ["https://elsewhere.example/app/", "//elsewhere.example/app/", "/\\elsewhere.example", "/aside", "app", "//["],
)
def test_whoever_signs_in_goes_on_to_a_page_of_ours(elsewhere: str) -> None:
    assert pages.safe(elsewhere) == "/app/inbox"
    assert pages.safe("/app/inbox?when=today") == "/app/inbox?when=today"


async def test_whoever_signs_out_has_to_sign_in_again(house: House) -> None:
    browser = house.comes(**BROWSER)
    assert await signed_in(browser, await key_for(house)) == 303
    page = await browser.get("/app/inbox")
    assert "Sign out" in page.text
    old = browser.cookies["throughline"]
    assert (await browser.post("/sign-out")).headers["location"] == "/sign-in"
    assert (await browser.get("/app/inbox")).status_code == 303
    stolen = house.comes(Cookie=f"throughline={old}", **BROWSER)
    assert (await stolen.get("/app/inbox")).status_code == 303


async def test_nobody_learns_by_asking_for_a_link_who_may_sign_in(house: House) -> None:
    browser = house.comes(**BROWSER)
    answers = [await browser.post("/sign-in", data={"address": one}) for one in ("a@example.gov", "no address")]
    assert [one.status_code for one in answers] == [202, 202]
    assert answers[0].text == answers[1].text


async def ask(house: House, browser: AsyncClient) -> tuple[int, int]:
    """Ask for a link for Ann, a minute later: how that was answered, and how many letters were meant for her by now."""
    house.clock.move_to(house.clock.now() + timedelta(minutes=1))
    answer = await browser.post("/sign-in", data={"address": "ann@example.gov"})
    letters = (await house.world.get("/app/mail.json"))["items"]
    return answer.status_code, len(letters)


async def test_an_address_is_not_flooded_and_whoever_reads_there_is_never_without_a_link(house: House) -> None:
    await house.world.http.put("/people/p-1", json={"name": "Ann Lee", "address": "ann@example.gov"})
    somebody = house.comes(**BROWSER)
    assert [await ask(house, somebody) for _ in range(3)] == [(202, 1), (202, 2), (202, 3)]
    keys = [await key_for(house) for _ in range(5)]
    assert [await ask(house, somebody) for _ in range(3)] == [(202, 3)] * 3, "each of those links still works"
    ann = house.comes(**BROWSER)
    assert await signed_in(ann, keys[0]) == 303
    assert await ask(house, house.comes(**BROWSER)) == (202, 4), "nobody else has used up what is hers"


async def test_a_machine_that_asks_too_often_has_to_wait(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ASKS", Limit(2))
    browser = house.comes(**BROWSER)
    asked = [(await browser.post("/sign-in", data={"address": f"{n}@example.gov"})).status_code for n in range(3)]
    assert asked == [202, 202, 429]


async def test_whoever_signs_in_as_another_leaves_nobody_signed_in_behind(house: House) -> None:
    browser = house.comes(**BROWSER)
    assert await signed_in(browser, await key_for(house)) == 303
    planted = browser.cookies["throughline"]
    await accounts.grant(house.register, Account.model_validate({"person_id": "p-2", "roles": ["facilitator"]}))
    assert await signed_in(browser, await key_for(house, "p-2")) == 303
    assert browser.cookies["throughline"] != planted
    assert (await house.comes(Cookie=f"throughline={planted}").get("/access/me")).status_code == 401


async def test_another_site_cannot_sign_anybody_in(house: House) -> None:
    browser = house.comes(Origin="https://elsewhere.example")
    assert (await browser.post("/sign-in/link", data={"key": await key_for(house)})).status_code == 403


async def test_on_this_machine_the_first_administrator_needs_no_set_up(house: House) -> None:
    assert await first_link(house.register, "0.0.0.0") is None
    house.register.url, here = "https://throughline.example.org", house.register.url
    assert await first_link(house.register, "127.0.0.1") is None, "a proxy brings others here"
    house.register.url = here
    link = await first_link(house.register, "127.0.0.1")
    assert link is not None
    key = parse_qs(urlsplit(link).query)["key"][0]
    browser = house.comes(**BROWSER)
    assert await signed_in(browser, key) == 303
    told = (await browser.get("/access/me")).json()
    assert (told["person_id"], told["roles"]) == (FIRST, ["administrator"])
