"""Every answer tells the browser to run nothing that is not ours, to keep nothing, and to let nobody frame it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import Response

from shared.access.opening import ANYBODY, open_to
from shared.web import frame
from shared.web.headers import ALWAYS
from tests.support.access import House, a_house

HTML = {"Accept": "text/html"}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with a_house() as house:
        yield house


def is_told_all(answer: Response) -> bool:
    return all(answer.headers.get(name) == value for name, value in ALWAYS.items())


async def test_every_kind_of_answer_has_the_headers(house: House) -> None:
    person = await house.person("p-1", "supervisor")
    answers = [
        await house.comes().get("/health"),
        await house.comes().get("/tasks"),
        await house.comes(**HTML).get("/app/inbox"),
        await house.comes(**HTML).get("/sign-in"),
        await house.comes(Authorization="Bearer nobodys").get("/tasks"),
        await person.get("/app/inbox", headers=HTML),
        await person.get("/app/nowhere", headers=HTML),
        await person.get("/aside"),
        await person.post("/requests", content=b"{", headers={"Content-Type": "application/json"}),
        await house.comes().get("/assets/nothing.css"),
    ]
    assert [answer.status_code for answer in answers if not is_told_all(answer)] == []


async def test_what_breaks_has_them_too(house: House) -> None:
    @open_to(ANYBODY)
    async def breaks() -> Any:
        raise RuntimeError("somebody@example.org")

    house.app.add_api_route("/breaks", breaks)
    answer = await house.comes().get("/breaks")
    assert answer.status_code == 500 and is_told_all(answer)
    assert "somebody" not in answer.text


async def test_nothing_that_was_read_is_kept_but_what_says_so(house: House) -> None:
    person = await house.person("p-1", "supervisor")
    for path in ("/tasks", "/app/inbox", "/access/me"):
        assert (await person.get(path)).headers["cache-control"] == "no-store"


async def test_only_our_own_scripts_and_styles_run() -> None:
    policy = ALWAYS["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "*" not in policy


async def test_behind_https_a_browser_comes_back_by_https_only(house: House) -> None:
    services = list(house.app.state.services.values())
    assert "strict-transport-security" not in (await house.comes().get("/health")).headers
    services[0].register.url = "https://throughline.example"
    house.app = frame.build(services, house.app.router.lifespan_context)
    assert (await house.comes().get("/health")).headers["strict-transport-security"].startswith("max-age=")
