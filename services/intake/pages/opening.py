"""A new engagement: what it is to be, the whole schedule that follows from it, and only then is it opened."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError

from services.intake import handlers
from services.intake.decisions import engagements as decisions
from services.intake.decisions import teams as forming
from services.intake.decisions.foreseeing import Foreseen
from services.intake.domain import FormTeam, OpenEngagement
from services.intake.handlers import openings, topics
from services.intake.pages.choosing import choices
from services.intake.pages.drawing import drawn
from services.intake.pages.here import Here, place_code, ticked, typed
from services.intake.pages.team import ROLES
from shared.access.opening import STAFF, open_to
from shared.errors import Malformed, Refused, Unknown
from shared.events.fields import RUNNERS
from shared.web.desk import Desk
from shared.web.pages.flash import went_well
from shared.web.pages.forms import wrong
from shared.web.pages.rendering import render

router = APIRouter()
PLAIN = ("title", "playbook", "center", "topic", "opened_on", "time_zone", "planned_close")
ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Guam", "Pacific/Pago_Pago",
)  # fmt: skip
LONGEST = 56
"""Letters of a title that become the id: there is room for a number behind them."""


class NoLead(Malformed):
    """{reason}"""


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
    marked = codes(values.get("jurisdictions", ""))
    try:
        values.setdefault("engagement_id", await openings.free_id(here.store, slug(values.get("title", ""))))
        command = command_of(values, answers)
        schedule = await openings.foresee(here.store, command, marked)
        teams = teams_of(command, values, marked)
        if step == "open":
            said = await handlers.obey(here.store, command, decisions.open_)
            for team in teams:
                await handlers.obey(here.store, team, forming.form)
            there = f"/app/engagements/{said.id}/teams"
            return went_well(request, _opened(command, len(teams), len(marked)), there, to=there)
    except NoLead as error:
        return await _look(request, here, (values, answers, marked), command, schedule, wrong(error))
    except (Refused, ValidationError) as error:
        values.pop("engagement_id", None)
        return await _form(request, here, values, answers, wrong(error))
    return await _look(request, here, (values, answers, marked), command, schedule)


def command_of(values: Mapping[str, str], answers: Sequence[str]) -> OpenEngagement:
    """What the form asks for; ValidationError where something is missing or badly written."""
    told: dict[str, Any] = {name: values[name] for name in PLAIN if name in values}
    planned = values.get("planned_sessions")
    if planned is not None:
        told["planned_sessions"] = int(planned) if planned.isdecimal() and len(planned) < 6 else planned
    told["people"] = {role: values[role] for role in RUNNERS if role in values}
    return OpenEngagement.model_validate({**told, "engagement_id": values["engagement_id"], "answers": answers})


def teams_of(command: OpenEngagement, values: Mapping[str, str], marked: Sequence[str]) -> list[FormTeam]:
    """The teams of which the lead is known already; they are formed on the day that the engagement is opened."""
    teams = []
    for code in marked:
        if lead := values.get(f"lead-{code}"):
            told = {"engagement_id": command.engagement_id, "team_id": forming.next_id(code, {}), "jurisdiction": code}
            members = [{"person_id": lead, "role": values.get(f"role-{code}", "lead_agency")}]
            try:
                team = {**told, "lead": lead, "members": members, "formed_on": command.opened_on}
                teams.append(FormTeam.model_validate(team))
            except ValidationError as error:
                raise NoLead(next(iter(wrong(error).values())), f"lead-{code}") from None
    return teams


def slug(title: str) -> str:
    """The id that a title gives."""
    return re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")[:LONGEST].strip("-") or "engagement"


def codes(text: str) -> list[str]:
    """The jurisdictions that somebody typed, separated by commas or spaces."""
    found = [place_code(one) for one in re.split(r"[,;\s]+", text) if one]
    return [*dict.fromkeys(found)]


def _opened(command: OpenEngagement, formed: int, marked: int) -> str:
    if not formed:
        return f"{command.title} is open. Now tell who its teams are."
    teams = "its team is" if formed == 1 else f"{formed} teams are"
    return f"{command.title} is open, and {teams} formed." + (" Now tell the others." if formed < marked else "")


async def _look(
    request: Request,
    here: Desk,
    asked: tuple[Mapping[str, str], Sequence[str], Sequence[str]],
    command: OpenEngagement,
    schedule: Sequence[Foreseen],
    problems: Mapping[str, str] = {},
) -> Response:
    """The schedule, before anything is said, and the leads that are known already."""
    values, answers, marked = asked
    told: dict[str, Any] = {"values": values, "answers": answers, "marked": marked, "command": command}
    told |= {"people": await choices(here), "role_pairs": ROLES, "drawn": drawn(schedule), "problems": problems}
    return await render(request, "engagement_foreseen.html", 422 if problems else 200, **told)


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
