"""A session that was held is recorded, or what was recorded is corrected: who came, ticked on a phone."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from services.sessions import decisions, domain, handlers
from services.sessions.domain import Overview, Session
from services.sessions.pages.here import Chosen, Here, Ticked, Written, minutes_of, session_of, well, wrong
from shared.access.opening import STAFF, open_to
from shared.errors import Refused
from shared.web.pages.forms import made
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes()


@router.get("/sessions/{session_id}/held")
@open_to(STAFF)
async def ask_who_came(request: Request, here: Here, engagement_id: str, session_id: str) -> Response:
    """The form on which a session is recorded that was held."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    session = session_of(found, session_id)
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
    session = session_of(found, session_id)
    tables = found.tables_of(session)
    ticked = [f"{table.team_id}/{seat.person_id}" for table in tables for seat in table.seats] if everybody else came
    typed = {"held_at": held_at, "minutes": minutes, "came": ticked or [], "resources": resources}
    try:
        command = made(
            domain.HoldSession,
            engagement_id=engagement_id,
            session_id=session_id,
            held_at=domain.clock_time(held_at, found.known.zone),
            minutes=minutes_of(minutes),
            attendance=_by_team(ticked or []),
            resources=tuple(filter(None, map(str.strip, resources.splitlines()))),
        )
        said = await handlers.obey_anew(here.store, command, decisions.hold, here.patience)
    except Refused as refused:
        return await _form(request, found, session, typed, wrong(refused), refused.status)
    sentence = f"Session {session.number} is recorded: {_people(len(ticked or []))} came."
    if found.about.closed_on is None and found.coming(request.app.state.clock.now()):
        sentence += " Homework for the next one can be given below."
    return well(request, engagement_id, sentence, said, leave_form=True)


async def _form(
    request: Request,
    found: Overview,
    session: Session,
    typed: Mapping[str, Any],
    problems: Mapping[str, str] = {},
    status: int = 200,
) -> Response:
    told = {"about": found.about, "session": session, "tables": found.tables_of(session), "typed": typed}
    return await render(request, "held.html", status, problems=problems, **told)


def _by_team(ticked: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Who came, by team, from the boxes that were ticked: "ky/p-1"."""
    came: dict[str, tuple[str, ...]] = {}
    for team_id, _, person_id in (one.partition("/") for one in ticked):
        came[team_id] = (*came.get(team_id, ()), person_id)
    return came


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"
