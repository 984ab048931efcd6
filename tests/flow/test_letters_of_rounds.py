"""When a round opens, whoever is asked gets one letter with a link of their own, if policy allows it; and no other."""

import re

import pytest

from services.evaluation import decisions as evaluating
from services.evaluation import domain as evaluation
from services.evaluation import handlers
from services.evaluation.domain.sampling import Draw, instead, one_of_each
from services.followup.handlers import contacts
from services.followup.handlers import mail as handling
from services.followup.repository import mail
from services.stage import Courier, Stage
from shared.access.caller import ALL_RIGHTS
from shared.bus.asking import TurnedDown, Words
from shared.events import wire
from shared.events.base import Fact
from shared.people import Person
from tests.support.mail import a_mail_server, html_of, text_of
from tests.support.rounds import EVERYBODY, LEA, ROUND, RULE, Letters, a_playbook, a_team, an_open_round
from tests.support.saying import said
from tests.support.services import a_world

OFTEN = "contacts: {caps: [{by: team, most: 1, in: 1 month}]}\n"


async def links(letters: Letters) -> dict[str, str]:
    """The newest link that each got, by the name in their address."""
    found = {}
    for one in letters.server.arrived:
        [link] = re.findall(r"https://\S+(/app/answer/\S+)", text_of(one))
        found[one["To"].addresses[0].username] = link
    return found


async def answer(letters: Letters, who: str) -> None:
    link = (await links(letters))[who]
    sent = await letters.world.http.post(link, data={"useful": "4", "pace": "right", "send": "1"})
    assert sent.status_code == 200, sent.text


async def test_each_who_is_asked_gets_one_letter_with_a_link_that_leads_to_the_form() -> None:
    async with an_open_round() as letters:
        assert await letters.send() == ["lea", "mar", "tom"]
        for _ in range(3):
            assert await letters.send() == [], "a sender that starts anew finds them on record"
        for who, link in (await links(letters)).items():
            page = await letters.world.http.get(link)
            assert page.status_code == 200 and 'name="useful"' in page.text, who


async def test_a_letter_is_written_in_the_language_of_its_reader_and_tells_until_when() -> None:
    async with an_open_round() as letters:
        await letters.send()
        leas, mars, _ = sorted(letters.server.arrived, key=lambda one: str(one["To"]))
        assert leas["Subject"] == "Halfway through: how is it going? (Out-of-school time)"
        assert "You can answer until Monday, January 25." in text_of(leas)
        assert mars["Subject"].startswith("A mitad de camino")
        for twin in (text_of(mars), html_of(mars)):
            assert "Puede responder hasta el lunes 25 de enero." in twin and "language=es" in twin
        assert '<html lang="es">' in html_of(mars) and "Abrir el formulario" in html_of(mars)
        assert leas["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_no_link_and_no_name_is_kept_where_letters_are_on_record() -> None:
    async with an_open_round() as letters:
        await letters.send()
        secrets = [link.rsplit("/", 1)[1].split("?")[0] for link in (await links(letters)).values()]
        async with letters.store.look() as unit:
            for table in ("letter", "attempt", "asking", "fact", "outbox"):
                kept = str((await unit.connection.exec_driver_sql(f"SELECT * FROM {table}")).all())
                assert not any(word in kept for word in (*secrets, "example.org", "Lea Lead"))


async def test_a_team_that_answers_as_one_is_written_to_by_its_lead() -> None:
    rule = RULE.replace("mid-survey", "goal-form")
    async with an_open_round(playbook=a_playbook(rule)) as letters:
        assert await letters.send() == ["lea"]
        assert "Open the form of KY" in text_of(letters.server.arrived[0])


async def test_whoever_is_called_gets_no_letter() -> None:
    async with an_open_round(playbook=a_playbook(RULE.replace("mid-survey", "mid-interview"))) as letters:
        assert await letters.send() == []


async def test_where_evaluation_does_not_answer_the_letter_waits_and_goes_out_later() -> None:
    async with an_open_round() as letters:
        letters.is_evaluation_there = False
        assert await letters.send() == []
        await letters.world.until("2027-01-11", hour=13)
        letters.is_evaluation_there = True
        assert await letters.send() == ["lea", "mar", "tom"]


async def test_a_letter_for_which_no_link_could_be_made_is_tried_again() -> None:
    async with an_open_round() as letters:
        sender = letters.sender()
        told = await letters.asks("evaluation", "whom", {"round_id": ROUND})

        async def only_whom(service: str, what: str, question: object) -> object:
            return told if what == "whom" else None

        sender._access.asks = only_whom  # type: ignore[attr-defined]
        await sender.send_all()
        assert {state for _, _, state in await letters.states()} == {"waiting"}
        await letters.world.until("2027-01-11", hour=13)
        assert await letters.send() == ["lea", "mar", "tom"]


@pytest.mark.parametrize("status", [404, 422])
async def test_a_letter_for_which_evaluation_refuses_a_link_waits_and_goes_out_once_there_is_one(status: int) -> None:
    async with an_open_round() as letters:
        sender = letters.sender()

        async def no_forms(service: str, what: str, question: Words) -> Words | None:
            if what == "forms":
                raise TurnedDown(status, "Not known here", (), "There is no form here yet.")
            return await letters.asks(service, what, question)

        sender._access.asks = no_forms  # type: ignore[attr-defined]
        await sender.send_all()
        async with letters.store.look() as unit:
            found = await mail.latest(unit, 100)
        assert {one.state for one in found} == {"waiting"}
        assert all("There is no form here yet." in (one.why or "") for one in found)
        await letters.world.until("2027-01-11", hour=13)
        assert await letters.send() == ["lea", "mar", "tom"]


async def test_whoever_answers_while_the_letter_waits_needs_it_no_more() -> None:
    async with an_open_round() as letters:
        sender = letters.sender()

        async def asked_no_more(service: str, what: str, question: Words) -> Words | None:
            if what == "forms":
                raise TurnedDown(409, "In conflict", (), "They have answered.")
            return await letters.asks(service, what, question)

        sender._access.asks = asked_no_more  # type: ignore[attr-defined]
        await sender.send_all()
        assert {state for _, _, state in await letters.states()} == {"needless"}


async def test_whoever_has_answered_left_or_declined_before_the_letter_goes_out_gets_none() -> None:
    gone = LEA.model_copy(update={"left": True})
    async with an_open_round(people=(gone, *EVERYBODY[1:])) as letters:
        await letters.world.say(said("contact_declined", person_id="p-2", on="2027-01-11"))
        assert await letters.send() == ["tom"]
        assert await letters.states() == [
            ("invitation", "p-1", "needless"), ("invitation", "p-2", "withheld"), ("invitation", "p-3", "sent"),
        ]  # fmt: skip


async def test_whoever_joins_a_team_while_the_round_is_open_is_invited_a_day_later() -> None:
    async with an_open_round(a_team("p-1")) as letters:
        assert await letters.send() == ["lea"]
        members = [{"person_id": one, "role": "provider"} for one in ("p-1", "p-3")]
        await letters.world.say(said("team_changed", members=members, changed_on="2027-01-12"))
        await letters.world.until("2027-01-12", hour=13)
        assert await letters.send() == ["tom"]


async def test_a_log_from_before_that_is_read_in_writes_to_nobody() -> None:
    async with an_open_round(a_team("p-1")) as letters:
        old = said("evaluation_opened", round_id="e1/mid/e1/9", n=1, rule="mid", kind="mid", instrument="mid-survey")
        await letters.world.until("2027-01-13")
        followup = letters.world.services["followup"]
        await followup.hear(followup.store, [old])
        assert await letters.send() == ["lea"]
        assert [one for one in await letters.states() if "9" in str(one)] == []


@pytest.mark.parametrize(("back", "written_to"), [("2027-01-15", ["lea", "mar", "tom"]), ("2027-01-26", [])])
async def test_where_mail_was_away_when_a_round_opened_people_are_written_to_as_long_as_it_is_open(
    back: str, written_to: list[str]
) -> None:
    async with a_world() as world, a_mail_server() as server:
        await world.say(a_playbook(), said("engagement_opened"), a_team("p-1", "p-2", "p-3"))
        there = [service for service in world.services.values() if service.name != "followup"]
        world.stage = Stage(there, world.clock, Courier(there).settle)
        await world.until(back)
        followup = world.services["followup"]
        missed = [wire.understand(one) for one in await world.facts("evaluation")]
        await followup.hear(followup.store, missed)
        letters = Letters(world, server)
        assert await letters.send() == written_to
        assert await letters.send() == []


LENAS: tuple[Fact, ...] = (a_team("p-1", "p-2"), a_team("p-1", "p-3", team_id="gu", jurisdiction="GU"))
"""Somebody leads two teams, each of which answers as one."""
AS_ONE = RULE.replace("mid-survey", "goal-form")


async def test_whoever_leads_two_teams_gets_one_letter_that_is_a_contact_with_both() -> None:
    async with an_open_round(*LENAS, playbook=a_playbook(AS_ONE)) as letters:
        assert await letters.send() == ["lea"]
        assert [place for _, place, _ in await letters.contacts()] == ["GU", "KY"]


async def test_a_team_whose_people_are_all_in_others_too_is_asked_as_a_team() -> None:
    alone = a_team("p-1", team_id="wi", jurisdiction="WI")
    async with an_open_round(*LENAS, alone, playbook=a_playbook(AS_ONE)) as letters:
        assert await letters.send() == ["lea"]
        [letter] = letters.server.arrived
        assert all(f"Open the form of {place}" in text_of(letter) for place in ("KY", "GU", "WI"))
        asked = (await letters.world.get(f"/rounds/{ROUND}/invitations"))["items"]
        assert sorted((one["team_id"], one["state"]) for one in asked) == [
            ("gu", "invited"), ("ky", "invited"), ("wi", "invited"),
        ]  # fmt: skip


@pytest.mark.parametrize("team", ["ky", "gu"])
async def test_a_letter_about_two_teams_is_withheld_where_either_declined(team: str) -> None:
    async with an_open_round(*LENAS, playbook=a_playbook(AS_ONE)) as letters:
        await letters.world.say(said("contact_declined", team_id=team, on="2027-01-11"))
        assert await letters.send() == []
        told = [one["data"] for one in await letters.world.facts() if one["type"].endswith("contact_suppressed.v1")]
        assert [(one["team_id"], one["rule"]) for one in told] == [(team, "consent")]


@pytest.mark.parametrize("place", ["KY", "GU"])
async def test_a_letter_about_two_teams_is_withheld_where_either_had_enough(place: str) -> None:
    other = (
        "- {name: offer, each: team, when: {jurisdiction: PLACE}, task: Offer, to: facilitator, contact: offer, "
        "due: {wait: 2 days, after: formed}}"
    ).replace("PLACE", place)
    async with an_open_round(*LENAS, playbook=a_playbook(f"{other}\n{AS_ONE}", OFTEN)) as letters:
        assert await letters.send() == []
        told = [one["data"] for one in await letters.world.facts() if one["type"].endswith("contact_suppressed.v1")]
        assert [(one["team_id"], one["rule"]) for one in told] == [(place.lower(), "cap")]


async def test_an_invitation_is_counted_once_with_the_round_whether_its_rule_is_a_contact_or_not() -> None:
    for rule in (RULE, RULE.replace("ask:", "contact: true, ask:")):
        async with an_open_round(playbook=a_playbook(rule, OFTEN)) as letters:
            assert await letters.send() == ["lea", "mar", "tom"]
            people = sorted(person or "" for _, _, person in await letters.contacts())
            assert people == ["p-1", "p-2", "p-3"]
            shown = await contacts.shown(letters.store, ALL_RIGHTS, contacts.Asked("e1"))
            assert [one.used for one in shown.allowed] == [1]


async def test_what_policy_forbids_is_withheld_once_and_shown_with_its_rule_and_reason() -> None:
    other = (
        "- {name: offer, each: team, task: Offer, to: facilitator, contact: offer, due: {wait: 2 days, after: formed}}"
    )
    async with an_open_round(playbook=a_playbook(f"{other}\n{RULE}", OFTEN)) as letters:
        for _ in range(2):
            assert await letters.send() == []
        assert {state for _, _, state in await letters.states()} == {"withheld"}
        told = [one["data"] for one in await letters.world.facts() if one["type"].endswith("contact_suppressed.v1")]
        assert {(one["task_id"], one["rule"], one["letter"]) for one in told} == {(ROUND, "cap", "invitation")}
        assert [one["n"] for one in told] == [1, 2, 3]
        assert sorted(one["person_id"] for one in told) == ["p-1", "p-2", "p-3"]
        rows = (await letters.world.get("/app/contacts.json", outcome="withheld"))["items"]
        assert {(one["person_id"], one["rule"], one["kind"]) for one in rows} == {
            ("p-1", "cap", "evaluation"), ("p-2", "cap", "evaluation"), ("p-3", "cap", "evaluation"),
        }  # fmt: skip


async def test_only_who_has_not_answered_is_reminded_each_time_once_and_never_after_the_close() -> None:
    async with an_open_round() as letters:
        await letters.send()
        await answer(letters, "lea")
        await letters.world.until("2027-01-19")
        assert await letters.send() == ["mar", "tom"], "Monday the 18th is a holiday"
        assert await letters.send() == []
        await answer(letters, "tom")
        await letters.world.until("2027-01-21")
        assert await letters.send() == ["mar"]
        mars = letters.server.arrived[-1]
        assert mars["Subject"].startswith("Hasta el lunes 25 de enero: A mitad de camino")
        told = [one["data"] for one in await letters.world.facts() if one["type"].endswith("reminder_sent.v1")]
        assert sorted((one["person_id"], one["n"]) for one in told) == [("p-2", 1), ("p-2", 2), ("p-3", 1)]
        await letters.world.until("2027-03-01")
        assert await letters.send() == []


async def test_whom_no_mail_server_invited_is_not_reminded_of_an_invitation_that_never_came() -> None:
    async with an_open_round() as letters:
        await letters.send(mail_host="")
        await letters.world.until("2027-01-19")
        assert await letters.send() == []
        assert {state for _, _, state in await letters.states()} == {"not_sent"}


async def test_nobody_is_reminded_of_a_round_that_was_closed_by_hand() -> None:
    async with an_open_round() as letters:
        await letters.send()
        store = letters.world.services["evaluation"].store
        await handlers.obey(store, evaluation.CloseRound(round_id=ROUND), evaluating.close, 0)
        await letters.world.until("2027-01-20")
        assert await letters.send() == []


async def test_a_reminder_is_one_more_contact_and_withheld_where_the_team_had_enough() -> None:
    async with an_open_round(playbook=a_playbook(head=OFTEN)) as letters:
        assert await letters.send() == ["lea", "mar", "tom"]
        await letters.world.until("2027-01-20")
        assert await letters.send() == []
        assert [state for kind, _, state in await letters.states() if kind == "reminder"] == ["withheld"] * 3
        rows = (await letters.world.get("/app/contacts.json", outcome="withheld"))["items"]
        assert {(one["kind"], one["title"]) for one in rows} == {("reminder", "Reminder of an evaluation")}


@pytest.mark.parametrize("stopped", ["invitation", "reminder"])
async def test_whoever_stopped_such_letters_gets_none(stopped: str) -> None:
    async with an_open_round() as letters:
        wanted = [kind for kind in ("digest", "invitation", "reminder") if kind != stopped]
        await handling.choose(letters.store, "p-1", wanted, None)  # type: ignore[arg-type]
        assert ("lea" in await letters.send()) == (stopped == "reminder")
        await letters.world.until("2027-01-20")
        assert await letters.send() == ["mar", "tom"]


async def test_who_runs_the_engagement_is_asked_too_and_that_is_no_contact() -> None:
    rule = RULE.replace("mid-survey", "improvement-review").replace("members", "facilitator")
    fay = Person(person_id="p-f", name="Fay", address="fay@example.org")
    async with an_open_round(playbook=a_playbook(rule), people=(fay,)) as letters:
        assert await letters.send() == ["fay"]
        await letters.world.until("2027-01-20")
        assert await letters.send() == ["fay"]
        assert await letters.contacts() == []


async def test_whoever_is_erased_is_neither_written_to_nor_reminded() -> None:
    async with an_open_round() as letters:
        await letters.send()
        for name in ("followup", "evaluation"):
            service = letters.world.services[name]
            assert service.forgets
            await service.forgets(service.store, "p-1")
        await letters.world.until("2027-01-20")
        assert await letters.send() == ["mar", "tom"]


async def test_of_a_sample_somebody_else_of_the_jurisdiction_is_asked_instead_and_it_can_be_drawn_again() -> None:
    async with an_open_round(playbook=a_playbook(RULE.replace("members", "sample"))) as letters:
        [first] = await letters.send()
        [one] = (await letters.world.get(f"/rounds/{ROUND}/invitations"))["items"]
        told = {"round_id": ROUND, "person_id": one["person_id"], "reason": "On leave until May"}
        answer = await letters.world.http.post("/rounds/replace", json=told)
        assert answer.status_code == 200, answer.text
        assert (await letters.world.http.get((await links(letters))[first])).status_code == 404
        await letters.world.until("2027-01-12", hour=13)
        [second] = await letters.send()
        assert second != first
        again = await letters.world.http.post("/rounds/replace", json=told)
        assert again.status_code == 409
        draws = [Draw.model_validate(made) for made in (await letters.world.get(f"/rounds/{ROUND}/sample"))["items"]]
        assert [made.instead_of for made in draws] == [None, one["person_id"]]
        assert one_of_each(draws[0].seed, draws[0].frame, 1, draws[0].without) == draws[0].drawn
        assert instead(draws[1].seed, draws[1].frame, "ky", draws[1].without) == draws[1].drawn[0]


async def test_an_opening_tells_how_many_are_asked_and_a_close_how_many_answered() -> None:
    async with an_open_round() as letters:
        await letters.send()
        await answer(letters, "lea")
        await letters.world.until("2027-03-01")
        told = {one["type"].split(".")[2]: one["data"] for one in await letters.world.facts("evaluation")}
        assert told["evaluation_opened"]["invited"] == 3
        assert (told["evaluation_closed"]["invited"], told["evaluation_closed"]["answered"]) == (3, 1)


async def test_whoever_was_erased_before_the_round_opened_is_not_asked() -> None:
    async with an_open_round() as letters:
        service = letters.world.services["evaluation"]
        assert service.forgets
        await service.forgets(service.store, "p-3")
        assert await letters.send() == ["lea", "mar"]
