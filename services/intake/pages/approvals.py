"""The approvals of an engagement for people: asked for, waited for by the clock, granted or declined."""

from datetime import date
from typing import Any, Literal

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError

from services.intake import domain
from services.intake.decisions import approvals as decisions
from services.intake.domain.overview import Overview
from services.intake.domain.waiting import Clocked
from services.intake.handlers import teams as found_by
from services.intake.pages.here import (
    WELL,
    Amiss,
    Here,
    gate_of,
    made,
    meeting,
    obeyed,
    place_code,
    refused,
    typed,
    well,
)
from shared.access.opening import STAFF, open_to
from shared.errors import Malformed, Refused
from shared.web.desk import Desk
from shared.web.pages.lists import Listed, listed, shown
from shared.web.routes import Routes

router = Routes()
APPROVALS = "/engagements/{engagement_id}/approvals"
State = Literal["asked", "granted", "declined"]
ABOUT = {
    "invite": "Invite a state",
    "connect": "Connect two states",
    "speaker": "Bring a speaker",
    "materials": "Hand out materials",
}
"""What a regional office is asked for, as people say it."""


class ApprovalRow(BaseModel):
    """One approval as it is listed."""

    approval_id: str
    about: str
    jurisdiction: str | None
    region: int | None
    state: str
    asked_on: date
    answered_on: date | None
    days_open: int
    """Days that it has waited, or that the answer took."""
    expected_on: date | None
    overdue_by: int


@listed(router, APPROVALS, "approvals.html", name="approvals")
@open_to(STAFF)
async def approvals(request: Request, here: Here, engagement_id: str, state: State | None = None) -> Listed:
    """What regional offices were asked, the longest overdue first."""
    found = await found_by.shown(here.store, here.caller, engagement_id)
    return await _listed(here, found, WELL, state)


@router.post(APPROVALS)
@open_to(STAFF)
async def ask(request: Request, here: Here, engagement_id: str) -> Response:
    """A regional office was asked for its consent."""
    found, told = await found_by.shown(here.store, here.caller, engagement_id), typed(request)
    try:
        command = command_of(found, told)
        said = await obeyed(here, command, decisions.ask)
    except (Refused, ValidationError) as error:
        return await _again(request, here, found, refused("ask", told, error))
    whose = f"the office of region {command.region}" if command.region else "the regional office"
    sentence = f"The clock runs: {whose} was asked ({ABOUT[command.about].lower()})."
    return well(request, sentence, said, _path(engagement_id), _undo(engagement_id))


@router.post(APPROVALS + "/{approval_id}/answer")
@open_to(STAFF)
async def answer(request: Request, here: Here, engagement_id: str, approval_id: str) -> Response:
    """A regional office answered; an answer that was told before is corrected."""
    found, told = await found_by.shown(here.store, here.caller, engagement_id), typed(request)
    try:
        command = made(domain.AnswerApproval, told, engagement_id=engagement_id, approval_id=approval_id)
        said = await obeyed(here, command, decisions.answer)
    except (Refused, ValidationError) as error:
        return await _again(request, here, found, refused(approval_id, told, error))
    return well(request, f"The approval was {command.answer}.", said, _path(engagement_id), _undo(engagement_id))


def command_of(found: Overview, told: dict[str, str]) -> domain.AskApproval:
    """What the form tells of: of a jurisdiction, of a whole region, or of none."""
    about, place = told.get("about", ""), place_code(told.get("jurisdiction", "")) or None
    region = told.get("region")
    if region is not None and not (region.isascii() and region.isdigit() and len(region) < 3):
        raise Malformed("must be a whole number from 1 to 10", "region")
    where = found.known.places.get(place or "")
    number = int(region) if region else where.region if where else None
    waits = [one for one in found.clocks if one.state == "asked" and one.about == about]
    if open_one := next((one for one in waits if (one.jurisdiction, one.region) == (place, number)), None):
        raise Malformed(f"was asked for on {open_one.asked_on} already, and waits for its answer", "about")
    id = decisions.next_id(about, place, number, found.known.approvals)
    more = {"engagement_id": found.about.engagement_id, "approval_id": id, "jurisdiction": place, "region": number}
    return made(domain.AskApproval, told, **more)


async def _again(request: Request, here: Desk, found: Overview, amiss: Amiss) -> Response:
    again = await _listed(here, found, amiss, None)
    return await shown(request, "approvals.html", again, _path(found.about.engagement_id))


async def _listed(here: Desk, found: Overview, amiss: Amiss, state: State | None) -> Listed:
    gate = await gate_of(here, found.about.engagement_id)
    clocks: list[Clocked] = [one for one in found.clocks if state in (None, one.state)]
    beside: dict[str, Any] = {
        "about": meeting(found.about, gate),
        "clocks": clocks,
        "total": len(found.clocks),
        "state": state or "",
        "amiss": amiss,
        "kinds": ABOUT,
    }
    rows = [ApprovalRow(**one.model_dump(include={*ApprovalRow.model_fields})) for one in clocks]
    return Listed(rows, ApprovalRow, beside, status=amiss.status)


def _path(engagement_id: str) -> str:
    return f"/app/engagements/{engagement_id}/approvals"


def _undo(engagement_id: str) -> str:
    return f"/app/engagements/{engagement_id}/teams/undo"
