"""The HTTP app around one service or all four: what every service answers alike, and who answers what."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Literal

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict

from shared.access import api as access
from shared.access import by_provider
from shared.access import pages as signing_in
from shared.access.door import OPEN_DOOR, AtTheDoor, Door
from shared.access.opening import ADMINISTRATORS, ANYBODY, STAFF, every_route, let_in, open_to, see_that_all_are_opened
from shared.access.provider import provider_of
from shared.bus.reconciler import Reconciled
from shared.commands import Said
from shared.errors import Unknown
from shared.events import wire
from shared.events.catalogue import speaker
from shared.events.fields import FactId, Text
from shared.service import Service
from shared.storage import aside, facts
from shared.storage.aside import PutAside
from shared.storage.listing import Page
from shared.web import assets
from shared.web.described import describe
from shared.web.desk import Desk, Which
from shared.web.headers import TellsBrowsers
from shared.web.pages.account import ACCOUNT
from shared.web.pages.aside import PUT_ASIDE
from shared.web.pages.navigation import in_order
from shared.web.pages.rendering import environment
from shared.web.problems import answer_refusals
from shared.web.reading import StrictReading
from shared.web.routes import Routes

router = Routes(tags=["every service"])
TOLD: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
START = "/app/inbox"
"""The page on which a day begins."""
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class RetractFact(BaseModel):
    """Take back a fact: it never was."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    fact_id: FactId
    reason: Text


def build(services: Sequence[Service], lifespan: Lifespan, door: Door = OPEN_DOOR) -> FastAPI:
    """One app for all the services that run in this process; without a door of its own everybody has all rights."""
    app = FastAPI(
        title="Throughline",
        summary="Keeps the line of a technical-assistance engagement, from the first request to the last outcome.",
        lifespan=lifespan,
        # The default pages load their scripts from elsewhere; /openapi.json is all that programs need.
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = {service.name: service for service in services}
    app.state.desks = {one.name: Desk(one.store, one.settings.patience, one.directory, one.ask) for one in services}
    show(app, services)
    app.state.register = services[0].register if services else None
    for routes in (
        *(service.router for service in services),
        *(pages.router for pages in app.state.pages),
        access.router,
        signing_in.router,
        router,
    ):
        app.router.routes.extend(routes.finished)
    # A provider may add to its answer whatever it likes: what is not known there is passed over.
    app.include_router(by_provider.router, dependencies=[Depends(let_in)])
    app.include_router(assets.router)
    see_that_all_are_opened(app.routes)
    describe(app)
    answer_refusals(app)
    files = {path: most for service in services for path, most in service.files.items()}
    app.add_middleware(StrictReading, files=files, routes=list(every_route(app.routes)))
    app.add_middleware(AtTheDoor, door=door)
    is_https = bool(services) and services[0].register.url.startswith("https://")
    app.add_middleware(TellsBrowsers, is_https=is_https)
    return app


def show(app: FastAPI, services: Sequence[Service]) -> None:
    """Give the app what its pages are made of."""
    app.state.pages = [*(service.pages for service in services if service.pages), PUT_ASIDE, ACCOUNT]
    app.state.templates = environment(app.state.pages)
    app.state.navigation = in_order(app.state.pages)
    for first in services[:1]:
        app.state.clock, app.state.zone, app.state.directory = first.clock, first.settings.zone, first.directory
        app.state.provider = provider_of(first.settings)


def _services(request: Request) -> list[Service]:
    return list(request.app.state.services.values())


@router.get("/", response_model=dict[str, Any], responses={303: {"description": "For browsers: on to the pages."}})
@open_to(ANYBODY)
async def index(request: Request) -> Any:
    """Where everything is; browsers are led to the pages."""
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(START, status_code=303)
    told = (str(route.path) for route in every_route(request.app.routes) if route.include_in_schema)
    paths = sorted({path for path in told if "{" not in path})
    return {"throughline": [service.name for service in _services(request)], "api": "/openapi.json", "paths": paths}


@router.get("/health", responses={503: {"description": "Something is not well.", "content": TOLD}})
@open_to(ANYBODY)
async def health(request: Request) -> JSONResponse:
    """Whether each service can hear, record and say; 503 where one cannot."""
    told = {service.name: await service.health() for service in _services(request)}
    well = all(one["well"] for one in told.values())
    return JSONResponse({"well": well, "services": told}, status_code=200 if well else 503)


@router.post("/reconcile")
@open_to(ADMINISTRATORS)
async def reconcile(request: Request) -> dict[str, list[Reconciled]]:
    """Compare all that each service said with what the bus has, and say again what it lacks."""
    running = [(service.name, service.reconciler) for service in _services(request)]
    return {name: await reconciler.reconcile() for name, reconciler in running if reconciler}


@router.get("/facts/{fact_id:path}")
@open_to(STAFF)
async def get_fact(fact_id: str, request: Request) -> dict[str, Any]:
    """One fact as it was said."""
    return wire.document((await _who_knows(request, fact_id))[1])


@router.post("/facts/retract")
@open_to(STAFF)
async def retract_fact(command: RetractFact, request: Request) -> Said:
    """Take back a fact: whatever it obliged goes, as if it had never been said."""
    service, fact = await _who_knows(request, command.fact_id, to_read=False)
    owner: Service = request.app.state.services.get(speaker(fact.event.type), service)
    return await owner.retract(owner.store.asked_by(request.state.caller), command.fact_id, command.reason)


@router.get("/aside")
@open_to(ADMINISTRATORS)
async def list_aside(
    request: Request, asked: Which, state: Literal["waiting", "retried", "dropped"] | None = "waiting"
) -> dict[str, Page[PutAside]]:
    """What each service put aside, with its reason."""
    told = {}
    for service in _services(request):
        async with service.store.look() as unit:
            told[service.name] = await aside.waiting(unit, asked, state)
    return told


@router.get("/aside/{service}/{aside_id}")
@open_to(ADMINISTRATORS)
async def get_aside(service: str, aside_id: str, request: Request) -> PutAside:
    """One message that was put aside, whole."""
    async with _named(request, service).store.look() as unit:
        return await aside.SHELF.find(unit, aside_id)


@router.post("/aside/{service}/{aside_id}/retry")
@open_to(ADMINISTRATORS)
async def retry_aside(service: str, aside_id: str, request: Request) -> dict[str, str]:
    """Handle a message again, now that what was wrong may have been mended."""
    await _named(request, service).retry_aside(aside_id)
    return {"aside_id": aside_id, "state": "retried"}


@router.post("/aside/{service}/{aside_id}/drop")
@open_to(ADMINISTRATORS)
async def drop_aside(service: str, aside_id: str, request: Request) -> dict[str, str]:
    """Decide that a message need not be handled; it stays on record."""
    async with _named(request, service).store.work() as unit:
        await aside.message(unit, aside_id)
        await aside.settle(unit, aside_id, "dropped")
    return {"aside_id": aside_id, "state": "dropped"}


def _named(request: Request, name: str) -> Service:
    service: Service | None = request.app.state.services.get(name)
    if service is None:
        raise Unknown("service", name)
    return service


async def _who_knows(request: Request, fact_id: str, to_read: bool = True) -> tuple[Service, Any]:
    """A fact that is theirs; also one that they may not read, where it is not to be read."""
    for service in _services(request):
        async with service.store.asked_by(request.state.caller).look() as unit:
            try:
                await facts.line_of(unit, fact_id)
                with nullcontext() if to_read else unit.unasked():
                    return service, await facts.fact(unit, fact_id)
            except Unknown:
                continue
    raise Unknown("fact", fact_id, field="fact_id")
