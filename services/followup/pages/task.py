"""One task on a page of its own: why it is there, all that can be done with it, and all that was said of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel

from services.followup.domain.settled import SETTLED
from services.followup.handlers import inbox
from services.followup.handlers import line as handlers
from shared.access.opening import STAFF, open_to
from shared.web.desk import Desk, desk
from shared.web.pages.rendering import render
from shared.web.pages.times import zone_of
from shared.web.routes import Routes

router = Routes()
Here = Annotated[Desk, Depends(desk("followup"))]
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
    "follow_up_escalated": "It was escalated",
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


@router.get("/tasks/{task_id:path}")
@open_to(STAFF)
async def task(request: Request, here: Here, task_id: str) -> Response:
    """Why a task is there, what can be done with it, and all that was said of it."""
    found = await handlers.reasons(here.store, here.caller, task_id)
    why, by_itself = found.why, found.settled is not None
    began = _said(why.fact) if why.fact else None
    story = [_said(one, found.settled) for one in why.story]
    told: dict[str, Any] = {
        "told": found.told,
        "task": why.obligation,
        "words": why.words,
        "began": began,
        "story": story,
    }
    told["jurisdiction"] = found.jurisdiction
    told["standing"] = SETTLED if by_itself else why.obligation.state
    is_open = why.obligation.state in ("scheduled", "due", "overdue")
    told["at_hand"] = await inbox.at_hand(here.store, task_id, await zone_of(request)) if is_open else None
    return await render(request, "why.html", about=found.about, counted=found.counted, there=found.zone, **told)


@router.get("/inbox/more/{task_id:path}")
@open_to(STAFF)
async def more(request: Request, here: Here, task_id: str) -> Response:
    """The same forms, for the row of the inbox in which somebody asks for more; without script that is its page."""
    at_hand = await inbox.at_hand(here.store, task_id, await zone_of(request))
    row = at_hand.task
    standing = SETTLED if row.state == "done" and not row.by_hand else row.state
    return await render(request, "more.html", at_hand=at_hand, standing=standing)


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
