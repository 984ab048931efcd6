"""TA requests by HTTP."""

from typing import Annotated, Literal

from fastapi import Body
from pydantic import Discriminator, Field, Tag

from services.intake import domain, handlers, repository
from services.intake.api.here import Here
from services.intake.decisions import requests as decisions
from services.intake.domain import Fate, Request
from services.intake.handlers import asking
from shared.access.opening import STAFF, TRACKERS, open_to
from shared.commands import Said
from shared.events.fields import Day
from shared.storage.listing import MOST, Page
from shared.web.desk import Which
from shared.web.routes import Routes

router = Routes()


def _is_list(told: object) -> str:
    return "<many>" if isinstance(told, list) else "<one>"


Some = Annotated[list[domain.LogRequest], Field(min_length=1, max_length=MOST)]
OneOrMany = Annotated[
    Annotated[domain.LogRequest, Tag("<one>")] | Annotated[Some, Tag("<many>")], Discriminator(_is_list)
]


@router.post("/requests", status_code=201)
@open_to(TRACKERS)
async def log_request(command: Annotated[OneOrMany, Body()], here: Here) -> Said | list[Said]:
    """Log a request, or a list of them: all, or none. Logging one twice changes nothing."""
    if isinstance(command, list):
        return await handlers.obey_all(here.store, command, decisions.log)
    return await handlers.obey(here.store, command, decisions.log)


@router.post("/requests/withdraw")
@open_to(TRACKERS)
async def withdraw_request(command: domain.WithdrawRequest, here: Here) -> Said:
    """Tell that the agency does not ask any more."""
    return await handlers.obey(here.store, command, decisions.withdraw)


@router.post("/requests/answer")
@open_to(STAFF)
async def answer_request(command: domain.AnswerRequest, here: Here) -> Said:
    """Tell that a request met its answer."""
    return await handlers.obey(here.store, command, decisions.answer)


@router.get("/requests")
@open_to(TRACKERS)
async def list_requests(
    here: Here,
    asked: Which,
    source: str | None = None,
    jurisdiction: str | None = None,
    topic: str | None = None,
    state: Literal["logged", "answered", "withdrawn"] | None = None,
    engagement: str | None = None,
    logged_since: Day | None = None,
) -> Page[Request]:
    """Requests by the day they were logged; those that an engagement answers, by `engagement`."""
    conditions = [repository.REQUEST.c.logged_on >= logged_since] if logged_since else []
    equal = {"source": source, "jurisdiction": jurisdiction, "topic": topic, "state": state, "answered_by": engagement}
    async with here.store.look() as unit:
        return await repository.REQUESTS.page(unit, asked, *conditions, **equal)


@router.get("/requests/{request_id}")
@open_to(TRACKERS)
async def get_request(request_id: str, here: Here) -> Request:
    """One request, and what became of it."""
    async with here.store.look() as unit:
        return await repository.REQUESTS.find(unit, request_id)


@router.get("/requests/{source}/{external_id:path}")
@open_to(TRACKERS)
async def get_request_of_tracker(source: str, external_id: str, here: Here) -> Fate:
    """What became of one request, by its tracker and its id there: received, answered by what, withdrawn; outcomes."""
    return await asking.fate_of(here.store, here.asks, source, external_id)
