"""One team for people: who is in it, what it lacks, its sign-off and approvals, and all that changes in it."""

from typing import Any, get_args

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError

from services.intake import domain
from services.intake.decisions import roles
from services.intake.decisions import teams as decisions
from services.intake.domain import Known, Team
from services.intake.domain.overview import Overview
from services.intake.handlers import teams as handlers
from services.intake.pages.approvals import ABOUT
from services.intake.pages.choosing import choices, whom
from services.intake.pages.here import (
    WELL,
    Amiss,
    Here,
    gate_of,
    made,
    meeting,
    name_of,
    obeyed,
    refused,
    typed,
    well,
)
from shared.access.opening import STAFF, open_to
from shared.errors import Refused
from shared.events.base import Role
from shared.events.intake import TeamLeft
from shared.playbooks.gate import AtTheGate
from shared.use_cases import Decide
from shared.web.desk import Desk
from shared.web.pages.lists import Listed, listed, shown
from shared.web.pages.rendering import words
from shared.web.routes import Routes

router = Routes()
TEAM = "/engagements/{engagement_id}/teams/{team_id}"
ROLES: tuple[tuple[str, str], ...] = tuple((role, words(role)) for role in get_args(Role))


class MemberRow(BaseModel):
    """Somebody in a team as they are listed."""

    person_id: str
    role: str
    organisation: str | None
    is_lead: bool


@listed(router, TEAM, "team.html", name="team")
@open_to(STAFF)
async def team(request: Request, here: Here, engagement_id: str, team_id: str) -> Listed:
    """Who is in the team; beside it what it lacks, and what regional offices were asked about it."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    return await _listed(here, found, found.team(team_id), WELL)


@router.post(TEAM + "/fill")
@open_to(STAFF)
async def fill(request: Request, here: Here, engagement_id: str, team_id: str) -> Response:
    """Somebody joined the team, or took on one more role in it."""
    said = "{person_id} is in the team now ({role})."
    return await _changed(request, here, (engagement_id, team_id), "fill", domain.FillRole, roles.fill, said)


@router.post(TEAM + "/vacate")
@open_to(STAFF)
async def vacate(request: Request, here: Here, engagement_id: str, team_id: str) -> Response:
    """Somebody gave up a role in the team; what it owes stays owed."""
    said = "{person_id} gave up the role of {role}. What it owes stays owed."
    return await _changed(request, here, (engagement_id, team_id), "vacate", domain.VacateRole, roles.vacate, said)


@router.post(TEAM + "/lead")
@open_to(STAFF)
async def lead(request: Request, here: Here, engagement_id: str, team_id: str) -> Response:
    """Another one leads the team."""
    said = "{lead} leads the team."
    return await _changed(request, here, (engagement_id, team_id), "lead", domain.ChangeTeam, decisions.change, said)


@router.post(TEAM + "/sign-off")
@open_to(STAFF)
async def sign_off(request: Request, here: Here, engagement_id: str, team_id: str) -> Response:
    """The leadership of the team's agency stands behind it."""
    said = "The sign-off is recorded."
    told = (engagement_id, team_id)
    return await _changed(request, here, told, "sign-off", domain.SignOffTeam, decisions.sign_off, said)


@router.post(TEAM + "/leave")
@open_to(STAFF)
async def leave(request: Request, here: Here, engagement_id: str, team_id: str) -> Response:
    """The team takes part no more; nothing more is owed to it."""
    said = "The team takes part no more. What was still to be done for it is withdrawn."
    return await _changed(request, here, (engagement_id, team_id), "leave", domain.LeaveTeam, decisions.leave, said)


async def _changed(
    request: Request,
    here: Desk,
    whose: tuple[str, str],
    form: str,
    command: type[Any],
    decide: Decide[Any, Known],
    sentence: str,
) -> Response:
    """Do what a form on the page asks; what is refused stands on the page, beside what was typed."""
    found = await handlers.shown(here.store, here.caller, whose[0])
    team = found.team(whose[1])
    told = typed(request)
    path = f"/app/engagements/{whose[0]}/teams"
    try:
        named = await whom(here, told, "person_id")
        said = await obeyed(here, made(command, named, engagement_id=whose[0], team_id=whose[1]), decide)
    except (Refused, ValidationError) as error:
        again = await _listed(here, found, team, refused(form, told, error))
        return await shown(request, "team.html", again, f"{path}/{team.team_id}")
    names = {name: await name_of(here, named[name]) for name in ("person_id", "lead") if name in named}
    sentence = sentence.format(role=words(told.get("role", "")), **names)
    return well(request, sentence, said, f"{path}/{team.team_id}", f"{path}/undo")


async def _listed(here: Desk, found: Overview, team: Team, amiss: Amiss) -> Listed:
    """The members, and all that stands beside them."""
    gate = await gate_of(here, team.engagement_id)
    at_it = next((one for one in gate.teams if one.team_id == team.team_id), None) if gate else None
    place = found.known.places.get(team.jurisdiction)
    beside: dict[str, Any] = {
        "about": meeting(found.about, gate),
        "team": team,
        "place": place.name if place else team.jurisdiction,
        "is_known": gate is not None,
        "gate": await by_name(here, at_it, team) if at_it else None,
        "clocks": found.of(team),
        "kinds": ABOUT,
        "amiss": amiss,
        "people": await choices(here),
        "role_pairs": ROLES,
        "left_by": _left_by(found, team),
    }
    rows = [
        MemberRow(**one.model_dump(include={"person_id", "role", "organisation"}), is_lead=one.person_id == team.lead)
        for one in team.members
    ]
    return Listed(rows, MemberRow, beside, status=amiss.status)


async def by_name(here: Desk, gate: AtTheGate, team: Team) -> AtTheGate:
    """What a team lacks, with people by what they are called: its sentences know ids only."""
    name = await name_of(here, team.lead)
    told = (one.but(sentence=one.sentence.replace(f"({team.lead})", f"({name})")) for one in gate.reasons)
    return gate.but(reasons=tuple(told))


def _left_by(found: Overview, team: Team) -> str:
    """The fact by which a team left: whoever takes it back has the team again, unless another one came in its place."""
    if any(one.state == "formed" and one.jurisdiction == team.jurisdiction for one in found.teams.values()):
        return ""
    gone = (fact for fact in found.known.facts if isinstance(fact.event, TeamLeft))
    return next((fact.id for fact in gone if getattr(fact.event, "team_id", "") == team.team_id), "")
