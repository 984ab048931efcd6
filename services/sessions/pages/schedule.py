"""The schedule of an engagement: sessions get a time; what came of each, and what can be done with it."""

from collections.abc import Mapping
from typing import Any, get_args

from fastapi import Request
from fastapi.responses import Response

from services.sessions import decisions, domain, handlers
from services.sessions.domain import Meeting, Overview
from services.sessions.pages.here import Here, Written, minutes_of, page_of, well, wrong
from shared.access.opening import STAFF, open_to
from shared.errors import Refused
from shared.events.fields import Role
from shared.ids import new_id
from shared.web.pages.forms import made
from shared.web.pages.lists import Listed, listed, shown
from shared.web.routes import Routes

router = Routes()
ROLES = [(role, role.replace("_", " ").capitalize()) for role in get_args(Role)]
A_SESSION = 120
"""Minutes, where nobody says how many."""


@listed(router, "/sessions", "sessions.html", name="sessions")
@open_to(STAFF)
async def sessions(request: Request, here: Here, engagement_id: str) -> Listed:
    """The schedule; beside it attendance, homework and plans."""
    return listing(await handlers.shown(here.store, here.caller, engagement_id))


@router.post("/sessions")
@open_to(STAFF)
async def schedule(
    request: Request,
    here: Here,
    engagement_id: str,
    session_id: Written = "",
    topic: Written = "",
    starts_at: Written = "",
    minutes: Written = "",
    mode: Written = "virtual",
    all_the_same: Written = "",
) -> Response:
    """One more session has its time, and the number after the last; the form pressed twice schedules it once."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    typed = {"session_id": session_id, "topic": topic, "starts_at": starts_at, "minutes": minutes, "mode": mode}
    try:
        command = found.wanted(
            made(
                domain.ScheduleSession,
                engagement_id=engagement_id,
                session_id=session_id or found.free_id,
                number=found.next_number,
                topic=topic.strip(),
                starts_at=domain.clock_time(starts_at, found.known.zone, "starts_at"),
                minutes=minutes_of(minutes) or A_SESSION,
                mode=mode,
            )
        )
        if not all_the_same:
            decisions.nothing_else_then(command, found.known)
        said = await handlers.obey_anew(here.store, command, decisions.schedule, here.patience)
    except decisions.AnotherThen as refused:
        return await again(request, found, "schedule", {**typed, "warned": True}, refused)
    except Refused as refused:
        return await again(request, found, "schedule", typed, refused)
    sentence = f"Session {command.number} is scheduled."
    return well(request, engagement_id, sentence, said, leave_form=True)


def listing(
    found: Overview,
    form: str = "",
    typed: Mapping[str, Any] = {},
    problems: Mapping[str, str] = {},
    status: int = 200,
) -> Listed:
    """The page of the sessions; a form on it that was refused keeps what was typed."""
    beside = {"shown": found, "about": found.about, "form": form, "typed": typed, "problems": problems}
    beside |= {"new_id": new_id(), "roles": ROLES}
    return Listed(found.meetings, Meeting, beside, status=status)


async def again(request: Request, found: Overview, form: str, typed: Mapping[str, Any], refused: Refused) -> Response:
    """The page once more, with what was wrong with a form on it."""
    listed_again = listing(found, form, typed, wrong(refused), refused.status)
    return await shown(request, "sessions.html", listed_again, page_of(found.about.engagement_id))
