"""Handovers for people: who holds which role, which stand empty, and all that whoever follows has to know."""

from typing import Annotated, get_args

from fastapi import Depends, Request

from services.followup.domain import Seated
from services.followup.handlers import handovers as handlers
from shared.access.opening import STAFF, open_to
from shared.errors import Malformed
from shared.events.fields import AnyRole
from shared.obligations.obliged import Task
from shared.web.desk import Desk, desk
from shared.web.pages.lists import Listed, listed
from shared.web.pages.navigation import Entry
from shared.web.routes import Routes

router = Routes()
ENTRY = Entry("Handovers", "/app/handovers", order=50, icon="identification")
Here = Annotated[Desk, Depends(desk("followup"))]
ROLES = (*get_args(AnyRole), "team_lead")


@listed(router, "/handovers", "handovers.html", name="handovers")
@open_to(STAFF)
async def handovers(request: Request, here: Here, engagement: str = "", page: int = 1) -> Listed:
    """Who runs the engagements and which roles stand empty; of one engagement, every role of its teams too."""
    mine, shown = await handlers.seated(here.store, here.caller, engagement or None)
    beside = {
        "vacant": sum(one.is_vacant for one in shown),
        "engagements": [(one.engagement_id, one.title) for one in mine],
        "engagement": engagement,
    }
    people = {person for one in shown for person in (*one.people, *one.left)}
    return Listed(shown, Seated, beside, number=page, people=people)


@listed(router, "/engagements/{engagement_id}/handover", "packet.html", name="handover")
@open_to(STAFF)
async def packet(request: Request, here: Here, engagement_id: str, seat: str = "facilitator") -> Listed:
    """What a role owes, asked for and was promised; `seat` is a role, or role@team."""
    role, _, team_id = seat.partition("@")
    if role not in ROLES:
        raise Malformed(
            f"is no role: it is one of {', '.join(ROLES)}, with @ and the team where it is one of a team", "seat"
        )
    about, seated, told = await handlers.handed(here.store, here.caller, engagement_id, role, team_id or None)
    beside = {"about": about, "packet": told, "seats": seated, "seat": seat}
    return Listed(told.tasks, Task, beside)
