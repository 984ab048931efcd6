"""Engagements by HTTP."""

from typing import Literal

from services.intake import domain, handlers, repository
from services.intake.api.here import Here
from services.intake.decisions import engagements as decisions
from services.intake.domain import Engagement
from shared.access.opening import STAFF, open_to
from shared.commands import Said
from shared.storage.listing import Page
from shared.web.desk import Which
from shared.web.routes import Routes

router = Routes()


@router.post("/engagements", status_code=201)
@open_to(STAFF)
async def open_engagement(command: domain.OpenEngagement, here: Here) -> Said:
    """Open an engagement; the requests it answers are answered with it."""
    return await handlers.obey(here.store, command, decisions.open_)


@router.post("/engagements/change")
@open_to(STAFF)
async def change_engagement(command: domain.ChangeEngagement, here: Here) -> Said:
    """Change something about an engagement; what is not named stays as it was."""
    return await handlers.obey(here.store, command, decisions.change)


@router.post("/engagements/close")
@open_to(STAFF)
async def close_engagement(command: domain.CloseEngagement, here: Here) -> Said:
    """End an engagement; follow-up begins."""
    return await handlers.obey(here.store, command, decisions.close)


@router.get("/engagements")
@open_to(STAFF)
async def list_engagements(
    here: Here,
    asked: Which,
    state: Literal["open", "closed"] | None = None,
    playbook: str | None = None,
    topic: str | None = None,
    facilitator: str | None = None,
    center: str | None = None,
) -> Page[Engagement]:
    """Engagements by the day they were opened."""
    equal = {"state": state, "playbook": playbook, "topic": topic, "facilitator": facilitator, "center": center}
    async with here.store.look() as unit:
        return await repository.ENGAGEMENTS.page(unit, asked, **equal)


@router.get("/engagements/{engagement_id}")
@open_to(STAFF)
async def get_engagement(engagement_id: str, here: Here) -> Engagement:
    """One engagement with its people and goals."""
    async with here.store.look() as unit:
        return await repository.ENGAGEMENTS.find(unit, engagement_id)
