"""Each route says to whom it is open; one that says nothing keeps Throughline from starting."""

from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter, FastAPI, Request
from httpx import ASGITransport, AsyncClient
from starlette.types import Scope

from services import running
from shared.access.caller import ALL_RIGHTS, NOBODY, Caller, Role
from shared.access.opening import ANYBODY, OFFICE, STAFF, NotOpened, every_route, open_to, see_that_all_are_opened
from shared.web import frame
from shared.web.routes import Routes
from tests.support.services import nothing_to_start, problems

FACILITATOR = Caller("person", frozenset({Role.FACILITATOR}), "p-1")


class Hall:
    """A door that lets in whoever the test sends."""

    def __init__(self) -> None:
        self.comes: Caller = NOBODY

    async def caller(self, scope: Scope) -> Caller:
        return self.comes

    async def known(self, scope: Scope) -> Caller:
        return self.comes


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
async def http(hall: Hall) -> AsyncIterator[AsyncClient]:
    app = frame.build([], nothing_to_start, hall)
    routes = Routes()

    @routes.get("/who")
    @open_to(STAFF)
    async def who(request: Request) -> str:
        return str(request.state.caller.label)

    app.router.routes.extend(routes.finished)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://throughline") as client:
        yield client


def test_a_route_that_does_not_say_to_whom_it_is_open_keeps_the_app_from_being_built() -> None:
    app = FastAPI()
    app.get("/secret")(lambda: "told")
    with pytest.raises(NotOpened, match="/secret"):
        see_that_all_are_opened(app.routes)


def test_a_route_of_a_router_within_a_router_is_looked_at_too() -> None:
    app, outer, inner = FastAPI(), APIRouter(prefix="/app"), APIRouter()
    inner.get("/secret")(lambda: "told")
    outer.include_router(inner)
    app.include_router(outer)
    with pytest.raises(NotOpened, match="/app/secret"):
        see_that_all_are_opened(app.routes)


def test_every_route_of_the_four_services_says_it() -> None:
    app = frame.build(running.idle(), nothing_to_start)
    assert {"/tasks", "/app/inbox", "/app/topics.csv"} <= {one.path for one in every_route(app.routes)}


async def test_a_route_is_open_to_those_whom_it_names(http: AsyncClient, hall: Hall) -> None:
    hall.comes = FACILITATOR
    assert (await http.get("/who")).json() == "person"


async def test_whoever_is_not_known_is_told_to_sign_in(http: AsyncClient) -> None:
    answer = await http.get("/who")
    assert "Sign in" in problems(answer, 401)[""]


async def test_whoever_is_known_and_not_named_is_told_to_whom_it_is_open(http: AsyncClient, hall: Hall) -> None:
    hall.comes = FACILITATOR
    assert problems(await http.get("/aside"), 403)[""] == "This is open to administrators only."


async def test_what_is_open_to_anybody_asks_for_nobody(http: AsyncClient) -> None:
    assert (await http.get("/")).status_code == 200
    assert frozenset() == ANYBODY


def test_only_supervisors_and_administrators_see_all() -> None:
    seeing = {role for role in Role if Caller("x", frozenset({role})).sees_all}
    assert seeing == OFFICE
    assert ALL_RIGHTS.sees_all and not NOBODY.sees_all
