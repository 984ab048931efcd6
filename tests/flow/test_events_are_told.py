"""Evaluators' systems ask for events page by page, or hear them as they come, and never what is foreign."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient

from services.evaluation.api.events import EACH, STREAMS
from services.evaluation.handlers import notices
from shared.access import tokens
from shared.access.secrets import id_of
from tests.support.access import House, a_house, forget_callers
from tests.support.listening import Heard, listen, served, until
from tests.support.matrix import FOREIGN, OWN, both_opened
from tests.support.outcomes import outcome
from tests.support.saying import said
from tests.support.services import problems


@pytest.fixture(autouse=True)
def every_request_is_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_callers(monkeypatch)
    monkeypatch.setattr(notices, "PAUSE", 0.1)
    monkeypatch.setattr(notices, "AT_ONCE", 10)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    # In files: in memory there is one connection, and a server answers several at once.
    async with a_house(database="", data=tmp_path) as there:
        await there.world.say(*both_opened(), outcome(1, OWN), outcome(1, FOREIGN))
        yield there


@asynccontextmanager
async def listening(url: str, comer: AsyncClient, last: str | None = None, **asked: str) -> AsyncIterator[Heard]:
    """Somebody who listens from now until the end of the block."""
    heard = Heard()
    async with AsyncClient(base_url=url, headers=comer.headers) as http:
        task = asyncio.create_task(listen(http, heard, last, **asked))
        try:
            yield heard
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_pages_are_read_on_from_the_cursor_of_the_one_before(house: House) -> None:
    await house.world.say(*(outcome(n, OWN) for n in (2, 3)))
    evaluator = await house.person(f"{OWN}-e", "evaluator")
    first = (await evaluator.get("/events", params={"limit": 2})).json()
    assert ([one["data"]["outcome_id"] for one in first["items"]], first["more"]) == (["o1", "o2"], True)
    rest = (await evaluator.get("/events", params={"since": first["cursor"]})).json()
    assert ([one["data"]["outcome_id"] for one in rest["items"]], rest["more"]) == (["o3"], False)
    again = (await evaluator.get("/events", params={"since": rest["cursor"]})).json()
    assert (again["items"], again["cursor"]) == ([], rest["cursor"])


async def test_each_hears_of_their_own_engagements_and_what_is_foreign_is_not_there(house: House) -> None:
    evaluator, office = await house.person(f"{OWN}-e", "evaluator"), house.world.http
    assert [one["subject"] for one in (await evaluator.get("/events")).json()["items"]] == [OWN]
    assert {one["subject"] for one in (await office.get("/events")).json()["items"]} == {OWN, FOREIGN}
    asked = [(await evaluator.get("/events", params={"engagement": word})).json() for word in (FOREIGN, "nowhere")]
    assert asked[0] == asked[1] and asked[0]["items"] == []
    tracker = await house.program("tracker", source="ncase")
    assert (await tracker.get("/events")).json()["items"] == []


async def test_what_is_no_cursor_is_refused_and_says_so(house: House) -> None:
    answer = await house.world.http.get("/events", params={"since": "yesterday"})
    assert "neither a cursor" in problems(answer, 422)["since"]


async def test_a_stream_tells_what_was_and_then_each_event_as_it_comes(house: House) -> None:
    async with served(house.app) as (url, _), listening(url, await house.person(f"{OWN}-e", "evaluator")) as heard:
        await until(lambda: len(heard.events) == 1)
        await house.world.say(outcome(2, FOREIGN), outcome(2, OWN))
        await until(lambda: len(heard.events) == 2)
    told = [json.loads(one["data"]) for one in heard.events]
    assert [(one["subject"], one["data"]["outcome_id"]) for one in told] == [(OWN, "o1"), (OWN, "o2")]
    assert heard.events[0]["event"] == told[0]["type"] == "eng.evaluation.outcome_recorded.v1"


async def test_whoever_lost_a_stream_goes_on_after_the_last_event_that_came(house: House) -> None:
    evaluator = await house.person(f"{OWN}-e", "evaluator")
    async with served(house.app) as (url, _):
        async with listening(url, evaluator) as heard:
            await until(lambda: len(heard.ids) == 1)
        await house.world.say(*(outcome(n, OWN) for n in range(2, 40)))
        async with listening(url, evaluator, last=heard.ids[-1]) as later:
            await until(lambda: len(later.ids) == 38)
    assert [json.loads(one["data"])["data"]["outcome_id"] for one in later.events] == [f"o{n}" for n in range(2, 40)]
    assert len(set(later.ids)) == 38


async def test_a_silent_stream_says_that_it_is_still_there(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "HEARTBEAT", 0.05)
    async with served(house.app) as (url, _), listening(url, house.world.http) as heard:
        await until(lambda: heard.comments >= 3)


async def test_a_stream_ends_when_its_token_is_revoked(house: House) -> None:
    program = await house.program("administrator")
    token_id = id_of(program.headers["Authorization"].removeprefix("Bearer "))
    async with served(house.app) as (url, _), listening(url, program) as heard:
        await until(lambda: len(heard.events) == 2)
        await tokens.revoke(house.register, token_id)
        await until(lambda: heard.ended)
        await house.world.say(outcome(2, OWN))
    assert len(heard.events) == 2


async def test_whoever_gives_up_the_seat_hears_no_more_of_it(house: House) -> None:
    async with served(house.app) as (url, _), listening(url, await house.person(f"{OWN}-e", "evaluator")) as heard:
        await until(lambda: len(heard.events) == 1)
        gone: dict[str, Any] = {"role": "evaluator", "person_id": f"{OWN}-e", "on": "2027-01-04"}
        await house.world.say(said("role_vacated", engagement_id=OWN, **gone))
        await house.world.say(outcome(2, OWN))
        await asyncio.sleep(0.2)
    assert len(heard.events) == 1


async def test_one_caller_has_some_streams_at_once_and_room_for_another_when_one_ends(house: House) -> None:
    program = await house.program("administrator")
    async with served(house.app) as (url, _):
        async with AsyncClient(base_url=url, headers=program.headers) as http:
            several = [Heard() for _ in range(EACH)]
            tasks = [asyncio.create_task(listen(http, one)) for one in several]
            await until(lambda: all(one.status for one in several))
            answer = await http.get("/events", headers={"Accept": "text/event-stream"})
            assert answer.status_code == 429 and "GET /events?since=" in answer.json()["detail"]
            assert (await http.get("/events")).is_success
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await until(lambda: not STREAMS.open)
        async with listening(url, program) as heard:
            await until(lambda: heard.status == 200)


async def test_a_service_that_stops_ends_its_streams(house: House) -> None:
    async with served(house.app) as (url, server), listening(url, house.world.http) as heard:
        await until(lambda: len(heard.events) == 2)
        server.should_exit = True
        await until(lambda: heard.ended)
