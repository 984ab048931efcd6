"""An engagement is closed on a page: what that means is told before, and it can be undone right after."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response

from services.intake import domain, handlers
from services.intake.decisions import engagements as decisions
from services.intake.pages.here import Here, gate_of, typed
from shared.access.opening import STAFF, open_to
from shared.errors import Refused
from shared.storage.headings import heading
from shared.web.pages.flash import went_well
from shared.web.pages.forms import made, wrong
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes()
A_MISTAKE = "closed by mistake, and undone on the page"
"""Why a closing is taken back that was undone."""


@router.get("/engagements/{engagement_id}/close")
@open_to(STAFF)
async def ask_to_close(request: Request, here: Here, engagement_id: str) -> Response:
    """When it ended and how, and what follows from it."""
    return await _page(request, here, engagement_id)


@router.post("/engagements/{engagement_id}/close")
@open_to(STAFF)
async def close(request: Request, here: Here, engagement_id: str) -> Response:
    """The engagement ended."""
    async with here.store.look() as unit:
        about = await heading(unit, engagement_id)
    try:
        command = made(domain.CloseEngagement, engagement_id=engagement_id, **typed(request))
        said = await handlers.obey_anew(here.store, command, decisions.close)
    except Refused as error:
        return await _page(request, here, engagement_id, wrong(error), error.status)
    there = f"/app/engagements/{engagement_id}"
    facts = [fact["id"] for fact in said.facts] if said.new else []
    return went_well(request, f"{about.title} is closed.", there, undo=facts, undo_at=f"{there}/close/undo", to=there)


@router.post("/engagements/{engagement_id}/close/undo")
@open_to(STAFF)
async def undo(request: Request, here: Here, engagement_id: str, fact_id: Annotated[str, Form()]) -> Response:
    """It was closed by mistake: it goes on."""
    await handlers.retract(here.store, fact_id, A_MISTAKE)
    return went_well(request, "Undone: it goes on.", f"/app/engagements/{engagement_id}")


async def _page(
    request: Request, here: Here, engagement_id: str, problems: Mapping[str, str] = {}, status: int = 200
) -> Response:
    async with here.store.look() as unit:
        about = await heading(unit, engagement_id)
    gate = await gate_of(here, engagement_id)
    values = {"closed_on": "", "reason": "", **typed(request)}
    return await render(request, "close.html", status, about=about, problems=problems, values=values, gate=gate)
