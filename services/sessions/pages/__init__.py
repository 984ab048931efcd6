"""Sessions for people: the schedule and what came of it, a session that was held, homework and plans."""

from pathlib import Path
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response

from services.sessions import handlers
from services.sessions.pages import afterwards, changing, held, schedule
from services.sessions.pages.here import A_MISTAKE, Here, page_of
from shared.access.opening import STAFF, open_to
from shared.web.pages.flash import went_well
from shared.web.pages.navigation import Pages
from shared.web.routes import Routes

router = Routes(prefix="/app/engagements/{engagement_id}", tags=["pages"], include_in_schema=False)
for noun in (schedule, held, changing, afterwards):
    router.include_router(noun.router)
PAGES = Pages(router, Path(__file__).parents[1] / "templates")


@router.post("/sessions/undo")
@open_to(STAFF)
async def undo(request: Request, here: Here, engagement_id: str, fact_id: Annotated[list[str], Form()]) -> Response:
    """What was just said was a mistake: it never was; all of it, or nothing."""
    await handlers.shown(here.store, here.caller, engagement_id)
    await handlers.retract_all(here.store, list(dict.fromkeys(fact_id)), A_MISTAKE, engagement_id)
    return went_well(request, "Undone: all is as before.", page_of(engagement_id))
