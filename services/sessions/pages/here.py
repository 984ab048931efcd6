"""What every page of sessions needs: its desk, what a form may hold, and the way back with an Undo."""

from typing import Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import Response

from services.sessions import handlers
from services.sessions.domain import Known, Overview, Session
from shared.commands import Said
from shared.errors import Malformed, Refused, Unknown, problems
from shared.use_cases import C, Decide
from shared.web.desk import Desk, desk
from shared.web.pages.flash import went_well

Here = Annotated[Desk, Depends(desk("sessions"))]
Written = Annotated[str, Form()]
Chosen = Annotated[str | None, Form()]
Ticked = Annotated[list[str] | None, Form()]
A_MISTAKE = "recorded by mistake, and undone on the page of the sessions"


def page_of(engagement_id: str) -> str:
    """Where the sessions of an engagement are."""
    return f"/app/engagements/{engagement_id}/sessions"


async def obeyed(request: Request, here: Desk, command: C, decide: Decide[C, Known], sentence: str) -> Response:
    """Do what a form of one's own engagement asks, and say so on the page it was on."""
    await handlers.shown(here.store, here.caller, command.line)
    said = await handlers.obey_anew(here.store, command, decide, here.patience)
    return well(request, command.line, sentence, said)


def well(request: Request, engagement_id: str, sentence: str, said: Said, leave_form: bool = False) -> Response:
    """Back to where the form was, or (with `leave_form`) to the sessions: it says what was done, and can undo it.

    What had been said before is not undone: it was no mistake of this form.
    """
    page = page_of(engagement_id)
    facts = [fact["id"] for fact in said.facts] if said.new else []
    to = page if leave_form else ""
    return went_well(request, sentence, page, undo=facts, undo_at=f"{page}/undo", to=to)


def session_of(found: Overview, session_id: str) -> Session:
    """One session of an engagement."""
    session = found.known.sessions.get(session_id)
    if session is None:
        raise Unknown("session", session_id, found.about.engagement_id)
    return session


def minutes_of(text: str) -> int | None:
    """How many minutes somebody typed; none where they typed nothing."""
    if not text.strip():
        return None
    if not text.strip().isascii() or not text.strip().isdigit() or len(text) > 9:
        raise Malformed("must be a whole number", "minutes")
    return int(text)


def wrong(refused: Refused) -> dict[str, str]:
    """What was wrong, by the field of the form that it stands beside."""
    return {one.field.partition(".")[0].partition("[")[0]: one.reason for one in problems(refused)}
