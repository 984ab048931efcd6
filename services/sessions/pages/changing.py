"""A session gets another time, or is called off; what moves or goes with it is shown before."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from services.sessions import decisions, domain, handlers
from services.sessions.domain import Overview, Session
from services.sessions.pages.here import Chosen, Here, Written, minutes_of, session_of, well, wrong
from shared.access.opening import STAFF, open_to
from shared.errors import Refused
from shared.playbooks.differing import Compared
from shared.web.desk import Desk
from shared.web.pages.forms import made
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes()
CALLED_OFF = "called off"
"""What is imagined as the reason while nobody has given one: it changes nothing of what goes."""


@router.get("/sessions/{session_id}/move")
@open_to(STAFF)
async def ask_when(request: Request, here: Here, engagement_id: str, session_id: str) -> Response:
    """The form on which a session gets another time."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    session = session_of(found, session_id)
    starts = session.starts_at.astimezone(found.known.zone)
    typed = {"starts_at": f"{starts:%Y-%m-%dT%H:%M}", "minutes": session.minutes, "topic": session.topic}
    return await _move(request, found, session, {**typed, "mode": session.mode})


@router.post("/sessions/{session_id}/move")
@open_to(STAFF)
async def move(
    request: Request,
    here: Here,
    engagement_id: str,
    session_id: str,
    starts_at: Written = "",
    minutes: Written = "",
    topic: Written = "",
    mode: Chosen = None,
    step: Written = "move",
) -> Response:
    """The session has another time; or (`look`) what would move with it."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    session = session_of(found, session_id)
    typed = {"starts_at": starts_at, "minutes": minutes, "topic": topic, "mode": mode or session.mode}
    try:
        command = made(
            domain.MoveSession,
            engagement_id=engagement_id,
            session_id=session_id,
            starts_at=domain.clock_time(starts_at, found.known.zone, "starts_at"),
            minutes=minutes_of(minutes),
            topic=topic.strip() or None,
            mode=mode or None,
        )
        if step == "look":
            changes = await handlers.what_changes(here.store, here.asks, command, decisions.move)
            place = found.displaced(session, command.starts_at)
            return await _move(request, found, session, typed, looked=True, changes=changes, place=place)
        said = await handlers.obey_anew(here.store, command, decisions.move, here.patience)
    except Refused as refused:
        return await _move(request, found, session, typed, wrong(refused), refused.status)
    sentence = f"Session {session.number} is changed, and what hangs on its time with it."
    if place := found.displaced(session, command.starts_at):
        sentence += f" It takes place {place} now."
    return well(request, engagement_id, sentence, said, leave_form=True)


@router.get("/sessions/{session_id}/cancel")
@open_to(STAFF)
async def ask_why(request: Request, here: Here, engagement_id: str, session_id: str) -> Response:
    """The form on which a session is called off, and what goes with it."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    return await _cancel(request, here, found, session_of(found, session_id))


@router.post("/sessions/{session_id}/cancel")
@open_to(STAFF)
async def cancel(request: Request, here: Here, engagement_id: str, session_id: str, reason: Written = "") -> Response:
    """The session does not take place."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    session = session_of(found, session_id)
    try:
        told = {"engagement_id": engagement_id, "session_id": session_id, "reason": reason.strip()}
        command = made(domain.CancelSession, **told)
        said = await handlers.obey_anew(here.store, command, decisions.cancel, here.patience)
    except Refused as refused:
        return await _cancel(request, here, found, session, reason, wrong(refused), refused.status)
    sentence = f"Session {session.number} is cancelled."
    return well(request, engagement_id, sentence, said, leave_form=True)


async def _move(
    request: Request,
    found: Overview,
    session: Session,
    typed: Mapping[str, Any],
    problems: Mapping[str, str] = {},
    status: int = 200,
    looked: bool = False,
    changes: Compared | None = None,
    place: str = "",
) -> Response:
    told = {"about": found.about, "session": session, "typed": typed, "looked": looked, "changes": changes}
    told["place"] = place
    return await render(request, "move.html", status, problems=problems, **told)


async def _cancel(
    request: Request,
    here: Desk,
    found: Overview,
    session: Session,
    reason: str = "",
    problems: Mapping[str, str] = {},
    status: int = 200,
) -> Response:
    changes = None
    if session.state == "scheduled":
        told = {"engagement_id": session.engagement_id, "session_id": session.session_id, "reason": CALLED_OFF}
        imagined = made(domain.CancelSession, **told)
        changes = await handlers.what_changes(here.store, here.asks, imagined, decisions.cancel)
    beside = {"about": found.about, "session": session, "reason": reason, "changes": changes}
    return await render(request, "cancel.html", status, problems=problems, **beside)
