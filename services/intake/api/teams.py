"""Teams, cohorts and roles by HTTP."""

from typing import Annotated, Literal

from fastapi import Query

from services.intake import domain, handlers, repository
from services.intake.api.here import Here
from services.intake.decisions import roles
from services.intake.decisions import teams as decisions
from services.intake.domain import Cohort, ProposedCohort, Team
from shared.access.opening import STAFF, open_to
from shared.commands import Said
from shared.errors import Malformed
from shared.storage.listing import Page
from shared.web.desk import Which
from shared.web.routes import Routes

router = Routes()


@router.post("/cohorts", status_code=201)
@open_to(STAFF)
async def assign_cohort(command: domain.AssignCohort, here: Here) -> Said:
    """Decide which jurisdictions learn together."""
    return await handlers.obey(here.store, command, decisions.assign)


@router.get("/cohorts")
@open_to(STAFF)
async def list_cohorts(here: Here, asked: Which, engagement: str | None = None) -> Page[Cohort]:
    """Cohorts by engagement."""
    async with here.store.look() as unit:
        return await repository.COHORTS.page(unit, asked, engagement_id=engagement)


@router.get("/engagements/{engagement_id}/cohorts/proposed")
@open_to(STAFF)
async def propose_cohorts(
    engagement_id: str,
    here: Here,
    smallest: Annotated[int, Query(ge=1, le=100)] = 4,
    largest: Annotated[int, Query(ge=1, le=100)] = 8,
    number: Annotated[int | None, Query(ge=1, le=100)] = None,
) -> list[ProposedCohort]:
    """Cohorts by stage and size, of those that applied and are in none; each as it would be told to `POST /cohorts`."""
    if largest < smallest:
        raise Malformed(f"must be at least smallest ({smallest})", "largest")
    return list(await handlers.propose_cohorts(here.store, engagement_id, domain.Wanted(smallest, largest, number)))


@router.get("/cohorts/{cohort}")
@open_to(STAFF)
async def get_cohort(cohort: str, here: Here, engagement: str | None = None) -> Cohort:
    """One cohort."""
    async with here.store.look() as unit:
        return await repository.COHORTS.find(unit, cohort, engagement)


@router.post("/teams", status_code=201)
@open_to(STAFF)
async def form_team(command: domain.FormTeam, here: Here) -> Said:
    """Tell that a jurisdiction has its team together."""
    return await handlers.obey(here.store, command, decisions.form)


@router.post("/teams/change")
@open_to(STAFF)
async def change_team(command: domain.ChangeTeam, here: Here) -> Said:
    """Tell how a team is from a day on; what is not named stays as it was."""
    return await handlers.obey(here.store, command, decisions.change)


@router.post("/teams/sign-off")
@open_to(STAFF)
async def sign_off_team(command: domain.SignOffTeam, here: Here) -> Said:
    """Tell that its agency's leadership stands behind a team."""
    return await handlers.obey(here.store, command, decisions.sign_off)


@router.post("/teams/leave")
@open_to(STAFF)
async def leave_team(command: domain.LeaveTeam, here: Here) -> Said:
    """Tell that a team takes part no more."""
    return await handlers.obey(here.store, command, decisions.leave)


@router.get("/teams")
@open_to(STAFF)
async def list_teams(
    here: Here,
    asked: Which,
    engagement: str | None = None,
    jurisdiction: str | None = None,
    cohort: str | None = None,
    state: Literal["formed", "left"] | None = None,
) -> Page[Team]:
    """Teams by the day they were formed."""
    equal = {"engagement_id": engagement, "jurisdiction": jurisdiction, "cohort": cohort, "state": state}
    async with here.store.look() as unit:
        return await repository.TEAMS.page(unit, asked, **equal)


@router.get("/teams/{team_id}")
@open_to(STAFF)
async def get_team(team_id: str, here: Here, engagement: str | None = None) -> Team:
    """One team with its members and its sign-off."""
    async with here.store.look() as unit:
        return await repository.TEAMS.find(unit, team_id, engagement)


@router.post("/roles/vacate")
@open_to(STAFF)
async def vacate_role(command: domain.VacateRole, here: Here) -> Said:
    """Tell that somebody gave up a role; what it owes stays owed."""
    return await handlers.obey(here.store, command, roles.vacate)


@router.post("/roles/fill")
@open_to(STAFF)
async def fill_role(command: domain.FillRole, here: Here) -> Said:
    """Tell that somebody took on a role, and with it what it owes."""
    return await handlers.obey(here.store, command, roles.fill)
