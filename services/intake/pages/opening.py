"""A new engagement: what it is to be, the whole schedule that follows from it, and only then is it opened."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import ValidationError

from services.intake.decisions.foreseeing import Foreseen
from services.intake.domain import OpenEngagement
from services.intake.handlers import openings, topics
from services.intake.pages import zones
from services.intake.pages.choosing import choices, whom
from services.intake.pages.drawing import foreseen
from services.intake.pages.founding import GOALS, LEVELS, NoLead, codes, command_of, slug, teams_of
from services.intake.pages.here import Here, ticked, typed
from services.intake.pages.team import ROLES
from shared.access.caller import Role
from shared.access.opening import STAFF, open_to
from shared.errors import Malformed, Problem, Refused, Unknown
from shared.events.fields import RUNNERS
from shared.web.desk import Desk
from shared.web.pages.flash import went_well
from shared.web.pages.forms import wrong
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes()


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
    if here.caller.person_id and Role.FACILITATOR in here.caller.roles:
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
        # The id goes with the form from its first look on: what is sent twice is opened once.
        values.setdefault("engagement_id", await openings.free_id(here.store, slug(values.get("title", ""))))
        values, amiss = await _runners(here, values)
        command = command_of(values, answers, amiss)
        schedule = await openings.foresee(here.store, command, marked)
        leads = await _leads(here, values, marked)
        teams = teams_of(command, leads, marked)
        if step == "open":
            await openings.open_with(here.store, command, teams)
            there = f"/app/engagements/{command.engagement_id}/teams"
            return went_well(request, _opened(command, len(teams), len(marked)), there, to=there)
    except NoLead as error:
        return await _look(request, here, (values, answers, marked), command, schedule, wrong(error))
    except (Refused, ValidationError) as error:
        values.pop("engagement_id", None)
        return await _form(request, here, values, answers, wrong(error))
    return await _look(request, here, (values, answers, marked), command, schedule)


async def _runners(here: Desk, values: dict[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """What was typed, with those who run it by their ids, and what is wrong with any of them."""
    amiss: list[Problem] = []
    for role in RUNNERS:
        try:
            values = await whom(here, values, role)
        except Malformed as error:
            amiss += error.problems
    return values, amiss


async def _leads(here: Desk, values: Mapping[str, str], marked: Sequence[str]) -> dict[str, str]:
    """What was typed, with the leads of teams by their ids."""
    try:
        return await whom(here, values, *(f"lead-{code}" for code in marked))
    except Malformed as error:
        raise NoLead(str(error), error.field) from None


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
    told |= {"people": await choices(here), "role_pairs": ROLES, "problems": problems, "levels": LEVELS}
    told |= {"schedule": foreseen(schedule), "zone_called": zones.called(command.time_zone)}
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
        "zones": zones.choices(request.app.state.zone, values.get("time_zone")),
        "goals": GOALS,
        "levels": [("", "Choose one"), *LEVELS.items()],
    }
    return await render(request, "engagement_new.html", 422 if problems else 200, **told)
