"""What the forms of an engagement's outcomes have in common: the command that each asks for, and the way back."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from services.evaluation.domain import Overview
from shared.commands import Said
from shared.errors import Unknown
from shared.use_cases import C
from shared.web.pages.flash import went_well
from shared.web.pages.forms import made

TAB = "/engagements/{engagement_id}"


def command_of(command: type[C], engagement_id: str | None, told: Mapping[str, Any]) -> C:
    """The command that a form asks for; a field that was left empty is not told, and what cannot be is refused."""
    named = {"engagement_id": engagement_id, **told}
    return made(command, **{name: value for name, value in named.items() if value not in (None, "")})


def well(request: Request, engagement_id: str, sentence: str, said: Said) -> Response:
    """Back to the outcomes, with what was done and how to take it back."""
    page = f"/app/engagements/{engagement_id}/outcomes"
    # What had been said before is not undone: it was no mistake of this form.
    facts = [fact["id"] for fact in said.facts] if said.new else []
    return went_well(request, sentence, page, facts, f"{page}/undo", to=page)


def found_in(things: Mapping[str, Any], id: str, kind: str, of: Overview) -> Any:
    """One of the things that are known of an engagement."""
    if id not in things:
        raise Unknown(kind, id, of.about.engagement_id)
    return things[id]
