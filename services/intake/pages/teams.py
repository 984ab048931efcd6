"""The teams of an engagement for people: who takes part, who does not yet, and who runs it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError

from services.intake import domain, handlers
from services.intake.decisions import roles
from services.intake.decisions import teams as decisions
from services.intake.domain import Known, Team
from services.intake.domain.overview import Overview
from services.intake.handlers import teams as found_by
from services.intake.pages.approvals import ABOUT
from services.intake.pages.choosing import choices, whom
from services.intake.pages.here import (
    A_MISTAKE,
    WELL,
    Amiss,
    Here,
    Taken,
    gate_of,
    made,
    meeting,
    name_of,
    obeyed,
    place_code,
    refused,
    typed,
    well,
)
from services.intake.pages.team import ROLES
from shared.access.opening import STAFF, open_to
from shared.errors import Malformed, Refused
from shared.events.fields import RUNNERS
from shared.playbooks.gate import AtTheGate
from shared.use_cases import Decide
from shared.web.desk import Desk
from shared.web.pages.flash import went_well
from shared.web.pages.lists import Listed, listed, shown
from shared.web.routes import Routes

router = Routes()
PLACES = range(1, 7)
"""So many people are told at once; the first is the lead."""


class TeamRow(BaseModel):
    """One team as it is listed."""

    team_id: str
    jurisdiction: str
    state: str
    cohort: str | None
    formed_on: date
    left_on: date | None
    lead: str
    members: tuple[str, ...]
    vacant: tuple[str, ...]
    signed_off_on: date | None
    at_risk: bool | None
    """Nothing is told of it where that is not known here and now."""
    reasons: tuple[str, ...] = ()

    @classmethod
    def of(cls, team: Team, gate: AtTheGate | None) -> "TeamRow":
        """The team, and what it lacks."""
        told = team.model_dump(include={"team_id", "jurisdiction", "state", "cohort", "formed_on", "left_on", "lead"})
        return cls(
            **told,
            members=tuple(dict.fromkeys(one.person_id for one in team.members)),
            vacant=team.vacant,
            signed_off_on=min(team.signed_off.values(), default=None),
            at_risk=gate.at_risk if gate else None,
            reasons=tuple(one.sentence for one in gate.reasons) if gate else (),
        )


@listed(router, "/engagements/{engagement_id}/teams", "teams.html", name="teams")
@open_to(STAFF)
async def teams(request: Request, here: Here, engagement_id: str, add: str = "") -> Listed:
    """Who takes part; `add` is a jurisdiction whose team is about to be told."""
    found = await found_by.shown(here.store, here.caller, engagement_id)
    begun = Amiss("team", {"jurisdiction": place_code(add)}) if add else WELL
    return await _listed(here, found, begun)


@router.post("/engagements/{engagement_id}/teams")
@open_to(STAFF)
async def form_team(request: Request, here: Here, engagement_id: str) -> Response:
    """A jurisdiction has its team together; where it had one that left, this is another one."""
    found, told = await found_by.shown(here.store, here.caller, engagement_id), typed(request)
    try:
        named = await whom(here, told, *(f"person-{n}" for n in PLACES))
        command = command_of(engagement_id, named, found.teams)
        said = await handlers.obey(here.store, command, decisions.form)
    except (Refused, ValidationError) as error:
        return await _again(request, here, found, refused("team", told, error))
    there = _path(engagement_id)
    return well(request, f"{command.jurisdiction} has its team.", said, there, f"{there}/undo", to=there)


@router.post("/engagements/{engagement_id}/roles/fill")
@open_to(STAFF)
async def fill(request: Request, here: Here, engagement_id: str) -> Response:
    """Somebody runs the engagement in a role, and owes what the role owes."""
    found, told = await found_by.shown(here.store, here.caller, engagement_id), typed(request)
    return await _changed(
        request, here, found, ("fill", "{name} is the {role} now."), told, domain.FillRole, roles.fill
    )


@router.post("/engagements/{engagement_id}/roles/vacate")
@open_to(STAFF)
async def vacate(request: Request, here: Here, engagement_id: str) -> Response:
    """Somebody gave up a role of the engagement; what it owes stays owed, in nobody's name."""
    found, told = await found_by.shown(here.store, here.caller, engagement_id), typed(request)
    running = found.known.engagement.people if found.known.engagement else {}
    told["person_id"] = running.get(told.get("role", ""), "")
    said = "{name} is not the {role} any more. What the role owes stays owed, in nobody's name."
    return await _changed(request, here, found, ("vacate", said), told, domain.VacateRole, roles.vacate)


@router.post("/engagements/{engagement_id}/teams/undo")
@open_to(STAFF)
async def undo(request: Request, here: Here, engagement_id: str, fact_id: Taken) -> Response:
    """What was just said of a team, a role or an approval was a mistake: it never was."""
    await found_by.shown(here.store, here.caller, engagement_id)
    await handlers.undo(here.store, engagement_id, fact_id, A_MISTAKE)
    return went_well(request, "Undone: all is as before.", _path(engagement_id))


def command_of(engagement_id: str, values: Mapping[str, str], teams: Mapping[str, Team]) -> domain.FormTeam:
    """The team that the form tells of; a person without a place in the form is left out."""
    members = [
        {"person_id": person, "role": values.get(f"role-{n}", "other")}
        for n in PLACES
        if (person := values.get(f"person-{n}"))
    ]
    if "person-1" not in values:
        raise Malformed("is missing: every team has a lead", "person-1")
    place = place_code(values.get("jurisdiction", ""))
    if any(one.jurisdiction == place and one.state == "formed" for one in teams.values()):
        raise Malformed("has a team in this engagement already", "jurisdiction")
    told = {"jurisdiction": place, "team_id": decisions.next_id(place, teams), "lead": values["person-1"]}
    told |= {name: values[name] for name in ("cohort", "formed_on") if name in values}
    return domain.FormTeam.model_validate({**told, "members": members, "engagement_id": engagement_id})


async def _changed(
    request: Request,
    here: Desk,
    found: Overview,
    form: tuple[str, str],
    told: Mapping[str, str],
    command: type[domain.VacateRole],
    decide: Decide[Any, Known],
) -> Response:
    """Change who runs the engagement; whoever gives up their own seat may see it no more."""
    name, sentence = form
    try:
        named = await whom(here, told, "person_id")
        asked = made(command, named, engagement_id=found.about.engagement_id)
        said = await obeyed(here, asked, decide)
    except (Refused, ValidationError) as error:
        return await _again(request, here, found, refused(name, told, error))
    sentence = sentence.format(name=await name_of(here, asked.person_id), role=asked.role)
    if name == "vacate" and asked.person_id == here.caller.person_id and not here.caller.sees_all:
        return went_well(request, sentence, "/app/engagements", to="/app/engagements")
    there = _path(found.about.engagement_id)
    return well(request, sentence, said, there, f"{there}/undo")


async def _again(request: Request, here: Desk, found: Overview, amiss: Amiss) -> Response:
    again = await _listed(here, found, amiss)
    return await shown(request, "teams.html", again, _path(found.about.engagement_id))


async def _listed(here: Desk, found: Overview, amiss: Amiss) -> Listed:
    gate = await gate_of(here, found.about.engagement_id)
    gates = {one.team_id: one for one in gate.teams} if gate else {}
    running = found.known.engagement.people if found.known.engagement else {}
    beside: dict[str, Any] = {
        "about": meeting(found.about, gate),
        "teams": found.in_order,
        "gates": gates,
        "is_known": gate is not None,
        "without_team": found.without_team,
        "applications": sorted(found.known.applications.values(), key=lambda one: (one.received_on, one.jurisdiction)),
        "taking_part": {one.jurisdiction for one in found.in_order if one.state == "formed"},
        "clocks": found.clocks,
        "kinds": ABOUT,
        "running": [(role, running.get(role)) for role in RUNNERS],
        "amiss": amiss,
        "people": await choices(here),
        "role_pairs": ROLES,
        "places": PLACES,
    }
    rows = [TeamRow.of(one, gates.get(one.team_id)) for one in found.in_order]
    return Listed(rows, TeamRow, beside, status=amiss.status)


def _path(engagement_id: str) -> str:
    return f"/app/engagements/{engagement_id}/teams"
