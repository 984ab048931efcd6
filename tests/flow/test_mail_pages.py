"""What administrators see of mail, and how whoever reads a letter chooses what they are written."""

from datetime import time

from sqlalchemy import select

from services.followup import decisions, domain, handlers
from services.followup.channels import Box, Place
from services.followup.handlers import mail as handling
from services.followup.repository.mail import LETTER
from shared.settings import Settings
from tests.support.http import prepared
from tests.support.mail import FACILITATOR, People, a_link
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


async def test_without_a_mail_server_administrators_see_what_would_be_sent() -> None:
    async with prepared() as world:
        followup = world.services["followup"]
        await hand_over(world)
        people = People(FACILITATOR.model_copy(update={"person_id": "p-e", "name": "Eve Evaluator"}))
        place = Place("peer@example.org", "http://here")
        followup.sender = handling.Sender(followup.store, people, Box(), place, a_link, Settings())
        await followup.sender.send_all()
        [row] = (await world.get("/app/mail.json"))["items"]
        assert (row["kind"], row["person_id"], row["state"]) == ("handover", "p-e", "sent")
        page = (await world.http.get("/app/mail", headers=BROWSER)).text
        assert "No mail server is named" in page
        assert "Eve Evaluator" not in page, "the directory of this house does not know her, so she was erased"


async def test_one_click_stops_one_kind_of_letter_and_to_look_stops_nothing() -> None:
    async with prepared() as world:
        store = world.services["followup"].store
        await hand_over(world)
        link = f"/app/mail/choose/{await secret_of(world, 'p-e')}"
        assert (await world.http.get(link, headers=BROWSER)).status_code == 200
        assert (await handling.chosen(store, "p-e")).stopped == ()
        assert (await world.http.post(link, data={"List-Unsubscribe": "One-Click"})).status_code == 200
        assert (await handling.chosen(store, "p-e")).stopped == ("handover",)


async def test_the_link_in_a_letter_leads_to_a_choice_of_kinds_and_of_the_hour() -> None:
    async with prepared() as world:
        store = world.services["followup"].store
        await hand_over(world)
        link = f"/app/mail/choose/{await secret_of(world, 'p-e')}"
        told = {"wanted": ["digest", "handover"], "at": "08:15"}
        page = await world.http.post(link, data=told, headers=BROWSER, follow_redirects=True)
        assert "Your choice is on record." in page.text and 'value="08:15"' in page.text
        choice = await handling.chosen(store, "p-e")
        assert (choice.stopped, choice.at) == (("escalation",), time(8, 15))
        wrong = await world.http.post(link, data={"at": "noon"}, headers=BROWSER)
        assert wrong.status_code == 422 and "07:30" in wrong.text
        assert (await world.http.get("/app/mail/choose/nobodys", headers=BROWSER)).status_code == 404
