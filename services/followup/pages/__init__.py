"""Followup for people: the inbox and what can be done with what lies in it, and the list of engagements."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from services.followup import decisions, domain, handlers
from services.followup.domain import GROUPS, Waiting
from services.followup.handlers import inbox as desks
from services.followup.pages import calendar, contacts, handovers, line, mail, task
from shared.access.opening import STAFF, open_to
from shared.errors import NoneOfThem
from shared.use_cases import C, Decide
from shared.web.desk import Desk, desk
from shared.web.pages.flash import back, went_well
from shared.web.pages.forms import made
from shared.web.pages.lists import Listed, listed
from shared.web.pages.navigation import Entry, Pages
from shared.web.pages.refusing import typed_in, wants_page
from shared.web.pages.rendering import render
from shared.web.pages.times import zone_of

router = APIRouter(prefix="/app", tags=["pages"], include_in_schema=False)
ENTRIES = (
    Entry("Inbox", "/app/inbox", order=10, icon="list"),
    Entry("Engagements", "/app/engagements", order=20, icon="groups"),
    calendar.ENTRY,
    contacts.ENTRY,
    handovers.ENTRY,
    mail.ENTRY,
)
for noun in (calendar, contacts, handovers, line, mail, task):
    router.include_router(noun.router)
Here = Annotated[Desk, Depends(desk("followup"))]
Ticked = Annotated[list[str], Form(max_length=desks.MANY)]
Written = Annotated[str | None, Form()]
Day = Annotated[date | None, Form()]
INBOX = "/app/inbox"
A_MISTAKE = "done by mistake, and undone in the inbox"


@listed(router, INBOX.removeprefix("/app"), "inbox.html", name="inbox")
@open_to(STAFF)
async def inbox(
    request: Request,
    here: Here,
    to: str = "",
    engagement: str = "",
    when: domain.When | None = None,
    whose: Literal["mine", "all"] | None = None,
    cursor: str | None = None,
) -> Listed:
    """What is due, for whom, and why: for people page by page, for programs all of it."""
    whose = "all" if here.caller.person_id is None else whose or "mine"
    wanted = desks.Wanted(await zone_of(request), when, to or None, engagement or None, whose == "mine", cursor)
    if request.url.path != INBOX:
        return Listed(await desks.whole(here.store, wanted), Waiting)
    found = await desks.shown(here.store, wanted)
    beside = {
        "heaps": found.tasks,
        "counts": found.counts,
        "names": GROUPS,
        "filters": {"to": to, "engagement": engagement, "when": when or "", "whose": whose},
        "roles": found.roles,
        "engagements": found.engagements,
        "of_others": found.of_others,
        "next": found.next,
        "begins": not cursor,
        "weeks": found.weeks,
        "has_begun": found.has_begun,
    }
    rows = [task for tasks in found.tasks.values() for task in tasks]
    return Listed(rows, Waiting, beside, people={one.person_id for one in rows})


@router.post("/inbox/do")
@open_to(STAFF)
async def do(request: Request, here: Here, task_id: Ticked, on: Day = None, note: Written = None) -> Response:
    """The ticked tasks are done, today or on the day that is named."""
    commands = _each(request, domain.DoTask, task_id, on=on, note=note)
    return await _obeyed(request, here, commands, decisions.do, "done")


@router.post("/inbox/snooze")
@open_to(STAFF)
async def snooze(
    request: Request, here: Here, task_id: Ticked, until: Annotated[date, Form()], note: Written = None
) -> Response:
    """The ticked tasks come back on a later day."""
    commands = _each(request, domain.SnoozeTask, task_id, until=until, note=note)
    return await _obeyed(request, here, commands, decisions.snooze, f"put off until {until:%A, %B} {until.day}")


@router.post("/inbox/hand-over")
@open_to(STAFF)
async def hand_over(
    request: Request, here: Here, task_id: Ticked, to: Annotated[str, Form()], note: Written = None
) -> Response:
    """The ticked tasks are somebody else's now."""
    commands = _each(request, domain.HandOverTask, task_id, to=to, note=note)
    return await _obeyed(request, here, commands, decisions.hand_over, f"handed over to the {to.replace('_', ' ')}")


@router.post("/inbox/skip")
@open_to(STAFF)
async def skip(request: Request, here: Here, task_id: Ticked, reason: Annotated[str, Form()]) -> Response:
    """The ticked tasks need not be done."""
    commands = _each(request, domain.SkipTask, task_id, reason=reason)
    return await _obeyed(request, here, commands, decisions.skip, "skipped")


@router.post("/inbox/undo")
@open_to(STAFF)
async def undo(request: Request, here: Here, fact_id: Ticked) -> Response:
    """What was just said was a mistake: it never was."""
    await desks.retract_all(here.store, fact_id, A_MISTAKE)
    return went_well(request, f"Undone: {_counted(len(fact_id))} as before.", INBOX)


async def _obeyed(
    request: Request, here: Desk, commands: Sequence[C], decide: Decide[C, domain.Known], became: str
) -> Response:
    """All of it is done, or none, and whoever asked can have the rest done without what is not possible."""
    try:
        said = await desks.obey_all(here.store, commands, decide, here.patience)
    except NoneOfThem as error:
        if not wants_page(request):
            raise
        titles = await desks.titles(here.store, list(error.refused))
        refused = [(titles.get(one, one), str(why)) for one, why in error.refused.items()]
        rest = [(name, value) for name, value in typed_in(request) if value not in error.refused]
        told = {"refused": refused, "rest": rest, "left": len(commands) - len(refused), "back": back(request, INBOX)}
        return await render(request, "none_of_them.html", error.status, **told)
    facts = [fact["id"] for one in said for fact in one.facts]
    sentence = f"{_counted(len(commands)).capitalize()} {became}."
    return went_well(request, sentence, INBOX, undo=facts, undo_at=f"{INBOX}/undo")


def _each(request: Request, command: type[C], task_ids: Sequence[str], **told: object) -> list[C]:
    """The command for each task; a task that is named twice is meant once."""
    me = request.state.caller.person_id
    return [made(command, task_id=one, person_id=me, **told) for one in dict.fromkeys(task_ids)]


def _counted(tasks: int) -> str:
    return "1 task" if tasks == 1 else f"{tasks} tasks"


@listed(router, "/engagements", "engagements.html", name="engagements")
@open_to(STAFF)
async def engagements(
    request: Request, here: Here, state: Literal["open", "closed"] | None = None, page: int = 1
) -> Listed:
    """The engagements, and what is open in each."""
    found = await handlers.engagements(here.store, here.caller)
    shown = [one for one in found if state is None or (one.closed_on is not None) == (state == "closed")]
    people = {one.facilitator for one in shown}
    return Listed(shown, domain.UnderWay, {"total": len(found), "state": state or ""}, number=page, people=people)


def _all() -> APIRouter:
    whole = APIRouter(include_in_schema=False)
    whole.include_router(router)
    whole.include_router(mail.short)
    return whole


PAGES = Pages(_all(), Path(__file__).parents[1] / "templates", ENTRIES)
