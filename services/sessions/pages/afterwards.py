"""What comes of sessions: homework is given and handed in, plans are handed in and judged, steps are reported."""

from fastapi import Request
from fastapi.responses import Response

from services.sessions import decisions, domain, handlers
from services.sessions.pages.here import Chosen, Here, Written, obeyed, well
from services.sessions.pages.schedule import again
from shared.access.opening import STAFF, open_to
from shared.errors import Refused
from shared.web.pages.forms import made
from shared.web.routes import Routes

router = Routes()
STILL_REJECTED = "The plan was rejected on that day or later, and that verdict stands; accept it again on a later day."


@router.post("/homework")
@open_to(STAFF)
async def assign(
    request: Request,
    here: Here,
    engagement_id: str,
    homework_id: Written,
    session_id: Written = "",
    text: Written = "",
    due_on: Written = "",
) -> Response:
    """All teams have something to do until a session."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    typed = {"homework_id": homework_id, "session_id": session_id, "text": text, "due_on": due_on}
    try:
        told = {"homework_id": homework_id, "session_id": session_id, "text": text.strip(), "due_on": due_on}
        command = made(domain.AssignHomework, engagement_id=engagement_id, **told)
        return await obeyed(request, here, command, decisions.assign_homework, "The homework is given.")
    except Refused as refused:
        return await again(request, found, "homework", typed, refused)


@router.post("/homework/hand-in")
@open_to(STAFF)
async def hand_in(
    request: Request, here: Here, engagement_id: str, homework_id: Written, team_id: Written, on: Chosen = None
) -> Response:
    """A team did its homework."""
    told = {"homework_id": homework_id, "team_id": team_id, "handed_in_on": on or None}
    told_of = made(domain.HandInHomework, engagement_id=engagement_id, **told)
    return await obeyed(request, here, told_of, decisions.hand_in_homework, "The homework is handed in.")


@router.post("/plans")
@open_to(STAFF)
async def submit(
    request: Request,
    here: Here,
    engagement_id: str,
    plan_id: Written,
    team_id: Written = "",
    steps: Written = "",
    owner_role: Written = "lead_agency",
    on: Written = "",
) -> Response:
    """A team handed in its plan; each line is a step."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    typed = {"plan_id": plan_id, "team_id": team_id, "steps": steps, "owner_role": owner_role, "on": on}
    lines = [line.strip() for line in steps.splitlines() if line.strip()]
    try:
        command = made(
            domain.SubmitPlan,
            engagement_id=engagement_id,
            plan_id=plan_id,
            team_id=team_id,
            submitted_on=on or None,
            steps=[{"step_id": f"t{n}", "text": line, "owner_role": owner_role} for n, line in enumerate(lines, 1)],
        )
        return await obeyed(request, here, command, decisions.submit_plan, "The plan is handed in.")
    except Refused as refused:
        return await again(request, found, "plan", typed, refused)


@router.post("/plans/accept")
@open_to(STAFF)
async def accept(request: Request, here: Here, engagement_id: str, plan_id: Written, on: Chosen = None) -> Response:
    """The lead agency stands behind a plan."""
    command = made(domain.JudgePlan, engagement_id=engagement_id, plan_id=plan_id, on=on or None)
    await handlers.shown(here.store, here.caller, engagement_id)
    said = await handlers.obey_anew(here.store, command, decisions.accept_plan, here.patience)
    plan = (await handlers.shown(here.store, here.caller, engagement_id)).known.plans[plan_id]
    sentence = "The plan is accepted." if plan.state == "accepted" else STILL_REJECTED
    return well(request, engagement_id, sentence, said)


@router.post("/plans/reject")
@open_to(STAFF)
async def reject(
    request: Request, here: Here, engagement_id: str, plan_id: Written, reason: Written = "", on: Chosen = None
) -> Response:
    """The lead agency does not stand behind a plan."""
    command = made(domain.JudgePlan, engagement_id=engagement_id, plan_id=plan_id, on=on or None, reason=reason or None)
    return await obeyed(request, here, command, decisions.reject_plan, "The plan is rejected.")


@router.post("/plans/report-step")
@open_to(STAFF)
async def report_step(
    request: Request,
    here: Here,
    engagement_id: str,
    plan_id: Written,
    step_id: Written,
    status: Written,
    barrier: Chosen = None,
    on: Chosen = None,
) -> Response:
    """A step of a plan is under way, done, blocked or dropped."""
    told = {"plan_id": plan_id, "step_id": step_id, "status": status}
    command = made(
        domain.ReportStep, **told, engagement_id=engagement_id, barrier=barrier or None, reported_on=on or None
    )
    return await obeyed(request, here, command, decisions.report_step, "The step is reported.")
