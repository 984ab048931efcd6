"""Whoever is asked answers on a form of their own: by a secret link, in their language, as far as they come."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from time import monotonic
from typing import Any

import pytest
from httpx import Response

from services.evaluation import handlers
from services.evaluation.handlers import asking
from services.evaluation.pages import answering
from services.evaluation.repository import linking
from shared.access.secrets import hashed
from tests.support.http import E1, member, prepared
from tests.support.services import World

BROWSER = {"accept": "text/html"}
SENT = {"useful": "4", "pace": "right", "send": "1"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """The mid evaluation is open; p-1 is in both teams."""
    async with prepared() as world:
        yield world


async def a_round(world: World) -> str:
    [one] = (await world.get("/rounds?kind=mid"))["items"]
    return str(one["round_id"])


async def links(world: World) -> list[dict[str, Any]]:
    answer = await world.http.post("/rounds/links", json={"round_id": await a_round(world)})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["links"])


async def a_link(world: World) -> str:
    [one] = await links(world)
    return str(one["url"]).removeprefix("http://throughline")


async def read(world: World, link: str, **headers: str) -> str:
    answer = await world.http.get(link, headers={**BROWSER, **headers})
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def write(world: World, link: str, language: str = "en", **typed: str | list[str]) -> Response:
    return await world.http.post(link, params={"language": language}, data=typed, headers=BROWSER)


async def answers(world: World) -> list[dict[str, Any]]:
    """What was said of answers: fewer than five of them nobody reads by HTTP."""
    return [fact["data"] for fact in await world.facts("evaluation") if "evaluation_answered" in fact["type"]]


async def test_each_person_who_is_asked_has_one_invitation_and_links_that_lead_to_it(world: World) -> None:
    first, second = await a_link(world), await a_link(world)
    assert first != second
    await write(world, first, useful="2")
    assert 'value="2" checked' in await read(world, first)
    assert 'value="2" checked' not in await read(world, second), "a new link tells nobody what was typed by another"
    told = await world.get(f"/rounds/{await a_round(world)}/invitations")
    assert [(one["person_id"], one["state"]) for one in told["items"]] == [("p-1", "begun")]


async def test_a_form_speaks_the_language_of_its_reader(world: World) -> None:
    link = await a_link(world)
    assert '<html lang="es">' in await read(world, link, **{"accept-language": "es-PR,es;q=0.9,en;q=0.8"})
    english = await read(world, link)
    assert '<html lang="en">' in english and "Send my answers" in english
    assert "Enviar mis respuestas" in await read(world, f"{link}?language=es")
    await write(world, link, "es", useful="3")
    assert '<html lang="es">' in await read(world, link)


async def test_a_form_says_until_when_it_can_be_answered_in_the_days_of_the_engagement(world: World) -> None:
    link = await a_link(world)
    assert "You can answer until Wednesday, January 27." in await read(world, link)
    assert "Puede responder hasta el miércoles 27 de enero." in await read(world, f"{link}?language=es")
    it = await asking.opened(world.services["evaluation"].store, link.rpartition("/")[2])
    assert replace(it, zone="Pacific/Guam").last_day == date(2027, 1, 28)
    assert replace(it, row=replace(it.row, closes_at=None)).last_day is None


async def test_who_asks_faster_than_people_do_has_to_wait_and_keeps_nobody_else_out(world: World) -> None:
    first, second = await a_link(world), await a_link(world)
    for _ in range(answering.FORMS.one_link.a_minute):
        answering.FORMS.one_link.waits(hashed(first.rpartition("/")[2]), monotonic() + 600)
    refused = await world.http.get(first, headers=BROWSER)
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) >= 1
    assert (await world.http.get(second, headers=BROWSER)).status_code == 200


async def test_what_nobody_types_is_not_kept(world: World) -> None:
    link = await a_link(world)
    await write(world, link, useful="2", more_useful="Less talk", save="1")
    refused = await write(world, link, useful="2", more_useful="x" * (256 * 1024 + 1), save="1")
    assert refused.status_code == 422 and "Say it in fewer words" in refused.text
    assert "Less talk" in await read(world, link)


async def test_what_was_typed_is_there_when_one_comes_back_and_is_no_answer_yet(world: World) -> None:
    link = await a_link(world)
    kept = await write(world, link, useful="2", more_useful="Less talk", save="1")
    assert kept.status_code == 200 and "Nothing is sent off yet" in kept.text
    again = await read(world, link)
    assert 'value="2" checked' in again and "Less talk" in again
    assert await answers(world) == []


async def test_a_question_shows_once_earlier_answers_lead_to_it(world: World) -> None:
    link = await a_link(world)
    assert "What would make it more useful?" not in await read(world, link)
    assert "What would make it more useful?" in (await write(world, link, useful="1")).text


async def test_what_was_sent_off_is_an_answer_that_does_not_say_whose(world: World) -> None:
    link = await a_link(world)
    sent = await write(world, link, **SENT)
    assert sent.status_code == 200 and "You will hear at the next session what changes" in sent.text
    [one] = await answers(world)
    assert one["answers"] == {"useful": 4, "pace": "right"}
    assert "team_id" not in one, "of a team in which one is asked, the team would tell whose it is"
    assert "p-1" not in str(one)
    assert "You can close this page" in await read(world, link)
    assert await links(world) == []


async def test_nobody_answers_twice(world: World) -> None:
    one, other = await a_link(world), await a_link(world)
    await write(world, one, **SENT)
    again = await write(world, other, **{**SENT, "useful": "1"})
    assert "You can close this page" in again.text
    assert [told["answers"]["useful"] for told in await answers(world)] == [4]


async def test_what_is_missing_is_said_in_the_language_of_the_reader_and_nothing_is_lost(world: World) -> None:
    link = await a_link(world)
    refused = await write(world, link, "es", pace="right", send="1")
    assert refused.status_code == 422
    assert "Responda a esta pregunta, por favor." in refused.text and 'href="#useful-1"' in refused.text
    assert 'value="right" checked' in await read(world, link)
    assert await answers(world) == []


async def test_an_answer_after_the_end_is_late_and_welcome(world: World) -> None:
    link = await a_link(world)
    await world.until("2027-03-01")
    page = await read(world, link)
    assert "This round is over" in page and "You can answer until" not in page
    await write(world, link, **SENT)
    assert len(await answers(world)) == 1


@pytest.mark.parametrize("added", ["x", "/x", "-", "%20"])
async def test_a_link_that_is_none_says_what_to_do_in_the_language_of_its_reader(world: World, added: str) -> None:
    mangled = await a_link(world) + added
    english = await world.http.get(mangled, headers=BROWSER)
    spanish = await world.http.get(mangled, headers={**BROWSER, "accept-language": "es-PR,es;q=0.9"})
    assert (english.status_code, spanish.status_code) == (404, 404)
    assert "Open the link in your newest letter again" in english.text and '<html lang="en">' in english.text
    assert "Vuelva a abrir el enlace de su carta" in spanish.text and '<html lang="es">' in spanish.text
    for page in (english.text, spanish.text):
        assert "inbox" not in page.lower() and "/app/" not in page.replace("/app/answer/", "")


async def test_what_a_script_could_not_save_is_told_beside_the_buttons_and_nothing_is_taken_away(world: World) -> None:
    sent = {**BROWSER, "hx-request": "true", "accept-language": "es"}
    refused = await world.http.post("/app/answer/nothing", data={"useful": "2"}, headers=sent)
    assert refused.status_code == 404 and 'id="why"' in refused.text
    assert (refused.headers["hx-retarget"], refused.headers["hx-reselect"]) == ("#saved", "#why")


async def test_whoever_is_erased_is_asked_no_more(world: World) -> None:
    link = await a_link(world)
    await write(world, link, useful="1", more_useful="Ask Kim Canary")
    await handlers.forget_person(world.services["evaluation"].store, "p-1")
    gone = await world.http.get(link, headers=BROWSER)
    assert gone.status_code == 404
    assert await links(world) == []
    told = await world.get(f"/rounds/{await a_round(world)}/invitations")
    assert [(one["person_id"], one["state"]) for one in told["items"]] == [("p-1", "erased")]


async def test_ids_of_answers_tell_nothing_of_when_they_came(world: World) -> None:
    """Ids that sort by time begin alike for a while; these have nothing in common."""
    team = {"team_id": "oh", "jurisdiction": "OH", "lead": "p-9", "members": [member("p-9")]}
    await world.do("/teams", **E1, **team, formed_on="2027-01-04")
    both = await links(world)
    for one in both:
        await write(world, str(one["url"]).removeprefix("http://throughline"), **SENT)
    first, second = (str(one["answer_id"]) for one in await answers(world))
    assert first[:8] != second[:8]


async def test_an_evaluator_makes_the_links_on_the_page_of_the_outcomes(world: World) -> None:
    tab = "/app/engagements/e1/outcomes"
    assert "Make links to its form" in await read(world, tab)
    told = {"round_id": await a_round(world)}
    made = await world.http.post("/app/engagements/e1/rounds/links", data=told, headers=BROWSER)
    assert made.status_code == 200 and made.headers["cache-control"] == "no-store"
    [link] = re.findall('value="http://throughline(/app/answer/[^"]+)"', made.text)
    await write(world, link, **SENT)
    again = await world.http.post("/app/engagements/e1/rounds/links", data=told, headers=BROWSER)
    assert "Nobody waits for a link" in again.text


async def linked(world: World) -> dict[str, str]:
    async with world.services["evaluation"].store.look() as unit:
        return await linking.linked(unit, await a_round(world))


async def test_whose_an_answer_is_is_known_only_where_they_say_so_and_no_is_what_stands_there(world: World) -> None:
    link = await a_link(world)
    page = await read(world, f"{link}?language=es")
    assert "¿Pueden quienes evalúan saber" in page and 'name="may_be_linked" value="no" checked' in page
    await write(world, link, **SENT)
    assert await linked(world) == {}


async def test_a_yes_is_not_lost_where_something_is_missing_and_is_none_until_it_is_sent_off(world: World) -> None:
    refused = await write(world, await a_link(world), pace="right", may_be_linked="yes", send="1")
    assert refused.status_code == 422 and 'name="may_be_linked" value="yes" checked' in refused.text
    assert await linked(world) == {}


async def test_whoever_agrees_can_take_it_back_until_the_round_is_over(world: World) -> None:
    link = await a_link(world)
    await write(world, link, **SENT, may_be_linked="yes")
    assert list((await linked(world)).values()) == ["p-1"]
    assert "They may not know it any more" in await read(world, link)
    await write(world, link, take_back="1")
    assert await linked(world) == {} and "may not know" not in await read(world, link)


async def test_after_the_round_it_cannot_be_taken_back_and_whoever_is_erased_is_linked_to_nothing(world: World) -> None:
    link = await a_link(world)
    await write(world, link, **SENT, may_be_linked="yes")
    await world.until("2027-03-01")
    assert (await write(world, link, take_back="1")).status_code == 409
    assert list((await linked(world)).values()) == ["p-1"]
    await handlers.forget_person(world.services["evaluation"].store, "p-1")
    assert await linked(world) == {}
