"""TA requests for people: those that wait and what became of the others, one page each, and one logged by hand."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import ValidationError

from services.intake import domain, handlers
from services.intake.decisions import requests as decisions
from services.intake.domain import Known
from services.intake.domain import Request as Asking
from services.intake.handlers import asking
from services.intake.pages.here import (
    A_MISTAKE,
    WELL,
    Amiss,
    Here,
    Taken,
    made,
    obeyed,
    place_code,
    refused,
    service,
    typed,
    well,
)
from shared.access.opening import STAFF, open_to
from shared.errors import Malformed, Refused
from shared.events.base import NO_ENGAGEMENT
from shared.events.intake import TaRequestAnswered, TaRequestWithdrawn
from shared.ids import new_id
from shared.storage.listing import Asked
from shared.web.desk import Desk
from shared.web.pages.flash import went_well
from shared.web.pages.lists import Listed, listed
from shared.web.pages.rendering import render
from shared.web.pages.times import zone_of
from shared.web.routes import Routes

router = Routes()
HERE = "/app/requests"
BY_HAND = "staff"
"""The tracker of what somebody told a person of the center."""
State = Literal["logged", "answered", "withdrawn", "any"]
HOW = {
    "engagement": "by an engagement",
    "one_on_one": "one on one",
    "peer_to_peer": "by a peer",
    "resource": "with a resource",
    "declined": "declined",
}
"""How a request met its answer, as people say it."""


@listed(router, "/requests", "requests.html", name="requests")
@open_to(STAFF)
async def requests(
    request: Request,
    here: Here,
    state: State = "logged",
    jurisdiction: str = "",
    topic: str = "",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Listed:
    """What agencies asked for; those that wait the longest first."""
    which = {"topic": topic or None, "jurisdiction": place_code(jurisdiction) or None}
    page = Asked(cursor=cursor, limit=limit)
    found = await asking.requests(here.store, page, state=None if state == "any" else state, **which)
    beside = {
        "filters": {"state": state, "jurisdiction": jurisdiction, "topic": topic},
        "is_filtered": bool(jurisdiction or topic or state != "logged"),
        "next": found.next,
        "how": HOW,
    }
    return Listed(found.items, Asking, beside)


@router.get("/requests/new")
@open_to(STAFF)
async def new_request(request: Request) -> Response:
    """The form on which a request is logged that came by telephone, or in the corridor."""
    return await _form(request, WELL, new_id().replace("-", "")[-12:])


@router.post("/requests/new")
@open_to(STAFF)
async def log_request(request: Request, here: Here) -> Response:
    """An agency asks for technical assistance; sent twice it is logged once."""
    told = typed(request)
    number = told.pop("number", "")
    asked: dict[str, Any] = told if "source" in told else {"source": BY_HAND, "external_id": number, **told}
    try:
        written = told.get("jurisdiction", "")
        place = service(request).settings.known_places.code_of(written) or place_code(written) or None
        command = made(domain.LogRequest, {**asked, **({"jurisdiction": place} if place else {})})
        if command.logged_on and command.logged_on > here.store.clock.now().astimezone(await zone_of(request)).date():
            raise Malformed("lies ahead: write the day on which they asked", "logged_on")
        said = await handlers.obey(here.store, command, decisions.log)
    except (Refused, ValidationError) as error:
        return await _form(request, refused("new", told, error), number)
    there = f"{HERE}/{said.id}"
    sentence = f"The request of {command.jurisdiction} is logged, and counts for its topic."
    return well(request, sentence, said, there, f"{there}/undo", to=there)


@router.get("/requests/{request_id}")
@open_to(STAFF)
async def one_request(request: Request, here: Here, request_id: str) -> Response:
    """One request, and what became of it."""
    return await _page(request, here, request_id, WELL)


@router.post("/requests/{request_id}/answer")
@open_to(STAFF)
async def answer(request: Request, here: Here, request_id: str) -> Response:
    """The request met its answer, without an engagement."""
    told = typed(request)
    try:
        command = made(domain.AnswerRequest, told, request_id=request_id)
        said = await obeyed(here, command, decisions.answer)
    except (Refused, ValidationError) as error:
        return await _page(request, here, request_id, refused("answer", told, error))
    there = f"{HERE}/{request_id}"
    return well(request, f"The request is answered: {HOW[command.how]}.", said, there, f"{there}/undo")


@router.post("/requests/{request_id}/withdraw")
@open_to(STAFF)
async def withdraw(request: Request, here: Here, request_id: str) -> Response:
    """The agency does not ask any more."""
    told = typed(request)
    try:
        said = await obeyed(here, made(domain.WithdrawRequest, told, request_id=request_id), decisions.withdraw)
    except (Refused, ValidationError) as error:
        return await _page(request, here, request_id, refused("withdraw", told, error))
    there = f"{HERE}/{request_id}"
    return well(request, "The request is withdrawn.", said, there, f"{there}/undo")


@router.post("/requests/{request_id}/undo")
@open_to(STAFF)
async def undo(request: Request, here: Here, request_id: str, fact_id: Taken) -> Response:
    """What was said of the request was a mistake: it never was."""
    await asking.request(here.store, request_id)
    await handlers.undo(here.store, f"{NO_ENGAGEMENT}/{request_id}", fact_id, A_MISTAKE)
    there = f"{HERE}/{request_id}" if await asking.is_known(here.store, request_id) else HERE
    return went_well(request, "Undone: all is as before.", there, to=there)


async def _form(request: Request, amiss: Amiss, number: str) -> Response:
    told = {"amiss": amiss, "number": number, "wrong": amiss.wrong("new")}
    return await render(request, "request_new.html", amiss.status, **told)


async def _page(request: Request, here: Desk, request_id: str, amiss: Amiss) -> Response:
    found, known = await asking.request(here.store, request_id)
    told: Mapping[str, Any] = {
        "one": found,
        "amiss": amiss,
        "how": HOW,
        "by_hand": [(how, words.capitalize()) for how, words in HOW.items() if how != "engagement"],
        "taken_back": _said_by_hand(known),
    }
    return await render(request, "request.html", amiss.status, **told)


def _said_by_hand(known: Known) -> str:
    """The fact that ended the request, if a person may take it back: what an engagement answers, it answers."""
    ends = [
        fact
        for fact in known.facts
        if isinstance(fact.event, TaRequestWithdrawn)
        or (isinstance(fact.event, TaRequestAnswered) and fact.event.engagement_id == NO_ENGAGEMENT)
    ]
    return ends[-1].id if ends else ""
