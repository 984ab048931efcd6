"""The teams of an engagement for people: who takes part, with whom, and what regional offices were asked."""

from collections.abc import Mapping
from typing import Annotated, get_args

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import ValidationError

from services.intake import domain, handlers, repository
from services.intake.decisions import teams as decisions
from services.intake.pages.here import Here, choices, typed, wrong
from shared.access.opening import STAFF, open_to
from shared.errors import Malformed
from shared.events.base import Role
from shared.storage.headings import heading
from shared.storage.listing import MOST, Asked
from shared.web.pages.flash import went_well
from shared.web.pages.rendering import render, words

router = APIRouter()
PLACES = range(1, 7)
"""So many people are told at once; the first is the lead."""


@router.get("/engagements/{engagement_id}/teams")
@open_to(STAFF)
async def teams(request: Request, here: Here, engagement_id: str) -> Response:
    """Who takes part."""
    return await _page(request, here, engagement_id, {})


@router.post("/engagements/{engagement_id}/teams")
@open_to(STAFF)
async def form_team(request: Request, here: Here, engagement_id: str) -> Response:
    """A jurisdiction has its team together."""
    values = typed(request)
    try:
        command = command_of(engagement_id, values)
        async with here.store.look() as unit:
            about = await heading(unit, engagement_id)
        if command.jurisdiction in about.jurisdictions:
            raise Malformed("has a team in this engagement already", "jurisdiction")
        await handlers.obey(here.store, command, decisions.form)
    except (Malformed, ValidationError) as error:
        return await _page(request, here, engagement_id, values, wrong(error))
    return went_well(request, f"{command.jurisdiction} has its team.", _path(engagement_id))


@router.post("/engagements/{engagement_id}/teams/sign-off")
@open_to(STAFF)
async def sign_off(request: Request, here: Here, engagement_id: str, team_id: Annotated[str, Form()]) -> Response:
    """The leadership of the team's agency stands behind it, since today."""
    command = domain.SignOffTeam(engagement_id=engagement_id, team_id=team_id)
    await handlers.obey(here.store, command, decisions.sign_off)
    return went_well(request, "The sign-off is recorded.", _path(engagement_id))


def command_of(engagement_id: str, values: Mapping[str, str]) -> domain.FormTeam:
    """The team that the form tells of; a person without a place in the form is left out."""
    members = [
        {"person_id": person, "role": values.get(f"role-{n}", "other")}
        for n in PLACES
        if (person := values.get(f"person-{n}"))
    ]
    if "person-1" not in values:
        raise Malformed("is missing: every team has a lead", "person-1")
    place = values.get("jurisdiction", "")
    place = place if place.startswith("tribe-") else place.upper()
    told = {"jurisdiction": place, "team_id": place.lower(), "lead": values["person-1"], "members": members}
    told |= {name: values[name] for name in ("cohort", "formed_on") if name in values}
    return domain.FormTeam.model_validate({**told, "engagement_id": engagement_id})


async def _page(
    request: Request, here: Here, engagement_id: str, values: Mapping[str, str], problems: Mapping[str, str] = {}
) -> Response:
    async with here.store.look() as unit:
        about = await heading(unit, engagement_id)
        found = (await repository.TEAMS.page(unit, Asked(limit=MOST), engagement_id=engagement_id)).items
        asked = (await repository.APPROVALS.page(unit, Asked(limit=MOST), engagement_id=engagement_id)).items
    told = {"about": about, "teams": found, "approvals": asked, "values": values, "problems": problems}
    told |= {
        "people": await choices(here),
        "role_pairs": [(role, words(role)) for role in get_args(Role)],
        "places": PLACES,
    }
    return await render(request, "teams.html", 422 if problems else 200, **told)


def _path(engagement_id: str) -> str:
    return f"/app/engagements/{engagement_id}/teams"
