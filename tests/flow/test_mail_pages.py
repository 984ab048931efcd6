"""What administrators see of mail, and how whoever reads a letter chooses what they are written."""

from datetime import time, timedelta
from time import monotonic

from sqlalchemy import select

from services.followup import decisions, domain, handlers
from services.followup.channels import Box, Place
from services.followup.domain.mail import CHOSEN, Intended
from services.followup.handlers import mail as handling
from services.followup.handlers.sender import Sender
from services.followup.pages.mail import LETTERS
from services.followup.repository import mail
from services.followup.repository.mail import LETTER
from shared.access.secrets import hashed
from shared.settings import Settings
from tests.support.access import a_house
from tests.support.http import prepared
from tests.support.mail import FACILITATOR, Accounts, People, a_mail_server, a_sender
from tests.support.services import World

BROWSER = {"accept": "text/html"}
TASK = "e1/ask/vi/1"


async def secret_of(world: World, person_id: str) -> str:
    """What stands in the link of the last letter to a person."""
    async with world.services["followup"].store.look() as unit:
        found = await unit.connection.scalar(select(LETTER.c.stop).where(LETTER.c.person_id == person_id))
    assert found
    return found


async def hand_over(world: World) -> None:
    """Somebody hands a task over to the evaluator."""
    await world.until("2027-01-20")
    command = domain.HandOverTask(task_id=TASK, to="evaluator", person_id="p-f")
    await handlers.obey(world.services["followup"].store, command, decisions.hand_over, 0)


async def test_without_a_mail_server_administrators_see_what_is_written_and_that_nobody_got_it() -> None:
    async with prepared() as world:
        followup = world.services["followup"]
        await hand_over(world)
        people = People(FACILITATOR.model_copy(update={"person_id": "p-e", "name": "Eve Evaluator"}))
        place = Place("peer@example.org", "http://here")
        followup.sender = Sender(followup.store, people, Box(), lambda: place, Accounts(), Settings())
        await followup.sender.send_all()
        [row] = (await world.get("/app/mail.json"))["items"]
        assert (row["kind"], row["person_id"], row["state"]) == ("handover", "p-e", "not_sent")
        page = (await world.http.get("/app/mail", headers=BROWSER)).text
        assert "No mail server is named" in page and "What was handed over" in page
        assert row["titles"] and row["titles"][0] in page, "what it was about"
        assert page.count(">Not sent</span>") == 1 and ">Sent</span>" not in page
        assert "Eve Evaluator" not in page, "the directory of this house does not know her, so she was erased"


async def test_what_nobody_got_is_not_sent_later_and_never_shown_as_sent() -> None:
    async with prepared() as world, a_mail_server() as server:
        store = world.services["followup"].store
        await hand_over(world)
        eve = FACILITATOR.model_copy(update={"person_id": "p-e"})
        await a_sender(store, server, eve, mail_host="").send_all()
        await a_sender(store, server, eve).send_all()
        assert server.arrived == []
        [row] = (await world.get("/app/mail.json"))["items"]
        assert (row["state"], "No mail server was named" in row["why"]) == ("not_sent", True)
        assert (await world.get("/app/mail.json", state="sent"))["items"] == []


async def test_one_click_stops_one_kind_of_letter_and_to_look_stops_nothing() -> None:
    async with prepared() as world:
        store = world.services["followup"].store
        await hand_over(world)
        link = f"/app/mail/choose/{await secret_of(world, 'p-e')}"
        assert (await world.http.get(link, headers=BROWSER)).status_code == 200
        assert (await handling.chosen(store, "p-e")).stopped == ()
        assert (await world.http.post(link, data={"List-Unsubscribe": "One-Click"})).status_code == 200
        assert (await handling.chosen(store, "p-e")).stopped == ("handover",)


async def test_who_asks_faster_than_people_do_by_the_link_in_a_letter_has_to_wait() -> None:
    async with prepared() as world:
        await hand_over(world)
        secret = await secret_of(world, "p-e")
        for method in ("GET", "POST"):
            for _ in range(LETTERS.one_link.a_minute):
                LETTERS.one_link.waits(hashed(secret), monotonic() + 600)
            refused = await world.http.request(method, f"/app/mail/choose/{secret}", headers=BROWSER)
            assert (refused.status_code, "Try again in" in refused.text) == (429, True)
        assert (await world.http.get("/app/mail/choose/nobodys", headers=BROWSER)).status_code == 404


async def test_the_link_in_a_letter_leads_to_a_choice_of_kinds_and_of_the_hour() -> None:
    async with prepared() as world:
        store = world.services["followup"].store
        await hand_over(world)
        link = f"/app/mail/choose/{await secret_of(world, 'p-e')}"
        told = {"wanted": ["digest", "handover"], "at": "08:15"}
        page = await world.http.post(link, data=told, headers=BROWSER, follow_redirects=True)
        assert "Your choice is on record." in page.text and 'value="08:15"' in page.text
        choice = await handling.chosen(store, "p-e")
        assert (choice.stopped, choice.at) == (("escalation", "invitation", "reminder"), time(8, 15))
        wrong = await world.http.post(link, data={"at": "noon"}, headers=BROWSER)
        assert wrong.status_code == 422 and "07:30" in wrong.text
        assert (await world.http.get("/app/mail/choose/nobodys", headers=BROWSER)).status_code == 404


async def test_who_looks_for_mail_where_others_have_it_is_led_to_it() -> None:
    async with prepared() as world:
        answer = await world.http.get("/mail", headers=BROWSER)
        assert (answer.status_code, answer.headers["location"]) == (303, "/app/mail")


async def test_a_mail_program_stops_letters_without_being_anybody_here() -> None:
    async with a_house() as house:
        store = house.world.services["followup"].store
        async with store.work() as unit:
            await mail.intend(unit, [Intended("digest", "p-f", "digest/p-f/2027-01-04", unit.now + timedelta(hours=1))])
        link = f"/app/mail/choose/{await secret_of(house.world, 'p-f')}"
        async with house.comes() as program:
            shown = await program.get(link, headers=BROWSER)
            assert (shown.status_code, "Keep this choice" in shown.text) == (200, True)
            assert (await handling.chosen(store, "p-f")).stopped == ()
            assert (await program.post(link, data={"List-Unsubscribe": "One-Click"})).status_code == 200
            assert (await program.get("/app/mail.json")).status_code == 401
        assert (await handling.chosen(store, "p-f")).stopped == ("digest",)


async def test_the_link_in_a_letter_stops_letters_of_its_reader_and_opens_nothing_else() -> None:
    async with a_house() as house:
        followup = house.world.services["followup"]
        async with followup.store.work() as unit:
            later = unit.now + timedelta(hours=1)
            await mail.intend(unit, [Intended("handover", who, f"handover/{who}", later) for who in ("p-f", "p-s")])
        secret = await secret_of(house.world, "p-f")
        async with house.comes() as program:
            for stranger in (f"/calendar/{secret}.ics", f"/app/mail/choose/{secret}x", "/app/mail/choose/x"):
                assert (await program.get(stranger)).status_code == 404
            assert (await program.post("/sign-in/link", data={"key": secret})).status_code == 410
            assert (await program.get("/tasks", headers={"Authorization": f"Bearer {secret}"})).status_code == 401
            link = f"/app/mail/choose/{secret}"
            for _look in ("GET", "HEAD"):
                await program.request(_look, link, params={"List-Unsubscribe": "One-Click"})
            assert (await handling.chosen(followup.store, "p-f")).stopped == ()
            assert (await program.post(link, data={"List-Unsubscribe": "One-Click"})).is_success
            choices = [(await handling.chosen(followup.store, who)).stopped for who in ("p-f", "p-s")]
            assert choices == [("handover",), ()]
            await followup.answer("forget", {"person_id": "p-f", "words": []})
            assert (await program.post(link, data={"List-Unsubscribe": "One-Click"})).status_code == 404


async def test_a_facilitator_finds_her_mail_and_not_the_log_of_all_mail() -> None:
    async with a_house() as house, await house.person("p-f", "facilitator") as fay:
        page = await fay.get("/app/mail/mine", headers=BROWSER)
        assert "Write to me about" in page.text and 'href="/app/mail"' not in page.text
        store = house.world.services["followup"].store
        await fay.post("/app/mail/mine", data={"wanted": ["escalation", "handover"]})
        assert (await handling.chosen(store, "p-f")).stopped == ("digest", "invitation", "reminder")
        account = (await fay.get("/app/account", headers=BROWSER)).text
        assert "Choose what is written to you" in account and 'href="/app/mail/mine"' in account
        await fay.post("/app/mail/mine", data={"wanted": list(CHOSEN)})
        assert (await handling.chosen(store, "p-f")).stopped == ()
        assert (await fay.get("/app/mail.json")).status_code == 403
