"""Sessions for people: the schedule and what came of it, a session that was held, homework and plans."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from services.sessions import decisions, domain, handlers
from services.sessions.domain import Known, Meeting, Overview, Session
from shared.access.opening import STAFF, open_to
from shared.errors import Malformed, Refused, Unknown, problems
from shared.use_cases import C, Decide
from shared.web.desk import Desk, desk
from shared.web.pages.flash import went_well
from shared.web.pages.forms import made
from shared.web.pages.lists import Listed, listed, shown
from shared.web.pages.navigation import Pages
from shared.web.pages.rendering import render

router = APIRouter(prefix="/app/engagements/{engagement_id}", tags=["pages"], include_in_schema=False)
PAGES = Pages(router, Path(__file__).parent / "templates")
Here = Annotated[Desk, Depends(desk("sessions"))]
Written = Annotated[str, Form()]
Chosen = Annotated[str | None, Form()]
Ticked = Annotated[list[str] | None, Form()]
STILL_REJECTED = "The plan was rejected on that day or later, and that verdict stands; accept it again on a later day."
A_SESSION = 120
"""Minutes, where nobody says how many."""
A_MISTAKE = "recorded by mistake, and undone on the page of the sessions"


@listed(router, "/sessions", "sessions.html", name="sessions")
@open_to(STAFF)
async def sessions(request: Request, here: Here, engagement_id: str) -> Listed:
    """The schedule; beside it attendance, homework and plans."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    return Listed(found.meetings, Meeting, {"shown": found, "about": found.about, "typed": {}, "problems": {}})


@router.post("/sessions")
@open_to(STAFF)
async def schedule(
    request: Request,
    here: Here,
    engagement_id: str,
    topic: Written = "",
    starts_at: Written = "",
    minutes: Written = "",
    mode: Written = "virtual",
) -> Response:
    """One more session has its time, and the number after the last."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    typed = {"topic": topic, "starts_at": starts_at, "minutes": minutes, "mode": mode}
    try:
        command = made(
            domain.ScheduleSession,
            engagement_id=engagement_id,
            session_id=found.free_id,
            number=found.next_number,
            topic=topic.strip(),
            starts_at=domain.clock_time(starts_at, found.known.zone, "starts_at"),
            minutes=_number(minutes) or A_SESSION,
            mode=mode,
        )
        said = await handlers.obey_anew(here.store, command, decisions.schedule, here.patience)
    except Refused as refused:
        wrong = {one.field: one.reason for one in problems(refused)}
        beside = {"shown": found, "about": found.about, "typed": typed, "problems": wrong}
        again = Listed(found.meetings, Meeting, beside, refused.status)
        return await shown(request, "sessions.html", again, f"/app/engagements/{engagement_id}/sessions")
    sentence = f"Session {command.number} is scheduled."
    return _well(request, engagement_id, sentence, [fact["id"] for fact in said.facts], leave_form=True)


@router.get("/sessions/{session_id}/held")
@open_to(STAFF)
async def ask_who_came(request: Request, here: Here, engagement_id: str, session_id: str) -> Response:
    """The form on which a session is recorded that was held."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    session = _session(found, session_id)
    began = (session.held_at or session.starts_at).astimezone(found.known.zone)
    typed = {
        "held_at": f"{began:%Y-%m-%dT%H:%M}",
        "minutes": session.minutes,
        "came": [f"{team}/{one}" for team, people in (session.attendance or {}).items() for one in people],
        "resources": "\n".join(session.resources),
    }
    return await _form(request, found, session, typed)


@router.post("/sessions/{session_id}/held")
@open_to(STAFF)
async def hold(
    request: Request,
    here: Here,
    engagement_id: str,
    session_id: str,
    held_at: Written = "",
    minutes: Written = "",
    came: Ticked = None,
    everybody: Chosen = None,
    resources: Written = "",
) -> Response:
    """The session was held, and those who are ticked were there."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    session = _session(found, session_id)
    tables = found.tables_of(session)
    ticked = [f"{table.team_id}/{seat.person_id}" for table in tables for seat in table.seats] if everybody else came
    typed = {"held_at": held_at, "minutes": minutes, "came": ticked or [], "resources": resources}
    try:
        command = made(
            domain.HoldSession,
            engagement_id=engagement_id,
            session_id=session_id,
            held_at=domain.clock_time(held_at, found.known.zone),
            minutes=_number(minutes),
            attendance=_by_team(ticked or []),
            resources=tuple(filter(None, map(str.strip, resources.splitlines()))),
        )
        said = await handlers.obey_anew(here.store, command, decisions.hold, here.patience)
    except Refused as refused:
        wrong = {one.field.partition(".")[0].partition("[")[0]: one.reason for one in problems(refused)}
        return await _form(request, found, session, typed, wrong, refused.status)
    sentence = f"Session {session.number} is recorded: {_people(len(ticked or []))} came."
    return _well(request, engagement_id, sentence, [fact["id"] for fact in said.facts], leave_form=True)


@router.post("/homework/hand-in")
@open_to(STAFF)
async def hand_in(
    request: Request, here: Here, engagement_id: str, homework_id: Written, team_id: Written, on: Chosen = None
) -> Response:
    """A team did its homework."""
    told = {"homework_id": homework_id, "team_id": team_id, "handed_in_on": on or None}
    told_of = made(domain.HandInHomework, engagement_id=engagement_id, **told)
    return await _obeyed(request, here, told_of, decisions.hand_in_homework, "The homework is handed in.")


@router.post("/plans/accept")
@open_to(STAFF)
async def accept(request: Request, here: Here, engagement_id: str, plan_id: Written, on: Chosen = None) -> Response:
    """The lead agency stands behind a plan."""
    command = made(domain.JudgePlan, engagement_id=engagement_id, plan_id=plan_id, on=on or None)
    await handlers.shown(here.store, here.caller, engagement_id)
    said = await handlers.obey_anew(here.store, command, decisions.accept_plan, here.patience)
    plan = (await handlers.shown(here.store, here.caller, engagement_id)).known.plans[plan_id]
    sentence = "The plan is accepted." if plan.state == "accepted" else STILL_REJECTED
    return _well(request, engagement_id, sentence, [fact["id"] for fact in said.facts])


@router.post("/plans/reject")
@open_to(STAFF)
async def reject(
    request: Request, here: Here, engagement_id: str, plan_id: Written, reason: Written = "", on: Chosen = None
) -> Response:
    """The lead agency does not stand behind a plan."""
    command = made(domain.JudgePlan, engagement_id=engagement_id, plan_id=plan_id, on=on or None, reason=reason or None)
    return await _obeyed(request, here, command, decisions.reject_plan, "The plan is rejected.")


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
    return await _obeyed(request, here, command, decisions.report_step, "The step is reported.")


@router.post("/sessions/undo")
@open_to(STAFF)
async def undo(request: Request, here: Here, engagement_id: str, fact_id: Annotated[list[str], Form()]) -> Response:
    """What was just said was a mistake: it never was."""
    await handlers.shown(here.store, here.caller, engagement_id)
    for one in fact_id:
        await handlers.retract(here.store, one, A_MISTAKE, engagement_id)
    return went_well(request, "Undone: all is as before.", f"/app/engagements/{engagement_id}/sessions")


async def _obeyed(request: Request, here: Desk, command: C, decide: Decide[C, Known], sentence: str) -> Response:
    await handlers.shown(here.store, here.caller, command.line)
    said = await handlers.obey_anew(here.store, command, decide, here.patience)
    return _well(request, command.line, sentence, [fact["id"] for fact in said.facts])


def _well(
    request: Request, engagement_id: str, sentence: str, facts: Sequence[str], leave_form: bool = False
) -> Response:
    page = f"/app/engagements/{engagement_id}/sessions"
    answer = went_well(request, sentence, page, undo=facts, undo_at=f"{page}/undo")
    if leave_form:
        answer.headers["location"] = page
    return answer


async def _form(
    request: Request,
    found: Overview,
    session: Session,
    typed: Mapping[str, Any],
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    told = {"about": found.about, "session": session, "tables": found.tables_of(session), "typed": typed}
    return await render(request, "held.html", status, problems=wrong or {}, **told)


def _session(found: Overview, session_id: str) -> Session:
    session = found.known.sessions.get(session_id)
    if session is None:
        raise Unknown("session", session_id, found.about.engagement_id)
    return session


def _number(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isascii() or not text.strip().isdigit() or len(text) > 9:
        raise Malformed("must be a whole number", "minutes")
    return int(text)


def _by_team(ticked: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Who came, by team, from the boxes that were ticked: "ky/p-1"."""
    came: dict[str, tuple[str, ...]] = {}
    for team_id, _, person_id in (one.partition("/") for one in ticked):
        came[team_id] = (*came.get(team_id, ()), person_id)
    return came


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"
