"""A house with a year in it, and the people who come to its door."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response
from httpx import ASGITransport, AsyncClient

from benchmarks.pages import year
from services import running
from services.stage import Courier
from shared.access import accounts, signing_in
from shared.access.accounts import Account
from shared.access.door import COOKIE, GuardedDoor
from shared.access.opening import STAFF, open_to
from shared.access.register import Register
from shared.clock import WorldClock
from shared.events.base import Fact
from shared.events.catalogue import speaker
from shared.service import Service
from shared.settings import Settings
from shared.web import frame
from shared.web.pages.navigation import Pages
from shared.web.pages.rendering import environment, render
from shared.web.routes import Routes

HERE = "http://throughline"
AT_ONCE = 10
"""Engagements that are taken in with one transaction."""
router = Routes(prefix="/app", include_in_schema=False)


@router.get("/empty")
@open_to(STAFF)
async def empty(request: Request) -> Response:
    """A page that holds nothing but what every page has around it."""
    return await render(request, "empty_page.html")


@dataclass(frozen=True)
class House:
    """Somebody who runs some of the engagements, and somebody who sees all."""

    facilitator: AsyncClient
    supervisor: AsyncClient


@asynccontextmanager
async def a_house(folder: Path, engagements: int) -> AsyncIterator[House]:
    """All four services with so many engagements in them, as `up` runs them; only the bus is left out."""
    settings = Settings(data=folder, database="")
    async with AsyncExitStack() as stack:
        services = running.build(settings, WorldClock())
        register = services[0].register
        await register.prepare()
        stack.push_async_callback(register.close)
        for service in services:
            service.colleagues = {other.name: other for other in services if other is not service}
            await service.prepare()
            stack.push_async_callback(service.store.database.close)
        await _fill(services, engagements)
        app = frame.build(services, _nothing_to_start, GuardedDoor(register))
        _add_empty_page(app)
        facilitator = await _comes(app, register, year.facilitator(0), "facilitator")
        yield House(facilitator, await _comes(app, register, "p-supervisor", "supervisor"))


async def _fill(services: Sequence[Service], engagements: int) -> None:
    """Have all services learn of the year, and let pass the time that has passed since."""
    now, courier = WorldClock().now(), Courier(services)
    await _tell(services, [year.published(now)])
    for first in range(0, engagements, AT_ONCE):
        some = range(first, min(first + AT_ONCE, engagements))
        await _tell(services, [fact for number in some for fact in year.engagement(number, now)])
    for service in services:
        if service.pass_time:
            await service.pass_time(service.store)
    await courier.settle()


async def _tell(services: Sequence[Service], facts: Sequence[Fact]) -> None:
    for service in services:
        said = [fact for fact in facts if speaker(fact.event.type) == service.name]
        await service.take_in(service.store, said)
        if service.name != "intake":
            await service.hear(service.store, [fact for fact in facts if fact not in said])


@asynccontextmanager
async def _nothing_to_start(_app: FastAPI) -> AsyncIterator[None]:
    yield


def _add_empty_page(app: FastAPI) -> None:
    app.state.templates = environment([*app.state.pages, Pages(router, Path(__file__).parent / "templates")])
    app.router.routes.extend(router.finished)


async def _comes(app: FastAPI, register: Register, person_id: str, role: str) -> AsyncClient:
    """Somebody who has signed in with a browser."""
    await accounts.grant(register, Account.model_validate({"person_id": person_id, "roles": [role]}))
    secret = await signing_in.begin(register, person_id)
    headers = {"Cookie": f"{COOKIE}={secret}; zone=America/New_York", "Accept": "text/html"}
    return AsyncClient(transport=ASGITransport(app), base_url=HERE, headers=headers)
