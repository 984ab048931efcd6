"""People sign in at a provider of OpenID Connect: a real one, by its own pages; all others stay out."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from httpx import AsyncClient, Response
from structlog.testing import capture_logs

from shared.access import accounts, by_provider, fetching
from shared.access.accounts import Account
from shared.access.by_provider import BACK, BEGIN, COOKIE
from shared.access.limits import Limit
from shared.clock import WorldClock
from shared.settings import Settings
from tests.support.access import HERE, House, a_house, forget_callers
from tests.support.provider import PEOPLE, SECRET, RealProvider, a_provider, sent_back, settings_for

BROWSER = {"Accept": "text/html", "Origin": HERE}
HOME = "http://127.0.0.1:8000"
SUBJECTS = {"p-ada": "ada", "p-bea": "bea", "p-dan": "dan", "p-eve": "eve"}


@pytest.fixture(scope="module")
def provider() -> Iterator[RealProvider]:
    with a_provider(HOME + BACK) as provider:
        yield provider


@pytest.fixture(autouse=True)
def everybody_is_asked_for_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_callers(monkeypatch)
    monkeypatch.setattr(by_provider, "STARTS", Limit(60))


@asynccontextmanager
async def a_house_for(provider: RealProvider, **told: Any) -> AsyncIterator[House]:
    """A center whose directory knows Ada, Bea, Dan (who left) and Eve, and lets all but Eve sign in."""
    async with a_house(now=WorldClock().now(), **{**settings_for(provider.url), **told}) as house:
        for person_id, name in SUBJECTS.items():
            person = {"name": name.title(), "address": f"{name}@example.gov", "left": name == "dan"}
            assert (await house.world.http.put(f"/people/{person_id}", json=person)).is_success
            if name != "eve":
                account = {"person_id": person_id, "roles": ["supervisor"]}
                await accounts.grant(house.register, Account.model_validate(account))
        yield house


@pytest.fixture
async def house(provider: RealProvider) -> AsyncIterator[House]:
    await provider.lies()
    async with a_house_for(provider) as house:
        yield house


async def begun(browser: AsyncClient, next_: str = "/app/inbox") -> str:
    """Where a browser that begins is sent."""
    answer = await browser.get(BEGIN, params={"next": next_})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def returned(browser: AsyncClient, who: str | None, next_: str = "/app/inbox") -> str:
    """Begin, sign in at the provider as somebody, and be led back: the address to which."""
    return (await sent_back(await begun(browser, next_), HOME, who)).removeprefix(HOME)


async def signs_in(browser: AsyncClient, who: str | None, next_: str = "/app/inbox") -> Response:
    """The whole way."""
    return await browser.get(await returned(browser, who, next_))


def is_in(answer: Response, at: str = "/app/inbox") -> bool:
    return (answer.status_code, answer.headers.get("location")) == (303, at)


async def whoever(browser: AsyncClient) -> str | None:
    """Who a browser is for Throughline."""
    answer = await browser.get("/access/me")
    return answer.json()["person_id"] if answer.is_success else None


async def test_somebody_signs_in_at_the_provider_and_goes_on_where_they_wanted_to(house: House) -> None:
    browser = house.comes(**BROWSER)
    page = await browser.get("/sign-in", params={"next": "/app/topics"})
    assert "Sign in with Example Center" in page.text and f"{BEGIN}?next=/app/topics" in page.text
    answer = await signs_in(browser, "ada", "/app/topics")
    assert is_in(answer, "/app/topics")
    cookies = answer.headers.get_list("set-cookie")
    session = next(one for one in cookies if one.startswith("throughline="))
    assert all(word in session for word in ("HttpOnly", "SameSite=lax", "Path=/"))
    assert await whoever(browser) == "p-ada"
    old = browser.cookies["throughline"]
    await browser.post("/sign-out")
    assert await whoever(house.comes(Cookie=f"throughline={old}", **BROWSER)) is None


async def test_the_provider_is_asked_for_a_code_with_a_challenge_a_state_and_a_nonce(house: House) -> None:
    browser = house.comes(**BROWSER)
    asked = [parse_qs(urlsplit(await begun(browser)).query) for _ in range(2)]
    assert asked[0]["response_type"] == ["code"] and asked[0]["code_challenge_method"] == ["S256"]
    assert asked[0]["scope"] == ["openid email"] and asked[0]["redirect_uri"] == [HOME + BACK]
    for once in ("state", "nonce", "code_challenge"):
        assert len(asked[0][once][0]) == 43 and asked[0][once] != asked[1][once]


async def test_where_no_provider_is_set_up_nothing_is_said_of_one() -> None:
    async with a_house() as house:
        browser = house.comes(**BROWSER)
        assert BEGIN not in (await browser.get("/sign-in")).text
        for path in (BEGIN, BACK):
            assert (await browser.get(path)).headers["location"] == "/sign-in"


async def test_whoever_was_introduced_by_their_address_is_known_by_their_subject_from_then_on(house: House) -> None:
    assert is_in(await signs_in(house.comes(**BROWSER), "ada"))
    moved = {"name": "Ada", "address": "ada@elsewhere.example"}
    assert (await house.world.http.put("/people/p-ada", json=moved)).is_success
    browser = house.comes(**BROWSER)
    assert is_in(await signs_in(browser, "ada")) and await whoever(browser) == "p-ada"


async def test_an_address_that_was_given_to_somebody_else_lets_nobody_in_as_whoever_had_it(house: House) -> None:
    assert is_in(await signs_in(house.comes(**BROWSER), "ada"))
    answer = await signs_in(house.comes(**BROWSER), "ada-anew")
    assert answer.status_code == 403 and "This is another account than before" in answer.text
    await accounts.revoke(house.register, "p-ada")
    await accounts.grant(house.register, Account.model_validate({"person_id": "p-ada", "roles": ["facilitator"]}))
    assert is_in(await signs_in(house.comes(**BROWSER), "ada-anew"))


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("stranger", "You have no account here yet"),
        ("unaccounted", "You have no account here yet"),
        ("departed", "Your account is closed"),
        ("unverified", "We do not know yet who you are"),
        ("unsaid", "We do not know yet who you are"),
        ("addressless", "We do not know yet who you are"),
    ],
)
async def test_nobody_gets_in_who_is_not_known_here_and_the_page_says_what_to_do(
    house: House, who: str, told: str
) -> None:
    browser = house.comes(**BROWSER)
    with capture_logs() as logged:
        answer = await signs_in(browser, who)
    assert answer.status_code == 403 and told in answer.text and "Sign in another way" in answer.text
    assert await whoever(browser) is None
    assert logged and not any(word in str(logged) for word in (who, str(PEOPLE[who].get("email"))))


async def test_whoever_left_or_lost_their_account_does_not_get_in_though_they_once_did(house: House) -> None:
    assert is_in(await signs_in(house.comes(**BROWSER), "ada"))
    gone = {"name": "Ada", "address": "ada@example.gov", "left": True}
    await house.world.http.put("/people/p-ada", json=gone)
    assert "Your account is closed" in (await signs_in(house.comes(**BROWSER), "ada")).text
    await house.world.http.put("/people/p-ada", json={**gone, "left": False})
    await accounts.revoke(house.register, "p-ada")
    assert "You have no account here yet" in (await signs_in(house.comes(**BROWSER), "ada")).text


async def test_a_center_may_say_that_its_provider_has_verified_all_addresses(provider: RealProvider) -> None:
    await provider.lies()
    async with a_house_for(provider, oidc_addresses="all") as house:
        assert is_in(await signs_in(house.comes(**BROWSER), "unsaid"))
        assert (await signs_in(house.comes(**BROWSER), "unverified")).status_code == 403


async def test_an_answer_signs_in_only_the_browser_that_asked_and_only_once(house: House) -> None:
    browser, other = house.comes(**BROWSER), house.comes(**BROWSER)
    kept = await returned(browser, "ada")
    await begun(other)
    for anybody in (other, house.comes(**BROWSER)):
        answer = await anybody.get(kept)
        assert answer.status_code == 410 and "This sign-in cannot be finished" in answer.text
    cookie = browser.cookies[COOKIE]
    assert is_in(await browser.get(kept))
    again = house.comes(Cookie=f"{COOKIE}={cookie}", **BROWSER)
    assert (await again.get(kept)).status_code == 410 and await whoever(again) is None


@pytest.mark.parametrize("state", ["", "x", "\u00fc" * 43])
async def test_a_wrong_state_is_refused(house: House, state: str) -> None:
    browser = house.comes(**BROWSER)
    back = urlsplit(await returned(browser, "ada"))
    asked = {name: told[0] for name, told in parse_qs(back.query).items()}
    answer = await browser.get(f"{BACK}?{urlencode(asked | {'state': state})}")
    assert answer.status_code == 410
    assert is_in(await browser.get(f"{BACK}?{back.query}")), "what somebody else sends must not end the attempt"


async def test_whoever_takes_too_long_starts_again(house: House) -> None:
    browser = house.comes(**BROWSER)
    kept = await returned(browser, "ada")
    house.clock.move_to(house.clock.now() + timedelta(minutes=11))
    assert (await browser.get(kept)).status_code == 410


async def test_a_code_that_is_not_the_one_that_was_asked_for_is_refused(house: House) -> None:
    one, other = house.comes(**BROWSER), house.comes(**BROWSER)
    stolen = parse_qs(urlsplit(await returned(one, "ada")).query)["code"][0]
    back = urlsplit(await returned(other, "stranger"))
    asked = {name: told[0] for name, told in parse_qs(back.query).items()}
    answer = await other.get(f"{BACK}?{urlencode(asked | {'code': stolen})}")
    assert answer.status_code == 410 and await whoever(other) is None


async def test_an_answer_of_another_provider_is_refused(house: House) -> None:
    for told in ({"iss": "https://elsewhere.example"}, {"iss": ""}):
        browser = house.comes(**BROWSER)
        back = urlsplit(await returned(browser, "ada"))
        asked = {name: told[0] for name, told in parse_qs(back.query).items()}
        assert (await browser.get(f"{BACK}?{urlencode(asked | told)}")).status_code == 403


HOUR = timedelta(hours=1).total_seconds()
NOW = WorldClock().now().timestamp()


def named(lie: Mapping[str, Any]) -> str:
    """The name of a test must be the same in every process that runs some of them."""
    return re.sub(r"\d{9,}", "a time", str(lie))


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "another"}},
        {"claims": {"aud": ["throughline", "another"]}},
        {"claims": {"aud": ["throughline", "another"], "azp": "another"}},
        {"claims": {"iss": "https://elsewhere.example"}},
        {"claims": {"exp": int(NOW - HOUR)}},
        {"claims": {"exp": None}},
        {"claims": {"iat": int(NOW + HOUR)}},
        {"claims": {"at_hash": "another"}},
        {"claims": {"sub": None}},
        {"claims": {"sub": 4711}},
        {"key": "foreign"},
        {"alg": "none"},
        {"alg": "HS256"},
    ],
    ids=named,
)
async def test_what_is_signed_has_to_hold(house: House, provider: RealProvider, lie: Mapping[str, Any]) -> None:
    await provider.lies(**lie)
    browser = house.comes(**BROWSER)
    with capture_logs() as logged:
        answer = await signs_in(browser, "ada")
    assert answer.status_code == 403 and "does not prove who you are" in answer.text
    assert await whoever(browser) is None
    assert any(line["event"] == "sign_in_failed" and line["kind"] == "NotBelieved" for line in logged)
    await provider.lies()
    assert is_in(await signs_in(browser, "ada"))


async def test_an_address_of_another_subject_introduces_nobody(house: House, provider: RealProvider) -> None:
    await provider.lies(me={"sub": "another"})
    assert (await signs_in(house.comes(**BROWSER), "ada")).status_code == 403


async def test_the_provider_may_change_its_keys(house: House, provider: RealProvider) -> None:
    assert is_in(await signs_in(house.comes(**BROWSER), "ada"))
    provider.stop()
    provider.start()
    assert is_in(await signs_in(house.comes(**BROWSER), "ada"))


async def test_whoever_turns_back_at_the_provider_is_told_how_to_go_on(house: House) -> None:
    answer = await signs_in(house.comes(**BROWSER), None, "/app/topics")
    assert answer.status_code == 403 and "You were not signed in" in answer.text
    assert f"{BEGIN}?next=/app/topics" in answer.text


async def test_a_provider_that_is_away_costs_nobody_more_than_a_page(
    provider: RealProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await provider.lies()
    async with a_house_for(provider) as house:
        browser = house.comes(**BROWSER)
        kept = await returned(browser, "ada")
        provider.stop()
        try:
            answer = await browser.get(kept)
            assert answer.status_code == 503 and "does not answer" in answer.text
            monkeypatch.setattr(fetching, "REMEMBERED_FOR", 0.0)
            answer = await browser.get(BEGIN)
            assert answer.status_code == 503 and "does not answer" in answer.text
            assert 'name="address"' in (await browser.get("/sign-in")).text
        finally:
            provider.start()
        assert is_in(await signs_in(browser, "ada"))


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", ""])
async def test_what_is_no_provider_is_not_taken_for_one(provider: RealProvider, path: str) -> None:
    other = provider.url.replace("127.0.0.1", "localhost") + path
    async with a_house_for(provider, oidc_issuer=other) as house:
        assert (await house.comes(**BROWSER).get(BEGIN)).status_code == 503


async def test_the_secret_may_stand_in_a_file_and_change(provider: RealProvider, tmp_path: Path) -> None:
    await provider.lies()
    file = tmp_path / "secret"
    told = {"oidc_client_secret": "", "oidc_client_secret_file": str(file)}
    async with a_house_for(provider, **told) as house:
        browser = house.comes(**BROWSER)
        assert (await signs_in(browser, "ada")).status_code == 503
        file.write_text("wrong", encoding="utf-8")
        assert (await signs_in(browser, "ada")).status_code == 503
        file.write_text(f"{SECRET}\n", encoding="utf-8")
        assert is_in(await signs_in(browser, "ada"))


@pytest.mark.parametrize(
    "client",
    [
        {"token_endpoint_auth_method": "client_secret_post"},
        {"token_endpoint_auth_method": "none", "client_secret": None},
    ],
    ids=["post", "public"],
)
async def test_providers_know_us_in_more_than_one_way(client: Mapping[str, Any]) -> None:
    """By a secret in the form, or by none; and some tell the address in the token itself."""
    methods = [client["token_endpoint_auth_method"]]
    with a_provider(HOME + BACK, client=client, methods=methods, terse=False) as provider:
        told = {"oidc_client_secret": ""} if "client_secret" in client else {}
        async with a_house_for(provider, **told) as house:
            assert is_in(await signs_in(house.comes(**BROWSER), "ada"))


async def test_nobody_is_led_elsewhere_after_they_signed_in(house: House) -> None:
    for elsewhere in ("https://elsewhere.example/app/", "//elsewhere.example/app/", "/sign-out", "x" * 5_000):
        assert is_in(await signs_in(house.comes(**BROWSER), "ada", elsewhere))
    browser = house.comes(**BROWSER)
    kept = await returned(browser, "ada")
    secret = browser.cookies[COOKIE].partition(".")[0]
    forged = house.comes(Cookie=f"{COOKIE}={secret}.https%3A%2F%2Felsewhere.example", **BROWSER)
    assert is_in(await forged.get(kept))


async def test_whoever_begins_too_often_has_to_wait(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_provider, "STARTS", Limit(2))
    browser = house.comes(**BROWSER)
    assert [(await browser.get(BEGIN)).status_code for _ in range(3)] == [303, 303, 429]


async def test_nothing_that_is_kept_tells_the_subject_or_the_address(house: House) -> None:
    assert is_in(await signs_in(house.comes(**BROWSER), "ada"))
    async with house.register.database.reading() as connection:
        kept = [tuple(row) for row in await connection.exec_driver_sql("SELECT * FROM identity")]
        attempts = (await connection.exec_driver_sql("SELECT * FROM sign_in_attempt")).all()
    assert len(kept) == 1 and "p-ada" in kept[0] and not {"ada", "ada@example.gov", "Ada"} & {*kept[0]}
    assert attempts == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "http://login.example.org", "oidc_client_id": "x"},
        {"oidc_issuer": "login.example.org", "oidc_client_id": "x"},
        {"oidc_issuer": "https://login.example.org#x", "oidc_client_id": "x"},
        {"oidc_issuer": "https://login.example.org"},
    ],
)
def test_a_provider_is_set_up_whole_and_by_https_or_not_at_all(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match="oidc_"):
        Settings(**wrong)
