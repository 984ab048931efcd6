"""Whoever is interviewed is called: a list of calls, their consent, what they say, and who comes instead."""

from collections.abc import AsyncIterator
from hashlib import sha256

import pytest

from tests.support.rounds import ROUND, RULE, Letters, a_playbook, a_team, an_open_round

BROWSER = {"accept": "text/html"}
AT = "/app/engagements/e1/rounds"
RULES = a_playbook(RULE.replace("mid-survey", "mid-interview").replace("members", "sample"))
KNOWN = {"name": "Lea", "address": "lea@example.gov", "zone": "America/Puerto_Rico", "language": "es-PR"}
KY, WI = a_team("p-1", "p-2"), a_team("q-1", team_id="wi", jurisdiction="WI")


@pytest.fixture
async def letters() -> AsyncIterator[Letters]:
    async with an_open_round(KY, WI, playbook=RULES) as made:
        await post(made, "calls")
        yield made


async def post(letters: Letters, page: str, **told: str) -> str:
    sent = {"round_id": ROUND, **told}
    answer = await letters.world.http.post(f"{AT}/{page}", data=sent, headers=BROWSER, follow_redirects=True)
    return f"{answer.status_code} {' '.join(answer.text.split())}"


async def page(letters: Letters, path: str, **asked: str) -> str:
    answer = await letters.world.http.get(f"{AT}/{path}", params={"round_id": ROUND, **asked}, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def states(letters: Letters) -> list[tuple[str, str]]:
    found = await letters.world.get(f"/rounds/{ROUND}/calls")
    return sorted((one["jurisdiction"], one["state"]) for one in found["items"])


async def called(letters: Letters, jurisdiction: str) -> str:
    found = (await letters.world.get(f"/rounds/{ROUND}/calls"))["items"]
    return next(
        str(one["person_id"]) for one in found if (one["jurisdiction"], one["state"]) == (jurisdiction, "invited")
    )


async def test_one_of_each_team_is_on_the_list_of_calls_and_gets_no_letter(letters: Letters) -> None:
    assert await states(letters) == [("KY", "invited"), ("WI", "invited")]
    assert await letters.send() == []
    page = await letters.world.http.get(f"{AT}/calls", params={"round_id": ROUND}, headers=BROWSER)
    assert page.text.count("Note the call") == 2
    bare = await letters.world.http.get(f"{AT}/call", headers=BROWSER)
    assert bare.is_success and "Choose a round of interviews" in bare.text
    tab = await letters.world.http.get("/app/engagements/e1/outcomes", headers=BROWSER)
    assert f"{AT}/calls?round_id=" in tab.text


async def test_whoever_calls_sees_how_each_is_reached_and_what_time_it_is_there(letters: Letters) -> None:
    who, other = await called(letters, "KY"), await called(letters, "WI")
    await letters.world.http.put(f"/people/{who}", json=KNOWN)
    told = await page(letters, "calls")
    assert 'href="mailto:lea@example.gov"' in told and "It is 1:00 p.m. AST there" in told and "Español" in told
    assert "no mail address is known" in told and "It is 11:00 a.m. CST there" in told
    assert "Telephone numbers are not kept here" in told and "of which nobody is on the list" in told
    told = await page(letters, "call", person_id=who)
    assert 'href="mailto:lea@example.gov"' in told and "1:00 p.m. AST" in told and "Telephone numbers" in told
    await post(letters, "call", person_id=who, what="instead", reason="On leave")
    assert "lea@example.gov" not in await page(letters, "calls"), "of whoever is not called any more nothing is told"
    assert "mailto" not in await page(letters, "call", person_id=other)


async def test_what_is_noted_is_an_answer_that_does_not_say_whose_with_notes_and_codes(letters: Letters) -> None:
    who = await called(letters, "KY")
    told = {"consents": "yes", "came_for": "Ideas", "notes": "Warm call.", "codes": "Turnover, cost,  turnover"}
    assert "The interview is kept." in await post(letters, "call", person_id=who, **told)
    [fact] = [one for one in await letters.world.facts("evaluation") if one["type"].endswith("evaluation_answered.v1")]
    answers = fact["data"]["answers"]
    assert answers["came_for"] == "Ideas" and answers["interview.notes"] == "Warm call."
    assert answers["interview.codes"] == ["turnover", "cost"] and who not in str(fact)
    assert (await letters.world.get(f"/rounds/{ROUND}/calls"))["codes"] == {"cost": 1, "turnover": 1}
    assert await states(letters) == [("KY", "answered"), ("WI", "invited")]


async def test_without_a_word_on_consent_nothing_is_kept_and_nothing_is_lost(letters: Letters) -> None:
    answer = await post(letters, "call", person_id=await called(letters, "KY"), came_for="Ideas", notes="N")
    assert answer.startswith("422") and "Say whether they agree" in answer and "Ideas" in answer
    assert await states(letters) == [("KY", "invited"), ("WI", "invited")]


async def test_whoever_declines_is_replaced_within_the_jurisdiction_or_by_nobody(letters: Letters) -> None:
    for place, came in (("KY", "Somebody else is on the list"), ("WI", "Nobody is left")):
        who = await called(letters, place)
        assert came in await post(letters, "call", person_id=who, consents="no")
    assert await states(letters) == [("KY", "invited"), ("KY", "replaced"), ("WI", "replaced")]


async def test_how_the_sample_was_drawn_stands_on_the_page_so_that_anybody_can_draw_it_again(letters: Letters) -> None:
    who = await called(letters, "KY")
    other = {"p-1": "p-2", "p-2": "p-1"}[who]
    await post(letters, "call", person_id=who, what="instead", reason="On leave")
    page = await letters.world.http.get(f"{AT}/calls", params={"round_id": ROUND}, headers=BROWSER)
    assert "SHA-256" in page.text and f"Seed: <code>{ROUND}</code>" in page.text
    assert "Team <code>ky</code> (KY): <code>p-1</code>, <code>p-2</code>" in page.text
    assert f"Instead of <code>{who}</code>: On leave" in page.text and f"(<code>{other}</code>, team" in page.text
    assert min((sha256(f"{ROUND}/{one}".encode()).digest(), one) for one in ("p-1", "p-2"))[1] == who


async def test_whoever_is_not_reached_stays_on_the_list_or_is_replaced(letters: Letters) -> None:
    who = await called(letters, "KY")
    assert "they stay on the list" in await post(letters, "call", person_id=who, what="later")
    assert "Not reached 2 times" in await post(letters, "call", person_id=who, what="later")
    [one] = [it for it in (await letters.world.get(f"/rounds/{ROUND}/calls"))["items"] if it["person_id"] == who]
    assert one["tries"] == 2
    assert "Somebody else" in await post(letters, "call", person_id=who, what="instead", reason="On leave")
    assert await called(letters, "KY") != who


async def declines(letters: Letters, verb: str = "decline", **whose: str) -> None:
    await letters.world.do(f"/contacts/{verb}", **{"engagement_id": "e1", "on": "2027-01-04", **whose})


@pytest.mark.parametrize(
    "whose",
    [{"person_id": "p-1"}, {"person_id": "p-1", "about": "interview"}, {"engagement_id": "-", "person_id": "p-1"}],
)
async def test_whoever_asked_not_to_be_contacted_is_not_drawn(whose: dict[str, str]) -> None:
    async with an_open_round(a_team("p-1", "p-2"), playbook=RULES) as letters:
        await declines(letters, **whose)
        await post(letters, "calls")
        assert await called(letters, "KY") == "p-2"
        assert "Nobody is left" in await post(letters, "call", person_id="p-2", consents="no")
        await declines(letters, "consent", **{**whose, "on": "2027-01-05"})
        assert await states(letters) == [("KY", "replaced")]
        await post(letters, "calls")
        assert await called(letters, "KY") == "p-1", "the last word counts"


async def test_of_a_team_that_asked_not_to_be_contacted_nobody_is_drawn_and_of_offers_alone_all_may_be() -> None:
    async with an_open_round(KY, WI, playbook=RULES) as letters:
        await declines(letters, team_id="ky")
        await declines(letters, team_id="wi", about="offer")
        await post(letters, "calls")
        assert await states(letters) == [("WI", "invited")]


async def test_where_everybody_is_called_nobody_is_who_asked_not_to_be() -> None:
    everybody = a_playbook(RULE.replace("mid-survey", "mid-interview"))
    async with an_open_round(KY, playbook=everybody) as letters:
        await declines(letters, person_id="p-1")
        await post(letters, "calls")
        assert await called(letters, "KY") == "p-2" and await states(letters) == [("KY", "invited")]


async def test_whoever_asks_not_to_be_contacted_once_they_were_drawn_is_not_called_and_somebody_else_is(
    letters: Letters,
) -> None:
    who = await called(letters, "KY")
    await letters.world.http.put(f"/people/{who}", json=KNOWN)
    await declines(letters, person_id=who)
    [one] = [it for it in (await letters.world.get(f"/rounds/{ROUND}/calls"))["items"] if it["person_id"] == who]
    assert one["declined"]
    page = await letters.world.http.get(f"{AT}/calls", params={"round_id": ROUND}, headers=BROWSER)
    assert page.text.count("Note the call") == 1 and "Not to be called" in page.text
    page = await letters.world.http.get(f"{AT}/call", params={"round_id": ROUND, "person_id": who}, headers=BROWSER)
    assert page.status_code == 409 and "asked not to be contacted" in page.text and "lea@example.gov" not in page.text
    refused = await post(letters, "call", person_id=who, consents="yes", came_for="Ideas")
    assert refused.startswith("409") and "asked not to be contacted" in refused
    assert (await post(letters, "call", person_id=who, what="later")).startswith("409")
    await post(letters, "calls")
    assert await states(letters) == [("KY", "invited"), ("KY", "replaced"), ("WI", "invited")]
    assert await called(letters, "KY") != who


async def test_however_many_are_called_in_a_team_one_after_another_no_answer_tells_the_team() -> None:
    async with an_open_round(a_team(*[f"p-{n}" for n in range(1, 7)]), playbook=RULES) as letters:
        await post(letters, "calls")
        for _ in range(4):
            await post(letters, "call", person_id=await called(letters, "KY"), consents="no")
        await post(letters, "call", person_id=await called(letters, "KY"), consents="yes", came_for="Ideas")
        [fact] = [one for one in await letters.world.facts("evaluation") if "evaluation_answered" in one["type"]]
        assert "team_id" not in fact["data"]


async def test_programs_note_interviews_too_and_are_told_what_is_missing(letters: Letters) -> None:
    who = await called(letters, "KY")
    told = {
        "round_id": ROUND,
        "person_id": who,
        "consents": True,
        "answers": {"came_for": ["Ideas"]},
        "codes": ["cost"],
    }
    assert await letters.world.do("/rounds/interview", **told) == {"answered": True, "instead": None}
    again = await letters.world.http.post("/rounds/interview", json=told)
    assert again.status_code == 409
