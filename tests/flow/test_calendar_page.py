"""A person makes an address for their calendar, reads it, and takes it back; nobody is shown it twice."""

import re

from tests.support.access import a_house

BROWSER = {"accept": "text/html"}


async def test_an_address_is_shown_once_and_answers_until_it_is_taken_back() -> None:
    async with a_house() as house:
        person = await house.person("p-f", "facilitator")
        assert "None yet" in (await person.get("/app/calendar", headers=BROWSER)).text
        made = await person.post("/app/calendar/make", headers=BROWSER)
        [address] = re.findall('value="(http[^"]+\\.ics)"', made.text)
        assert made.headers["cache-control"] == "no-store" and "shown only this once" in made.text
        assert (await house.comes().get(address)).text.startswith("BEGIN:VCALENDAR")
        page = (await person.get("/app/calendar", headers=BROWSER)).text
        assert address not in page and "A calendar reads it" in page
        [feed] = (await person.get("/app/calendar.json")).json()["items"]
        gone = await person.post("/app/calendar/revoke", data={"feed_id": feed["feed_id"]}, headers=BROWSER)
        assert gone.status_code == 303
        assert "None yet" in (await person.get("/app/calendar", headers=BROWSER)).text
        assert (await house.comes().get(address)).status_code == 404


async def test_nobody_sees_or_takes_back_the_addresses_of_others() -> None:
    async with a_house() as house:
        hers = await house.person("p-f", "facilitator")
        his = await house.person("p-s", "supervisor")
        await hers.post("/app/calendar/make", headers=BROWSER)
        [feed] = (await hers.get("/app/calendar.json")).json()["items"]
        assert (await his.get("/app/calendar.json")).json()["items"] == []
        assert (await his.post("/app/calendar/revoke", data={"feed_id": feed["feed_id"]})).status_code == 404


async def test_a_program_has_no_calendar_page() -> None:
    async with a_house() as house:
        program = await house.program("administrator")
        answer = await program.get("/app/calendar", headers=BROWSER)
        assert answer.status_code == 422 and "a token has no calendar" in answer.text
