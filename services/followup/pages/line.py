"""The first page of an engagement: its line, drawn and told, and why one task stands on it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel

from services.followup.domain import LANES, Lane, Placed
from services.followup.domain.settled import SETTLED
from services.followup.handlers import line as handlers
from shared.access.opening import STAFF, open_to
from shared.drawing import STATES, draw
from shared.web.desk import Desk, desk
from shared.web.pages.lists import Listed, listed
from shared.web.pages.rendering import render

router = APIRouter()
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
SAID: Mapping[str, str] = {
    "follow_up_scheduled": "It was scheduled",
    "follow_up_moved": "It was moved",
    "follow_up_withdrawn": "It was withdrawn",
    "follow_up_fell_due": "It fell due",
    "follow_up_lapsed": "It lapsed",
    "follow_up_done": "It was done",
    "follow_up_skipped": "It was skipped",
    "follow_up_snoozed": "It was put off",
    "follow_up_handed_over": "It was handed over",
    "follow_up_escalated": "Somebody above was told",
    "contact_suppressed": "The policy did not allow it",
    "reminder_sent": "Somebody was reminded of it",
}


class Said(BaseModel):
    """Something that was said of a task."""

    at: datetime
    what: str
    person_id: str | None = None
    to: str | None = None
    until: date | None = None
    note: str | None = None


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


@router.get("/tasks/{task_id:path}")
@open_to(STAFF)
async def task(request: Request, here: Here, task_id: str) -> Response:
    """Why a task is there, and all that was said of it."""
    found = await handlers.reasons(here.store, here.caller, task_id)
    why, by_itself = found.why, found.settled is not None
    began = _said(why.fact) if why.fact else None
    story = [_said(one, found.settled) for one in why.story]
    told: dict[str, Any] = {"task": why.obligation, "words": why.words, "began": began, "story": story}
    standing = SETTLED if by_itself else why.obligation.state
    return await render(request, "why.html", about=found.about, counted=found.counted, standing=standing, **told)


def place_of(engagement_id: str, one: Placed) -> str:
    """Where more is told of something on the line, and where something can be done about it."""
    if one.is_task:
        return f"/app/tasks/{quote(one.key)}"
    return f"/app/engagements/{quote(engagement_id)}{TABS[one.lane]}"


def _said(document: Mapping[str, Any], settled: str | None = None) -> Said:
    words = document["data"]
    kind = str(document["type"]).split(".")[2]
    by_itself = kind == "follow_up_done" and "because" in words
    return Said(
        at=document["time"],
        what="It was settled" if by_itself else SAID.get(kind, kind.replace("_", " ").capitalize()),
        person_id=words.get("person_id"),
        to=words.get("to") if kind in ("follow_up_handed_over", "follow_up_escalated") else None,
        until=words.get("until"),
        note=words.get("note") or words.get("reason") or (settled if by_itself else None),
    )
