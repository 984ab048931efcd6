"""A new engagement: what it is to be, the whole schedule that follows from it, and only then is it opened."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError

from services.intake import handlers
from services.intake.decisions import engagements as decisions
from services.intake.domain import OpenEngagement
from services.intake.handlers import openings, topics
from services.intake.pages.here import Here, choices, ticked, typed, wrong
from shared.access.opening import STAFF, open_to
from shared.errors import Refused, Unknown
from shared.events.fields import RUNNERS
from shared.web.pages.flash import went_well
from shared.web.pages.rendering import render

router = APIRouter()
PLAIN = ("title", "playbook", "center", "topic", "opened_on", "time_zone", "planned_close")
ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Guam", "Pacific/Pago_Pago",
)  # fmt: skip
LONGEST = 56
"""Letters of a title that become the id: there is room for a number behind them."""


@router.get("/engagements/new")
@open_to(STAFF)
async def new_engagement(request: Request, here: Here, topic: str = "") -> Response:
    """The form, filled with what the topic tells: who asks, and the requests that would be answered."""
    answers, asking = [], []
    if topic:
        try:
            found = await topics.topic(here.store, topic)
            answers = [one.request_id for asks in found.invite for one in asks.requests]
            asking = [asks.jurisdiction for asks in found.invite]
            topic = found.called[0] if found.called else found.topic
        except Unknown:
            pass
    values = {"topic": topic, "jurisdictions": ", ".join(asking), "time_zone": request.app.state.zone}
    if here.caller.person_id:
        values["facilitator"] = here.caller.person_id
    return await _form(request, here, values, answers)


@router.post("/engagements/new")
@open_to(STAFF)
async def open_engagement(request: Request, here: Here) -> Response:
    """Look at the schedule first; then open it, or go back and change something."""
    values, answers = typed(request), ticked(request, "answers")
    step = values.pop("step", "look")
    if step == "change":
        return await _form(request, here, values, answers)
    try:
        values.setdefault("engagement_id", await openings.free_id(here.store, slug(values.get("title", ""))))
        command = command_of(values, answers)
        schedule = await openings.foresee(here.store, command, codes(values.get("jurisdictions", "")))
        if step == "open":
            said = await handlers.obey(here.store, command, decisions.open_)
            there = f"/app/engagements/{said.id}/teams"
            return went_well(request, f"{command.title} is open. Now tell who its teams are.", there, to=there)
    except (Refused, ValidationError) as error:
        values.pop("engagement_id", None)
        return await _form(request, here, values, answers, wrong(error))
    told: dict[str, Any] = {"values": values, "answers": answers, "command": command, "schedule": schedule}
    return await render(request, "engagement_foreseen.html", **told)


def command_of(values: Mapping[str, str], answers: Sequence[str]) -> OpenEngagement:
    """What the form asks for; ValidationError where something is missing or badly written."""
    told: dict[str, Any] = {name: values[name] for name in PLAIN if name in values}
    planned = values.get("planned_sessions")
    if planned is not None:
        told["planned_sessions"] = int(planned) if planned.isdecimal() and len(planned) < 6 else planned
    told["people"] = {role: values[role] for role in RUNNERS if role in values}
    return OpenEngagement.model_validate({**told, "engagement_id": values["engagement_id"], "answers": answers})


def slug(title: str) -> str:
    """The id that a title gives."""
    return re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")[:LONGEST].strip("-") or "engagement"


def codes(text: str) -> list[str]:
    """The jurisdictions that somebody typed, separated by commas or spaces."""
    found = [one if one.startswith("tribe-") else one.upper() for one in re.split(r"[,;\s]+", text) if one]
    return [*dict.fromkeys(found)]


async def _form(
    request: Request, here: Here, values: Mapping[str, str], answers: Sequence[str], problems: Mapping[str, str] = {}
) -> Response:
    told = {
        "values": values,
        "answers": answers,
        "problems": problems,
        "models": await openings.models(here.store),
        "people": await choices(here),
        "requests": await openings.waiting(here.store),
        "zones": [(one, one.replace("_", " ")) for one in dict.fromkeys((request.app.state.zone, *ZONES))],
    }
    return await render(request, "engagement_new.html", 422 if problems else 200, **told)
