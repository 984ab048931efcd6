"""Webhooks in a browser: an evaluator who knows no computers makes one, sees how it goes, and mends it."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from httpx import AsyncClient, Response

from tests.support.access import House
from tests.support.matrix import FOREIGN, OWN, both_opened
from tests.support.outcomes import outcome
from tests.support.receiver import Receiver, a_receiver, a_telling_house, send
from tests.support.saying import said

BROWSER = {"accept": "text/html"}
LIST = "/app/webhooks"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_telling_house(tmp_path, *both_opened()) as there:
        yield there


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as there:
        yield there


@pytest.fixture
async def evaluator(house: House) -> AsyncClient:
    return in_a_browser(await house.person(f"{OWN}-e", "evaluator"))


def in_a_browser(comer: AsyncClient) -> AsyncClient:
    """The same with what a browser does: it keeps its cookies, and shows them wherever it is led."""
    name, _, secret = comer.headers.pop("Cookie").partition("=")
    comer.cookies.set(name, secret)
    return comer


async def page(comer: AsyncClient, path: str) -> str:
    answer = await comer.get(path, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def press(comer: AsyncClient, path: str, **told: str | list[str]) -> Response:
    """What a browser gets after it sent a form."""
    return await comer.post(path, data=told, headers=BROWSER, follow_redirects=True)


async def made(comer: AsyncClient, receiver: Receiver, **told: str | list[str]) -> str:
    """The page of a new webhook."""
    answer = await press(comer, f"{LIST}/make", label="Our database", url=receiver.url, **told)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), answer.text
    return LIST + "/" + re.findall(rf'href="{LIST}/([^"/]+)"', answer.text)[-1]


async def test_a_webhook_is_made_its_secret_told_once_and_a_test_arrives(
    house: House, receiver: Receiver, evaluator: AsyncClient
) -> None:
    assert "No webhook yet" in await page(evaluator, LIST)
    answer = await press(evaluator, f"{LIST}/make", label="Our database", url=receiver.url)
    [secret] = re.findall('whsec_[^"]+', answer.text)
    [here] = set(re.findall(rf"{LIST}/[0-9a-f-]+", answer.text))
    for path in (LIST, here):
        assert secret not in await page(evaluator, path)
    told = await press(evaluator, f"{here}/test")
    assert "A test is on its way" in told.text
    await send(house)
    assert len(receiver.came) == 1
    assert ">Taken</span>" in await page(evaluator, here)
    another = await press(evaluator, f"{here}/rotate")
    assert re.findall('whsec_[^"]+', another.text) != [secret]
    assert "goes on being used beside it" in another.text


@pytest.mark.parametrize(
    ("typed", "field", "reason"),
    [
        ({"label": "x", "url": "our server"}, "url", "Address of the program must be an address like"),
        ({"label": "x", "url": "https://10.1.2.3/"}, "url", "Address of the program cannot be used"),
        ({"label": "", "url": "https://example.org/"}, "label", "What it is for"),
        ({"label": "x", "url": "https://example.org/", "since": "soon"}, "since", "must be a day"),
        ({"label": "x", "url": "https://example.org/", "types": ["all"]}, "types", "must be one of"),
    ],
)
async def test_what_is_wrong_is_told_beside_its_field_and_what_was_typed_stays(
    evaluator: AsyncClient, typed: dict[str, str | list[str]], field: str, reason: str
) -> None:
    answer = await press(evaluator, f"{LIST}/make", **typed)
    assert answer.status_code == 422
    text = " ".join(answer.text.split())
    assert "Not added yet" in text and reason in text and f'id="{field}-wrong"' in text
    assert f'value="{typed["url"]}"' in text
    assert "No webhook yet" in await page(evaluator, LIST)


async def test_only_of_one_engagement_and_of_one_kind_since_a_day(
    house: House, receiver: Receiver, evaluator: AsyncClient
) -> None:
    await house.world.say(outcome(1, OWN), said("goal_assessed", engagement_id=OWN, on="2027-01-04"))
    kind = "eng.evaluation.goal_assessed.v1"
    here = await made(evaluator, receiver, engagement=OWN, types=[kind], since="2027-01-01")
    await send(house)
    assert [came.body.count(kind.encode()) for came in receiver.came] == [1]
    assert "a goal was judged, of" in await page(evaluator, here)
    [row] = (await evaluator.get(f"{here}.json")).json()["items"]
    assert (row["type"], row["state"], row["engagement_id"]) == (kind, "delivered", OWN)


async def test_the_log_tells_each_try_why_it_failed_and_when_it_is_tried_next(
    house: House, receiver: Receiver, evaluator: AsyncClient
) -> None:
    here = await made(evaluator, receiver)
    receiver.answer = lambda _: "503 Later"
    await house.world.say(outcome(1, OWN), outcome(2, OWN))
    await send(house)
    await send(house, timedelta(seconds=8))
    told = await page(evaluator, here)
    assert (
        "2 tries" in told and "It answered 503." in told and "Next try" in told and "Waits for the one before" in told
    )
    assert "Nothing of that kind" in await page(evaluator, f"{here}?state=delivered")
    receiver.answer = lambda _: "204 No Content"
    await send(house, timedelta(hours=1))
    again = await press(evaluator, f"{here}/again", event_id=outcome(1, OWN).id)
    assert "It is on its way again." in again.text
    await press(evaluator, f"{here}/again-since", since="2027-01-01")
    await send(house, timedelta(hours=1))
    assert receiver.ids[-2:] == [outcome(1, OWN).id, outcome(2, OWN).id]
    refused = await press(evaluator, f"{here}/again-since", since="")
    assert refused.status_code == 422 and "choose the day" in refused.text


async def test_who_finds_it_off_reads_why_and_what_to_do_and_turns_it_on(
    house: House, receiver: Receiver, evaluator: AsyncClient
) -> None:
    here = await made(evaluator, receiver)
    receiver.answer = lambda _: "410 Gone"
    await house.world.say(outcome(1, OWN))
    await send(house)
    told = await page(evaluator, here)
    assert "It is off" in told and "410 Gone" in told and "Ask whoever runs the program" in told
    receiver.answer = lambda _: "204 No Content"
    assert "It is on." in (await press(evaluator, f"{here}/on")).text
    await send(house)
    assert receiver.ids == [outcome(1, OWN).id] * 2
    assert "It was turned off by hand." in (await press(evaluator, f"{here}/off")).text
    await house.world.say(outcome(2, OWN))
    await send(house)
    assert len(receiver.came) == 2
    await press(evaluator, f"{here}/on")
    await send(house)
    assert receiver.ids[-1] == outcome(2, OWN).id
    assert "Our database is removed" in (await press(evaluator, f"{here}/remove")).text
    assert "No webhook yet" in await page(evaluator, LIST)


async def test_each_sees_their_own_and_administrators_all(
    house: House, receiver: Receiver, evaluator: AsyncClient
) -> None:
    here = await made(evaluator, receiver)
    other = await house.person(f"{FOREIGN}-e", "evaluator")
    assert "No webhook yet" in await page(other, LIST)
    assert (await other.get(here, headers=BROWSER)).status_code == 404
    for button in ("test", "on", "off", "rotate", "remove"):
        assert (await other.post(f"{here}/{button}", headers=BROWSER)).status_code == 404
    assert "Our database" in await page(house.world.http, LIST)
    facilitator = await house.person(f"{OWN}-f", "facilitator")
    assert (await facilitator.get(LIST, headers=BROWSER)).status_code == 403
    assert LIST not in await page(facilitator, "/app/inbox")
