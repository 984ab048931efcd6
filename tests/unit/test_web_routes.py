"""Routes of ours: made once, worked out when they are asked for, and all looked at by the same before anything else."""

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from httpx import ASGITransport, AsyncClient

from services import running
from shared.access import by_provider
from shared.access.door import OPEN_DOOR, AtTheDoor
from shared.access.opening import ANYBODY, every_route, open_to
from shared.web import assets, frame
from shared.web.routes import AT_EVERY_ROUTE, Route, Routes
from tests.support.services import nothing_to_start

WORKED_OUT = "dependant"


def _nothing() -> None:
    """What a router asks for besides."""


def _routes() -> Routes:
    outer = Routes(prefix="/app", tags=["pages"], dependencies=[Depends(_nothing)], include_in_schema=False)
    inner = Routes(prefix="/things", tags=["things"])

    @inner.get("/{number}/double")
    @open_to(ANYBODY)
    async def double(number: int, plus: Annotated[int, Depends(lambda: 1)]) -> int:
        return 2 * number + plus

    @inner.get("/none")
    @open_to(ANYBODY)
    async def none() -> int:
        return 0

    outer.include_router(inner)
    return outer


def _client(routes: Routes) -> AsyncClient:
    app = FastAPI()
    app.router.routes.extend(routes.finished)
    app.add_middleware(AtTheDoor, door=OPEN_DOOR)
    return AsyncClient(transport=ASGITransport(app), base_url="http://throughline")


async def test_a_route_is_worked_out_when_it_is_first_asked_for_and_no_other_is() -> None:
    double, none = (routes := _routes()).finished
    async with _client(routes) as http:
        assert not {WORKED_OUT, "path_regex"} & (vars(double).keys() | vars(none).keys())
        assert (await http.get("/app/things/4/double")).json() == 9
    assert WORKED_OUT in vars(double) and WORKED_OUT not in vars(none)


async def test_what_is_asked_in_the_wrong_way_or_nowhere_is_told_as_ever() -> None:
    async with _client(_routes()) as http:
        assert (await http.post("/app/things/none")).status_code == 405
        assert (await http.get("/app/thing/none")).status_code == 404
        assert (await http.get("/app/things/none/")).headers["location"] == "http://throughline/app/things/none"


def test_a_route_of_routes_within_routes_has_all_that_stands_around_it() -> None:
    double = _routes().finished[0]
    assert (double.path_format, double.tags) == ("/app/things/{number}/double", ["pages", "things"])
    assert double.dependencies == [*AT_EVERY_ROUTE, Depends(_nothing)]
    assert not double.include_in_schema


def test_a_router_that_would_not_have_its_routes_looked_at_is_not_taken_in() -> None:
    with pytest.raises(TypeError, match="other Routes only"):
        Routes().include_router(APIRouter())
    with pytest.raises(TypeError, match="where those are made"):
        Routes().include_router(Routes(), prefix="/app")


def test_every_route_of_the_four_services_is_looked_at_first_by_what_is_looked_at_everywhere() -> None:
    app = frame.build(running.idle(), nothing_to_start)
    apart = {route.endpoint for route in every_route([*by_provider.router.routes, *assets.router.routes])}
    ours = [one for one in every_route(app.routes) if one.endpoint not in apart]
    assert len(ours) > 300 and all(isinstance(one.original_route, Route) for one in ours)
    assert all(tuple(one.dependencies[: len(AT_EVERY_ROUTE)]) == AT_EVERY_ROUTE for one in ours)


def test_two_apps_of_a_process_have_the_same_routes() -> None:
    one, other = (frame.build(running.idle(), nothing_to_start) for _ in range(2))
    ours = [[route for route in app.routes if isinstance(route, Route)] for app in (one, other)]
    assert all(first is second for first, second in zip(*ours, strict=True))
