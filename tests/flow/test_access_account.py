"""On the page of their account people see who they are here and where they are signed in, and sign out elsewhere."""

from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient

from shared.access import signing_in
from tests.support.access import HERE, House, a_house, forget_callers

BROWSER = {"Accept": "text/html", "Origin": HERE}
PAGE = "/app/account"


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    forget_callers(monkeypatch)
    async with a_house() as house:
        yield house


async def another_browser(house: House, person_id: str) -> AsyncClient:
    secret = await signing_in.begin(house.register, person_id)
    return house.comes(Cookie=f"throughline={secret}", Origin=HERE)


async def sign_ins(browser: AsyncClient) -> list[tuple[str, bool]]:
    told = (await browser.get(f"{PAGE}.json")).json()["items"]
    return [(one["sign_in"], one["is_this"]) for one in told]


async def is_in(browser: AsyncClient) -> bool:
    return (await browser.get("/access/me")).is_success


async def test_people_see_who_they_are_and_what_is_theirs_to_see(house: House) -> None:
    ada = await house.person("p-ada", "facilitator", "evaluator", jurisdictions=["VI", "KY"])
    await house.world.http.put("/people/p-ada", json={"name": "Ada Example", "address": "ada@example.gov"})
    page = (await ada.get(PAGE, headers=BROWSER)).text
    for told in ("Ada Example", "p-ada", "evaluator, facilitator", "the requests of KY, VI", "this browser"):
        assert told in page
    assert "ada@example.gov" not in page and f'href="{PAGE}"' in page
    office = await house.person("p-bea", "supervisor")
    assert "all engagements" in (await office.get(PAGE, headers=BROWSER)).text


async def test_they_sign_out_in_another_browser_and_stay_signed_in_here(house: House) -> None:
    here = await house.person("p-ada", "facilitator")
    there, elsewhere = await another_browser(house, "p-ada"), await another_browser(house, "p-ada")
    (lost,) = [name for name, is_this in await sign_ins(there) if is_this]
    assert len(await sign_ins(here)) == 3
    answer = await here.post(f"{PAGE}/sign-out", data={"sign_in": lost})
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert [await is_in(one) for one in (here, there, elsewhere)] == [True, False, True]
    await here.post(f"{PAGE}/sign-out-elsewhere")
    assert [await is_in(one) for one in (here, there, elsewhere)] == [True, False, False]
    assert [is_this for _, is_this in await sign_ins(here)] == [True]


async def test_nobody_signs_out_anybody_else(house: House) -> None:
    ada, bea = await house.person("p-ada", "facilitator"), await house.person("p-bea", "facilitator")
    ((hers, _),) = await sign_ins(bea)
    assert (await ada.post(f"{PAGE}/sign-out", data={"sign_in": hers})).status_code == 303
    await ada.post(f"{PAGE}/sign-out-elsewhere")
    assert await is_in(bea)
    for wrong in ("%", "_" * 16, hers[:4], ""):
        assert (await ada.post(f"{PAGE}/sign-out", data={"sign_in": wrong})).status_code == 422


async def test_the_name_of_a_sign_in_lets_nobody_in(house: House) -> None:
    ada = await house.person("p-ada", "facilitator")
    ((name, _),) = await sign_ins(ada)
    assert not await is_in(house.comes(Cookie=f"throughline={name}"))


async def test_a_program_is_told_that_it_is_no_person(house: House) -> None:
    program = await house.program("administrator")
    page = await program.get(PAGE, headers={"Accept": "text/html"})
    assert page.status_code == 200 and "not as a person" in page.text
    for path in ("sign-out-elsewhere", "sign-out"):
        assert (await program.post(f"{PAGE}/{path}", data={"sign_in": "0" * 16})).status_code == 303
