"""At the door: who shows a token or has signed in is known, who shows something else is refused, others are nobody."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from shared.access import accounts, secrets, tokens
from shared.access.key import WeakToken, keep_key, written
from shared.access.limits import Limit
from tests.support.access import House, a_house, forget_callers, refusal

REQUEST = {"source": "ncase", "external_id": "1", "jurisdiction": "KY", "topic": "data", "need": "How?"}


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    forget_callers(monkeypatch)
    async with a_house() as house:
        yield house


async def test_whoever_shows_nothing_is_told_to_sign_in(house: House) -> None:
    assert refusal(await house.comes().get("/tasks")) == (401, "Sign in first")
    assert (await house.comes().get("/")).status_code == 200


async def test_a_program_comes_in_with_its_token(house: House) -> None:
    program = await house.program("supervisor")
    assert (await program.get("/tasks")).status_code == 200
    me = (await program.get("/access/me")).json()
    assert me["roles"] == ["supervisor"] and me["label"].startswith("token thr_")


async def test_a_token_that_nobody_made_is_refused_even_where_anybody_may_ask(house: House) -> None:
    assert refusal(await house.comes(Authorization="Bearer thr_1_guess").get("/")) == (401, "Sign in first")


async def test_a_revoked_token_is_refused(house: House) -> None:
    program = await house.program("supervisor")
    [_, made] = await tokens.tokens(house.register)
    assert (await program.get("/tasks")).is_success
    await house.world.do("/access/tokens/revoke", token_id=made.token_id)
    assert refusal(await program.get("/tasks")) == (401, "Sign in first")


async def test_a_token_for_reading_changes_nothing(house: House) -> None:
    program = await house.program("administrator", reads_only=True)
    assert (await program.get("/requests")).is_success
    assert refusal(await program.post("/requests", json=REQUEST)) == (403, "Not open to you")


async def test_somebody_who_signed_in_is_known_until_they_may_not_any_more(house: House) -> None:
    person = await house.person("p-1", "supervisor")
    assert (await person.get("/access/me")).json()["person_id"] == "p-1"
    program = await house.program("supervisor", person_id="p-1")
    assert (await program.get("/access/me")).is_success
    await accounts.revoke(house.register, "p-1")
    for comes in (person, program):
        assert refusal(await comes.get("/access/me")) == (401, "Sign in first")


async def test_the_last_administrator_goes_only_where_that_is_said(house: House) -> None:
    office = house.world.http
    await house.person("p-1", "administrator")
    last = await office.post("/access/accounts/revoke", json={"person_id": "p-1"})
    assert refusal(last)[0] == 409 and "p-1 is the last administrator" in last.text
    less = await office.post("/access/accounts", json={"person_id": "p-1", "roles": ["facilitator"]})
    assert refusal(less)[0] == 409 and "p-1 is the last administrator" in less.text
    await house.person("p-2", "administrator")
    await house.world.do("/access/accounts/revoke", person_id="p-1")
    await house.world.do("/access/accounts/revoke", person_id="p-2", even_the_last=True)
    assert (await office.get("/access/accounts")).json()["items"] == []


async def test_whoever_has_left_is_let_in_by_nothing_any_more(house: House) -> None:
    person = await house.person("p-1", "facilitator")
    program = await house.program("facilitator", person_id="p-1")
    await house.world.http.put("/people/p-1", json={"name": "Ann Lee", "left": True})
    for comes in (person, program):
        assert refusal(await comes.get("/tasks")) == (401, "Sign in first")


async def test_the_address_of_a_calendar_is_where_people_reach_the_pages_wherever_it_was_made() -> None:
    site = "https://throughline.example.org"
    async with a_house(url=f"{site}/") as house:
        person = await house.person("p-1", "facilitator")
        address = (await person.post("/calendars", json={})).json()["url"]
        assert address.startswith(f"{site}/calendar/")
        assert f"{site}/calendar/" in (await person.post("/app/calendar/make")).text
        assert (await house.comes().get(address.removeprefix(site))).status_code == 200


async def test_what_another_site_makes_a_browser_send_is_refused(house: House) -> None:
    person = await house.person("p-1", "supervisor")
    assert (await person.post("/requests", json=REQUEST)).status_code == 201
    for origin in ("https://elsewhere.example", "null", "http://throughline.elsewhere.example", "http://["):
        assert refusal(await person.post("/requests", json=REQUEST, headers={"Origin": origin}))[0] == 403
    del person.headers["Origin"]
    assert refusal(await person.post("/requests", json=REQUEST))[0] == 403
    assert (await person.post("/requests", json=REQUEST, headers={"Sec-Fetch-Site": "same-origin"})).is_success


async def test_where_people_come_by_https_a_page_that_came_without_is_another_site(house: House) -> None:
    house.register.url = "https://throughline.example"
    person = await house.person("p-1", "supervisor")
    for origin, status in (("https://throughline.example", 201), ("http://throughline.example", 403)):
        headers = {"Host": "throughline.example", "Origin": origin}
        assert (await person.post("/requests", json=REQUEST, headers=headers)).status_code == status


async def test_cookies_of_other_sites_on_this_machine_hide_nobody(house: House) -> None:
    person = await house.person("p-1", "supervisor")
    for other in ('theme={"dark": true}', "a[b]=c", "junk", "=x", 'q="'):
        cookies = f"{other}; {person.headers['Cookie']}; {other}"
        assert (await house.comes(Cookie=cookies).get("/access/me")).json()["person_id"] == "p-1"


async def test_a_program_needs_no_origin(house: House) -> None:
    program = await house.program("tracker", source="ncase")
    assert (await program.post("/requests", json=REQUEST)).status_code == 201


async def test_nothing_is_read_of_what_somebody_sends_who_may_send_nothing(house: House) -> None:
    read: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        for number in range(400):
            read.append(number)
            yield b"x" * 65_536

    form = {"content-type": "multipart/form-data; boundary=x"}
    facilitator, administrator = await house.program("facilitator"), await house.program("administrator")
    for comes, status in ((house.comes(), 401), (facilitator, 403)):
        for path in ("/imports", "/imports/columns", "/people/import"):
            assert refusal(await comes.post(path, content=endless(), headers=form))[0] == status
    assert read == []
    for path, pieces in (("/imports", range(100, 400)), ("/people/import", range(17, 18))):
        assert refusal(await administrator.post(path, content=endless(), headers=form))[0] == 413
        assert len(read) in pieces
        read.clear()


async def test_only_administrators_say_who_may_come_in(house: House) -> None:
    for roles in (("supervisor",), ("facilitator",)):
        program = await house.program(*roles)
        assert refusal(await program.get("/access/tokens"))[0] == 403
        told = {"label": "x", "roles": ["administrator"]}
        assert refusal(await program.post("/access/tokens", json=told))[0] == 403


async def test_whoever_asks_for_too_much_has_to_wait() -> None:
    async with a_house(a_minute=3) as house:
        program, other = await house.program("supervisor"), await house.program("supervisor")
        assert [(await program.get("/tasks")).status_code for _ in range(4)] == [200, 200, 200, 429]
        told = await program.get("/tasks")
        assert refusal(told)[1] == "Too many requests" and int(told.headers["retry-after"]) >= 1
        assert (await other.get("/tasks")).status_code == 200


def test_as_time_passes_more_may_be_asked_for() -> None:
    limit = Limit(60)
    assert [limit.waits("a", 0.0) for _ in range(61)] == [0.0] * 60 + [1.0]
    assert (limit.waits("a", 0.5), limit.waits("a", 1.0), limit.waits("b", 1.0)) == (0.5, 0.0, 0.0)
    assert limit.waits("a", 1.0) == 1.0
    assert Limit(0).waits("a", 0.0) == 0.0


async def test_the_key_of_the_house_is_kept_and_only_its_owner_reads_it(house: House, tmp_path: Path) -> None:
    file = await keep_key(house.register, tmp_path, "")
    assert file is not None and file.stat().st_mode & 0o777 == 0o600
    secret = file.read_text().strip()
    assert await keep_key(house.register, tmp_path, "") == file and file.read_text().strip() == secret
    assert (await house.comes(Authorization=f"Bearer {secret}").get("/aside")).is_success


def test_processes_that_begin_at_one_instant_settle_on_one_key(tmp_path: Path) -> None:
    names = [f"thr_{number}_secret" for number in range(16)]
    with ThreadPoolExecutor(len(names)) as pool:
        found = set(pool.map(lambda name: written(tmp_path / "key", name), names))
    assert found == {secrets.found(tmp_path)} and found < set(names)
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


async def test_a_key_that_was_revoked_is_made_anew_and_one_beside_another_database_stays(
    house: House, tmp_path: Path
) -> None:
    file = await keep_key(house.register, tmp_path, "")
    assert file is not None
    first = file.read_text().strip()
    await tokens.revoke(house.register, secrets.id_of(first))
    await keep_key(house.register, tmp_path, "")
    second = file.read_text().strip()
    assert second != first
    async with a_house() as other:
        await keep_key(other.register, tmp_path, "")
        assert file.read_text().strip() == second
        assert (await other.comes(Authorization=f"Bearer {second}").get("/aside")).is_success


async def test_a_token_of_the_settings_takes_the_place_of_the_one_before(house: House, tmp_path: Path) -> None:
    first, second = "a" * 32, "b" * 32
    for token in (first, second):
        assert await keep_key(house.register, tmp_path, token) is None
    assert secrets.found(tmp_path) == ""
    assert (await house.comes(Authorization=f"Bearer {second}").get("/aside")).is_success
    assert refusal(await house.comes(Authorization=f"Bearer {first}").get("/aside"))[0] == 401
    with pytest.raises(WeakToken, match="at least 32 letters"):
        await keep_key(house.register, tmp_path, "short")


async def test_administrators_make_links_and_tokens_by_http(house: House) -> None:
    await house.world.do("/access/accounts", person_id="p-1", roles=["facilitator"], jurisdictions=["KY"])
    [account] = (await house.world.get("/access/accounts"))["items"]
    assert (account["person_id"], account["jurisdictions"]) == ("p-1", ["KY"])
    link = await house.world.do("/access/links", person_id="p-1", minutes=5)
    assert "/sign-in/link?key=" in link["link"]
    assert link["expires_at"] == (house.clock.now() + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    made = await house.world.do("/access/tokens", label="R", roles=["evaluator"], person_id="p-1")
    told = (await house.comes(Authorization=f"Bearer {made['secret']}").get("/access/me")).json()
    assert (told["person_id"], told["roles"]) == ("p-1", ["evaluator"])
    assert all("secret" not in one and "hash" not in one for one in (await house.world.get("/access/tokens"))["items"])


async def test_accounts_and_tokens_are_read_page_by_page(house: House) -> None:
    for n in range(5):
        await house.world.do("/access/accounts", person_id=f"p-{n}", roles=["facilitator"], jurisdictions=[])
        await house.world.do("/access/tokens", label=f"R{n}", roles=["evaluator"])
    for path, name, count in (("/access/accounts", "person_id", 5), ("/access/tokens", "token_id", 6)):
        seen: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = await house.world.get(path, limit=2, **cursor)
            seen += [one[name] for one in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert len(seen) == len({*seen}) == count


async def test_whoever_is_erased_comes_in_no_more_and_neither_does_a_program_in_their_name(house: House) -> None:
    await house.world.http.put("/people/p-1", json={"name": "Ana Ruiz", "address": "ana@example.org"})
    person = await house.person("p-1", "supervisor")
    program = await house.program("evaluator", person_id="p-1")
    other = await house.program("supervisor")
    assert (await person.get("/tasks")).is_success and (await program.get("/tasks")).is_success
    assert (await house.world.http.post("/people/p-1/erase", params={"anyway": True})).is_success
    assert refusal(await person.get("/tasks"))[0] == refusal(await program.get("/tasks"))[0] == 401
    assert (await other.get("/tasks")).is_success
    assert await accounts.account(house.register, "p-1") is None
