"""The first page of an engagement: its line, drawn and told."""

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from services.followup.domain import LANES, Lane, Placed
from services.followup.handlers import line as handlers
from shared.access.opening import STAFF, open_to
from shared.drawing import STATES, draw
from shared.web.desk import Desk, desk
from shared.web.pages.lists import Listed, listed
from shared.web.routes import Routes

router = Routes()
Here = Annotated[Desk, Depends(desk("followup"))]
TABS: Mapping[Lane, str] = {
    "engagement": "/teams",
    "sessions": "/sessions",
    "plans": "/sessions",
    "tasks": "",
    "evaluation": "/outcomes",
    "approvals": "/teams",
}
"""The page of the engagement on which something is done about what stands in a lane."""


@listed(router, "/engagements/{engagement_id}", "line.html", name="line")
@open_to(STAFF)
async def line(request: Request, here: Here, engagement_id: str, lane: Lane | Literal[""] = "") -> Listed:
    """All that happened in an engagement, and all that is to come."""
    about, found = await handlers.drawn(here.store, here.caller, engagement_id)
    shown = [one for one in found if lane in ("", one.lane)]
    zone = ZoneInfo(about.time_zone)
    marks = [one.mark(zone, place_of(engagement_id, one)) for one in shown]
    beside = {
        "about": about,
        "picture": draw(marks, request.app.state.clock.now(), zone, LANES),
        "overdue": [one for one in shown if one.state == "overdue"],
        "ahead": [one for one in shown if one.is_ahead and one.state != "overdue"],
        "so_far": [one for one in reversed(shown) if not one.is_ahead],
        "lanes": LANES,
        "lane": lane,
        "states": STATES,
        "place_of": place_of,
        "places": TABS,
    }
    return Listed(shown, Placed, beside)


def place_of(engagement_id: str, one: Placed) -> str:
    """Where more is told of something on the line, and where something can be done about it."""
    if one.is_task:
        return f"/app/tasks/{quote(one.key)}"
    return f"/app/engagements/{quote(engagement_id)}{TABS[one.lane]}"
