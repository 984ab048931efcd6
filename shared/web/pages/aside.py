"""What was put aside, for administrators: see it with its reason, mend it, try it again, or drop it."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import Form, Request
from fastapi.responses import Response
from pydantic import BaseModel

from shared.access.opening import ADMINISTRATORS, open_to
from shared.errors import Refused, Unknown
from shared.service import Service
from shared.storage import aside
from shared.storage.aside import PutAside
from shared.storage.listing import MOST, Asked
from shared.web.pages.flash import went_well
from shared.web.pages.lists import Listed, listed
from shared.web.pages.navigation import Entry, Pages
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes(prefix="/app", tags=["pages"], include_in_schema=False)
HERE = "/app/aside"
PUT_ASIDE = Pages(
    router,
    Path(__file__).parents[1] / "templates",
    (Entry("Put aside", HERE, order=910, icon="error_outline", roles=ADMINISTRATORS),),
)
State = Literal["waiting", "retried", "dropped"]


class Aside(PutAside):
    """A message that was put aside, and by whom."""

    service: str

    @property
    def reasons(self) -> list[str]:
        """What is wrong with it, one sentence a field."""
        return [f"{one['field']}: {one['reason']}" if one["field"] else one["reason"] for one in self.problems]


class Row(BaseModel):
    """The same on one line of a list; its text may hold what belongs on no list."""

    aside_id: str
    service: str
    subject: str
    reasons: list[str]
    put_at: str
    state: str


@listed(router, "/aside", "put_aside.html", name="put-aside")
@open_to(ADMINISTRATORS)
async def put_aside(request: Request, state: State = "waiting") -> Listed:
    """What waits for somebody to look at it."""
    found: list[Aside] = []
    for service in _services(request):
        async with service.store.look() as unit:
            page = await aside.waiting(unit, Asked(limit=MOST), state)
        found += [Aside(service=service.name, **one.model_dump()) for one in page.items]
    found.sort(key=lambda one: one.put_at)
    rows = [_row(one) for one in found]
    return Listed(rows, Row, {"messages": found, "state": state})


@router.get("/aside/{service}/{aside_id}", response_model=None)
@open_to(ADMINISTRATORS)
async def one_put_aside(request: Request, service: str, aside_id: str) -> Response:
    """One message, whole, with what is wrong with it, and room to mend it."""
    found = await _find(request, service, aside_id)
    return await render(request, "one_put_aside.html", message=found, body=found.body, problems={})


@router.post("/aside/{service}/{aside_id}/retry", response_model=None)
@open_to(ADMINISTRATORS)
async def retry(request: Request, service: str, aside_id: str, body: Annotated[str | None, Form()] = None) -> Response:
    """Handle it again, as it came or as it was mended; what is refused again stays, and so does what was typed."""
    found = await _find(request, service, aside_id)
    mended = body.replace("\r\n", "\n").encode() if body is not None and body.strip() != found.body.strip() else None
    try:
        await _named(request, service).retry_aside(aside_id, mended)
    except Refused as error:
        shown = {"message": found, "body": body or found.body, "problems": {error.field or "": str(error)}}
        return await render(request, "one_put_aside.html", error.status, **shown)
    return went_well(request, "The message was handled.", HERE, to=HERE)


@router.post("/aside/{service}/{aside_id}/drop", response_model=None)
@open_to(ADMINISTRATORS)
async def drop(request: Request, service: str, aside_id: str) -> Response:
    """It need not be handled; it stays on record."""
    async with _named(request, service).store.work() as unit:
        await aside.message(unit, aside_id)
        await aside.settle(unit, aside_id, "dropped")
    return went_well(request, "The message was dropped. It stays on record.", HERE, to=HERE)


def _row(one: Aside) -> Row:
    told = one.model_dump(include={"aside_id", "service", "subject", "state"})
    return Row(**told, reasons=one.reasons, put_at=one.put_at.isoformat())


async def _find(request: Request, service: str, aside_id: str) -> Aside:
    async with _named(request, service).store.look() as unit:
        found = await aside.SHELF.find(unit, aside_id)
    return Aside(service=service, **found.model_dump())


def _services(request: Request) -> list[Service]:
    return list(request.app.state.services.values())


def _named(request: Request, name: str) -> Service:
    service: Service | None = request.app.state.services.get(name)
    if service is None:
        raise Unknown("service", name)
    return service
