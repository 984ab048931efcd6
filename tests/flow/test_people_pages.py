"""Administrators add people, mend them, and give and take accounts in a browser; in forms people are found by name."""

from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient, Response

from services.intake.pages import choosing
from shared.web.reading import LARGEST
from tests.support.access import HERE, House, a_house, forget_callers
from tests.support.http import prepared

BROWSER = {"Accept": "text/html", "Origin": HERE}
PEOPLE = "/app/people"
NEW = {"name": "Maria Quillfeather", "address": "maria@example.gov", "zone": "America/New_York"}


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    forget_callers(monkeypatch)
    async with a_house() as house:
        yield house


async def sent(browser: AsyncClient, path: str, status: int = 200, /, **told: object) -> str:
    answer = await browser.post(path, data=told, headers=BROWSER, follow_redirects=True)
    assert answer.status_code == status, answer.text
    return answer.text


async def added(browser: AsyncClient, **told: str) -> str:
    """The page of somebody who was just added."""
    answer = await browser.post(f"{PEOPLE}/new", data=NEW | told, headers=BROWSER)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def accounts(browser: AsyncClient) -> list[dict[str, str]]:
    found: list[dict[str, str]] = (await browser.get("/access/accounts")).json()["items"]
    return found


async def test_one_person_is_added_and_mended(house: House) -> None:
    office = house.world.http
    page = await added(office)
    shown = (await office.get(page, headers=BROWSER)).text
    assert "Maria Quillfeather is in the directory." in shown and "maria@example.gov" in shown
    assert "Eastern time (New York)" in shown
    shown = await sent(office, page, name="Maria Ruiz", address="maria@example.gov", left="yes")
    assert "Maria Ruiz: kept as you told it." in shown and ">Left<" in shown
    assert "maria" not in page and "quillfeather" not in page


async def test_what_is_wrong_with_a_person_is_told_by_its_field_and_nothing_typed_is_lost(house: House) -> None:
    office = house.world.http
    await added(office)
    shown = await sent(office, f"{PEOPLE}/new", 422, name="", address="nowhere")
    assert '<a class="usa-link" href="#name">Name is missing</a>' in shown and 'value="nowhere"' in shown
    shown = await sent(office, f"{PEOPLE}/new", 409, name="Another", address="MARIA@example.gov")
    assert '<a class="usa-link" href="#address">This mail address is that of ' in shown and 'value="Another"' in shown


async def test_an_account_is_given_and_taken_back(house: House) -> None:
    office = house.world.http
    page = await added(office)
    shown = await sent(office, f"{page}/account", 422, jurisdictions="KY")
    assert "What they are here to do is missing: tick at least one" in shown and 'value="KY"' in shown
    assert "names XX, which is not known here" in await sent(
        office, f"{page}/account", 422, roles="facilitator", jurisdictions="XX"
    )
    shown = await sent(office, f"{page}/account", roles=["facilitator", "evaluator"], jurisdictions="ky, WI")
    assert "may sign in as facilitator and evaluator." in shown and 'value="KY, WI"' in shown
    person_id = page.rpartition("/")[2]
    [account] = [one for one in await accounts(office) if one["person_id"] == person_id]
    assert (sorted(account["roles"]), sorted(account["jurisdictions"])) == (["evaluator", "facilitator"], ["KY", "WI"])
    assert "may not sign in any more" in await sent(office, f"{page}/account/revoke")
    assert person_id not in [one["person_id"] for one in await accounts(office)]


async def test_whoever_has_left_is_given_no_account(house: House) -> None:
    office = house.world.http
    page = await added(office)
    await sent(office, page, name="Maria Quillfeather", left="yes")
    shown = await sent(office, f"{page}/account", 409, roles="facilitator", jurisdictions="KY")
    assert "They have left. Take the tick at &#34;Has left&#34; away" in shown
    assert page.rpartition("/")[2] not in [one["person_id"] for one in await accounts(office)]
    await sent(office, page, name="Maria Quillfeather")
    assert "may sign in as facilitator." in await sent(office, f"{page}/account", roles="facilitator")


async def test_nobody_takes_the_last_key_from_themselves(house: House) -> None:
    office = await house.person("p-ada", "administrator")
    await house.world.http.put("/people/p-ada", json={"name": "Ada Example"})
    page = f"{PEOPLE}/p-ada"
    assert "This is you: somebody else" in await sent(office, f"{page}/account", 409, roles="facilitator")
    assert "This is you: somebody else" in await sent(office, f"{page}/account/revoke", 409)
    assert "This is you: somebody else" in await sent(office, page, 409, name="Ada Example", left="yes")
    assert "This is you: somebody else" in await sent(office, f"{page}/erase", 409, anyway="true")
    mended = await office.post(page, data={"name": "Ada Lovely"}, headers=BROWSER)
    assert mended.status_code == 303, "everything else about oneself one may mend"


async def test_a_link_to_sign_in_is_sent_to_whoever_has_an_account_and_an_address(house: House) -> None:
    services = house.world.services
    services["intake"].colleagues = {"followup": services["followup"]}
    office = house.world.http
    page = await added(office)
    await sent(office, f"{page}/account", roles="facilitator")
    assert "Nothing was sent, as no mail server is named" in await sent(office, f"{page}/link")
    with_mail = services["followup"].settings.model_copy(update={"mail_host": "mail.example.gov"})
    services["followup"].settings = with_mail
    assert "A link to sign in is on its way to maria@example.gov." in await sent(office, f"{page}/link")
    await sent(office, page, name="Maria Quillfeather")
    assert "There is no mail address" in await sent(office, f"{page}/link", 409)


async def test_who_administers_nothing_sees_no_address_and_changes_nobody(house: House) -> None:
    office, bea = await house.person("p-ada", "administrator"), await house.person("p-bea", "supervisor")
    page = await added(office)
    answers: list[Response] = [await bea.get(one, headers=BROWSER) for one in (PEOPLE, f"{PEOPLE}.csv", page)]
    answers += [await bea.post(one, headers=BROWSER) for one in (page, f"{page}/account", f"{PEOPLE}/find")]
    assert {one.status_code for one in answers} == {403}
    offered = await bea.post(f"{PEOPLE}/choose?field=lead", data={"lead": "quill"}, headers=BROWSER)
    assert "Maria Quillfeather (" in offered.text and "maria@" not in offered.text
    hidden = await bea.post(f"{PEOPLE}/choose?field=lead", data={"lead": "example.gov"}, headers=BROWSER)
    assert "Maria" not in hidden.text, "whoever sees no address finds nobody by it"


async def test_the_directory_is_shown_page_by_page_and_somebody_is_found_in_it() -> None:
    async with prepared() as world:
        rows = "".join(f"q-{n},Person {n:03},p{n}@example.gov\n" for n in range(130))
        await world.do("/people/import", csv=f"id,name,address\n{rows}")
        first = (await world.http.get(PEOPLE, headers=BROWSER)).text
        assert "Person 099" in first and "Person 100" not in first and f'href="{PEOPLE}?cursor=q-99"' in first
        rest = (await world.http.get(PEOPLE, params={"cursor": "q-99"}, headers=BROWSER)).text
        assert "Person 100" in rest and "Person 129" in rest and "Person 099" not in rest
        assert len((await world.get(f"{PEOPLE}.json"))["items"]) == 130
        gone = await world.http.get(PEOPLE, params={"cursor": "q-gone"}, headers=BROWSER)
        assert gone.status_code == 422 and "names nobody whom the directory knows any more" in gone.text
        found = await world.http.post(f"{PEOPLE}/find", data={"words": "P77@ person"}, headers=BROWSER)
        assert "1 person is found." in found.text and "Person 077" in found.text
        none = await world.http.post(f"{PEOPLE}/find", data={"words": "nobody%"}, headers=BROWSER)
        assert "Nobody is found" in none.text


async def test_anybody_of_a_large_directory_can_be_chosen_by_name_or_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "FEW", 2)
    async with prepared() as world:
        for person_id, name in {
            "q-1": "Maria Ruiz",
            "q-2": "Jun Park",
            "q-3": "Jun Park",
            "q-4": "Ángel Ñúñez",
        }.items():
            await world.http.put(f"/people/{person_id}", json={"name": name})
        team = "/app/engagements/e1/teams/ky"
        form = (await world.http.get(team, headers=BROWSER)).text
        assert '<datalist id="fill-who-people"' in form and "Maria Ruiz" not in form

        async def joined(who: str) -> Response:
            told = {"person_id": who, "role": "provider", "on": "2027-01-12"}
            return await world.http.post(f"{team}/fill", data=told, headers=BROWSER, follow_redirects=True)

        assert "Maria Ruiz is in the team now" in (await joined("maria ruiz")).text
        assert "Jun Park is in the team now" in (await joined("Jun Park (q-3)")).text
        for typed in ("Ángel", "ñúñez"):
            offered = await world.http.post("/app/people/choose?field=who", data={"who": typed}, headers=BROWSER)
            assert "Ángel Ñúñez (q-4)" in offered.text
        assert "Ángel Ñúñez is in the team now" in (await joined("ángel ñúñez")).text
        both = await joined("Jun Park")
        assert both.status_code == 422 and "Who is the name of several people" in both.text
        assert 'value="Jun Park"' in both.text
        for nobody in ("Maria", "Jun Park (Bob)"):
            assert "is nobody whom the directory knows" in (await joined(nobody)).text, "else a name gets into the log"
        members = {one["person_id"] for one in (await world.get("/teams/ky"))["members"]}
        assert members == {"p-1", "q-1", "q-3", "q-4"}


async def test_a_file_that_could_not_be_taken_in_is_refused_when_it_is_looked_at() -> None:
    async with prepared() as world:
        text = b"name\n" + b"a\n" * 400_000
        assert len(text) < LARGEST < len(text) * 3 / 2, "each line end becomes two letters on its way back"
        answer = await world.http.post(f"{PEOPLE}/import", files={"file": ("a.csv", text, "text/csv")}, headers=BROWSER)
        assert answer.status_code == 422 and "A CSV file is too large" in answer.text
        huge = await world.http.post(
            f"{PEOPLE}/import", files={"file": ("a.csv", b"x" * LARGEST, "text/csv")}, headers=BROWSER
        )
        assert huge.status_code == 413 and huge.headers["content-type"].startswith("text/html")
        none = await world.http.post(f"{PEOPLE}/import", files={"file": ("", b"", "text/csv")}, headers=BROWSER)
        assert none.status_code == 422 and "A CSV file is missing" in none.text
