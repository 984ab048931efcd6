"""Sessions by HTTP: its commands, and questions about sessions, homework and plans."""

from typing import Annotated

from fastapi import Depends

from services.sessions import decisions, domain, handlers, repository
from services.sessions.domain import Homework, Plan, Session
from shared.access.opening import STAFF, open_to
from shared.commands import Said
from shared.events.base import Instant
from shared.events.fields import Day
from shared.storage.listing import Page
from shared.web.desk import Desk, Which, desk
from shared.web.routes import Routes

router = Routes(tags=["sessions"])
Here = Annotated[Desk, Depends(desk("sessions"))]


@router.post("/sessions", status_code=201)
@open_to(STAFF)
async def schedule_session(command: domain.ScheduleSession, here: Here) -> Said:
    """Give a session its time."""
    return await handlers.obey(here.store, command, decisions.schedule, here.patience)


@router.post("/sessions/move")
@open_to(STAFF)
async def move_session(command: domain.MoveSession, here: Here) -> Said:
    """Give a session another time; what hangs on it moves with it."""
    return await handlers.obey(here.store, command, decisions.move, here.patience)


@router.post("/sessions/cancel")
@open_to(STAFF)
async def cancel_session(command: domain.CancelSession, here: Here) -> Said:
    """Call a session off; what hangs on it goes."""
    return await handlers.obey(here.store, command, decisions.cancel, here.patience)


@router.post("/sessions/hold")
@open_to(STAFF)
async def hold_session(command: domain.HoldSession, here: Here) -> Said:
    """Tell that a session was held, and who was there; a team that is not named was absent."""
    return await handlers.obey(here.store, command, decisions.hold, here.patience)


@router.get("/sessions")
@open_to(STAFF)
async def list_sessions(
    here: Here,
    asked: Which,
    engagement: str | None = None,
    state: domain.SessionState | None = None,
    starts_before: Instant | None = None,
) -> Page[Session]:
    """Sessions by their start."""
    conditions = [repository.SESSION.c.starts_at < starts_before] if starts_before else []
    async with here.store.look() as unit:
        return await repository.SESSIONS.page(unit, asked, *conditions, engagement_id=engagement, state=state)


@router.get("/sessions/{session_id}")
@open_to(STAFF)
async def get_session(session_id: str, here: Here, engagement: str | None = None) -> Session:
    """One session."""
    async with here.store.look() as unit:
        return await repository.SESSIONS.find(unit, session_id, engagement)


@router.post("/homework", status_code=201)
@open_to(STAFF)
async def assign_homework(command: domain.AssignHomework, here: Here) -> Said:
    """Give all teams something to do until the next session."""
    return await handlers.obey(here.store, command, decisions.assign_homework, here.patience)


@router.post("/homework/hand-in")
@open_to(STAFF)
async def hand_in_homework(command: domain.HandInHomework, here: Here) -> Said:
    """Tell that a team did its homework."""
    return await handlers.obey(here.store, command, decisions.hand_in_homework, here.patience)


@router.get("/homework")
@open_to(STAFF)
async def list_homework(
    here: Here, asked: Which, engagement: str | None = None, session: str | None = None
) -> Page[Homework]:
    """Homework by the day it is due."""
    async with here.store.look() as unit:
        return await repository.HOMEWORKS.page(unit, asked, engagement_id=engagement, session_id=session)


@router.get("/homework/{homework_id}")
@open_to(STAFF)
async def get_homework(homework_id: str, here: Here, engagement: str | None = None) -> Homework:
    """One piece of homework, and who handed it in."""
    async with here.store.look() as unit:
        return await repository.HOMEWORKS.find(unit, homework_id, engagement)


@router.post("/plans", status_code=201)
@open_to(STAFF)
async def submit_plan(command: domain.SubmitPlan, here: Here) -> Said:
    """Hand in a team's action plan."""
    return await handlers.obey(here.store, command, decisions.submit_plan, here.patience)


@router.post("/plans/accept")
@open_to(STAFF)
async def accept_plan(command: domain.JudgePlan, here: Here) -> Said:
    """Accept a plan for the lead agency."""
    return await handlers.obey(here.store, command, decisions.accept_plan, here.patience)


@router.post("/plans/reject")
@open_to(STAFF)
async def reject_plan(command: domain.JudgePlan, here: Here) -> Said:
    """Reject a plan for the lead agency, with the reason."""
    return await handlers.obey(here.store, command, decisions.reject_plan, here.patience)


@router.post("/plans/report-step")
@open_to(STAFF)
async def report_step(command: domain.ReportStep, here: Here) -> Said:
    """Tell how a step of a plan is coming along, and what stands in its way."""
    return await handlers.obey(here.store, command, decisions.report_step, here.patience)


@router.get("/plans")
@open_to(STAFF)
async def list_plans(
    here: Here,
    asked: Which,
    engagement: str | None = None,
    team: str | None = None,
    state: domain.PlanState | None = None,
    submitted_since: Day | None = None,
) -> Page[Plan]:
    """Action plans by the day they were submitted."""
    conditions = [repository.PLAN.c.submitted_on >= submitted_since] if submitted_since else []
    async with here.store.look() as unit:
        return await repository.PLANS.page(
            unit, asked, *conditions, engagement_id=engagement, team_id=team, state=state
        )


@router.get("/plans/{plan_id}")
@open_to(STAFF)
async def get_plan(plan_id: str, here: Here, engagement: str | None = None) -> Plan:
    """One action plan with its steps."""
    async with here.store.look() as unit:
        return await repository.PLANS.find(unit, plan_id, engagement)
