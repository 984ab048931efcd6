"""Evaluators see who is asked in a round, how far each has come, and whom no letter reached; never what they answer."""

from typing import Any

from services.followup.handlers import contacts
from services.followup.handlers import mail as letters_of
from shared.access.caller import ALL_RIGHTS
from tests.flow.test_letters_of_rounds import OFTEN, answer
from tests.support.rounds import LEA, MAR, ROUND, RULE, Letters, a_playbook, an_open_round

BROWSER = {"accept": "text/html"}
HERE = "/app/engagements/e1/rounds/asked"


async def lines(letters: Letters) -> dict[str, dict[str, Any]]:
    found = (await letters.world.get(f"{HERE}.json", round_id=ROUND))["items"]
    return {one["person_id"]: one for one in found}


async def page(letters: Letters, path: str, **asked: str) -> str:
    answer = await letters.world.http.get(path, params=asked, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def reached(letters: Letters, *people: str) -> dict[str, tuple[str, str]]:
    """What followup tells of letters."""
    told = await letters_of.reached(letters.store, ROUND, people)
    return {one.person_id: (one.reach, one.why) for one in told.letters}


async def test_who_is_asked_stands_with_how_far_each_has_come_and_leads_there_from_each_round() -> None:
    async with an_open_round() as letters:
        assert "Nobody is asked yet" in await page(letters, HERE, round_id=ROUND)
        await letters.send()
        await answer(letters, "lea")
        assert {one: line["state"] for one, line in (await lines(letters)).items()} == {
            "p-1": "answered", "p-2": "invited", "p-3": "invited",
        }  # fmt: skip
        told = await page(letters, HERE, round_id=ROUND)
        assert "Answered" in told and "1 of 3" in told and "right" not in str(await lines(letters))
        for path in ("/app/engagements/e1/outcomes", "/app/evaluations"):
            told = await page(letters, path)
            assert f"{HERE}?round_id=" in told and ">1 of 3<" in told, path


async def test_without_a_mail_server_nobody_is_shown_as_reached() -> None:
    async with an_open_round() as letters:
        await letters.send(mail_host="")
        assert {one["letter"] for one in (await lines(letters)).values()} == {"not_reached"}
        told = await page(letters, HERE, round_id=ROUND)
        assert "No letter reached 3 of them" in told and "No mail server was named" in told
        made = await letters.world.get("/app/contacts.json")
        assert {one["outcome"] for one in made["items"]} == {"unreached"}


async def test_whom_no_letter_reached_is_told_with_the_reason_and_is_no_contact_that_was_made() -> None:
    without = MAR.model_copy(update={"address": None})
    async with an_open_round(people=(LEA, without)) as letters:
        assert await letters.send() == ["lea"]
        told = await reached(letters, "p-1", "p-2", "p-3")
        assert told["p-1"] == ("reached", "")
        assert told["p-2"][0] == told["p-3"][0] == "not_reached"
        assert "no address" in told["p-2"][1] and "not in the directory" in told["p-3"][1]
        found = await contacts.shown(letters.world.services["followup"].store, ALL_RIGHTS, contacts.Asked())
        assert {one.person_id: one.outcome for one in found.contacts} == {
            "p-1": "made", "p-2": "unreached", "p-3": "unreached",
        }  # fmt: skip


async def test_what_policy_withholds_is_told_with_the_reason() -> None:
    other = (
        "- {name: offer, each: team, task: Offer, to: facilitator, contact: offer, due: {wait: 2 days, after: formed}}"
    )
    async with an_open_round(playbook=a_playbook(f"{other}\n{RULE}", OFTEN)) as letters:
        await letters.send()
        assert {line["letter"] for line in (await lines(letters)).values()} == {"withheld"}
        assert "the policy allows 1" in await page(letters, HERE, round_id=ROUND)


async def test_a_team_that_answers_as_one_is_told_by_its_lead() -> None:
    async with an_open_round(playbook=a_playbook(RULE.replace("mid-survey", "goal-form"))) as letters:
        await letters.send()
        assert [(one, line["is_for_the_team"]) for one, line in (await lines(letters)).items()] == [("p-1", True)]


async def test_where_no_round_is_named_or_a_foreign_one_nobody_is_told() -> None:
    async with an_open_round() as letters:
        assert "Choose a round" in await page(letters, HERE)
        unknown = await letters.world.http.get(HERE, params={"round_id": "e1/none/e1/1"}, headers=BROWSER)
        assert unknown.status_code == 404
