"""Followup for people: the inbox and what can be done with what lies in it, and the list of engagements."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from urllib.parse import parse_qsl

from fastapi import Depends, Form, Request
from fastapi.responses import Response

from services.followup import decisions, domain, handlers
from services.followup.domain import GROUPS, Waiting
from services.followup.handlers import inbox as desks
from services.followup.pages import calendar, contacts, handovers, line, mail, task
from shared.access.opening import STAFF, open_to
from shared.errors import Malformed, NoneOfThem, Problem
from shared.events.complaints import malformed
from shared.use_cases import C, Decide
from shared.web.desk import Desk, desk
from shared.web.pages.flash import back, went_well
from shared.web.pages.forms import made, wrong
from shared.web.pages.lists import Listed, listed
from shared.web.pages.lists import shown as listing
from shared.web.pages.navigation import Entry, Pages
from shared.web.pages.refusing import typed_in, wants_page
from shared.web.pages.rendering import render
from shared.web.pages.times import zone_of
from shared.web.routes import Routes

router = Routes(prefix="/app", tags=["pages"], include_in_schema=False)
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
Named = Annotated[list[str], Form(max_length=desks.MANY)]
Ticked = Annotated[Sequence[str], Form(max_length=desks.MANY)]
Written = Annotated[str | None, Form()]
Day = Annotated[date | None, Form()]
INBOX = "/app/inbox"
WANTED: Mapping[str, str] = {
    "task_id": "Tick at least one task.",
    "until": "Say until which day.",
    "reason": "Say why they need not be done.",
}
"""What is said where one of these is missing: all of them can be mended in the inbox itself."""
Whose = Literal["mine", "all"]
A_MISTAKE = "done by mistake, and undone in the inbox"


@listed(router, INBOX.removeprefix("/app"), "inbox.html", name="inbox")
@open_to(STAFF)
async def inbox(
    request: Request,
    here: Here,
    to: str = "",
    engagement: str = "",
    when: domain.When | None = None,
    whose: Whose | None = None,
    cursor: str | None = None,
) -> Listed:
    """What is due, for whom, and why: for people page by page, for programs all of it."""
    whose = "all" if here.caller.person_id is None else whose or "mine"
    wanted = desks.Wanted(await zone_of(request), when, to or None, engagement or None, whose == "mine", cursor)
    if request.url.path == INBOX:
        at = INBOX + (f"?{request.url.query}" if request.url.query else "")
        return await _laid_out(here, wanted, at)
    return Listed(await desks.whole(here.store, wanted), Waiting)


async def _laid_out(here: Desk, wanted: desks.Wanted, at: str, status: int = 200, **typed: object) -> Listed:
    """A page of the inbox, which stands `at` this address; with what was ticked and typed, if it was refused."""
    found = await desks.shown(here.store, wanted)
    whose = "mine" if wanted.is_mine else "all"
    chosen = {"to": wanted.to, "engagement": wanted.engagement, "when": wanted.when, "whose": whose}
    beside = {
        "heaps": found.tasks,
        "counts": found.counts,
        "names": GROUPS,
        "filters": {name: one or "" for name, one in chosen.items()},
        "roles": found.roles,
        "engagements": found.engagements,
        "of_others": found.of_others,
        "next": found.next,
        "begins": not wanted.cursor,
        "weeks": found.weeks,
        "has_begun": found.has_begun,
        "at": at,
        "ticked": (),
        "typed": {},
        "problems": {},
        **typed,
    }
    rows = [task for tasks in found.tasks.values() for task in tasks]
    return Listed(rows, Waiting, beside, people={one.person_id for one in rows}, status=status)


@router.post("/inbox/do")
@open_to(STAFF)
async def do(request: Request, here: Here, task_id: Ticked = (), on: Day = None, note: Written = None) -> Response:
    """The ticked tasks are done, today or on the day that is named."""
    told = {"on": on, "note": note}
    return await _obeyed(request, here, (domain.DoTask, decisions.do), task_id, told, "done")


@router.post("/inbox/snooze")
@open_to(STAFF)
async def snooze(
    request: Request, here: Here, task_id: Ticked = (), until: Day = None, note: Written = None
) -> Response:
    """The ticked tasks come back on a later day."""
    told = {"until": until, "note": note}
    became = f"put off until {until:%A, %B} {until.day}" if until else ""
    return await _obeyed(request, here, (domain.SnoozeTask, decisions.snooze), task_id, told, became)


@router.post("/inbox/hand-over")
@open_to(STAFF)
async def hand_over(
    request: Request, here: Here, to: Annotated[str, Form()], task_id: Ticked = (), note: Written = None
) -> Response:
    """The ticked tasks are somebody else's now."""
    told = {"to": to, "note": note}
    became = f"handed over to the {to.replace('_', ' ')}"
    return await _obeyed(request, here, (domain.HandOverTask, decisions.hand_over), task_id, told, became)


@router.post("/inbox/skip")
@open_to(STAFF)
async def skip(request: Request, here: Here, task_id: Ticked = (), reason: Written = None) -> Response:
    """The ticked tasks need not be done."""
    return await _obeyed(request, here, (domain.SkipTask, decisions.skip), task_id, {"reason": reason}, "skipped")


@router.post("/inbox/undo")
@open_to(STAFF)
async def undo(request: Request, here: Here, fact_id: Named) -> Response:
    """What was just said was a mistake: it never was."""
    await desks.retract_all(here.store, fact_id, A_MISTAKE)
    return went_well(request, f"Undone: {_counted(len(fact_id))} as before.", INBOX)


async def _obeyed(
    request: Request,
    here: Desk,
    deed: tuple[type[C], Decide[C, domain.Known]],
    task_ids: Sequence[str],
    told: Mapping[str, object],
    became: str,
) -> Response:
    """All of it is done, or none, and whoever asked can have the rest done without what is not possible."""
    command, decide = deed
    try:
        commands = _each(request, command, task_ids, told)
    except Malformed as error:
        problems = wrong(error)
        if not wants_page(request) or problems.keys() - WANTED.keys():
            raise
        return await _once_more(request, here, task_ids, told, problems)
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
    # The inbox that was shown once more stands where its form was sent to: that is no page to come back to.
    to = INBOX if back(request, INBOX).startswith(f"{INBOX}/") else ""
    return went_well(request, sentence, INBOX, undo=facts, undo_at=f"{INBOX}/undo", to=to)


def _each(request: Request, command: type[C], task_ids: Sequence[str], told: Mapping[str, object]) -> list[C]:
    """The command for each task; a task that is named twice is meant once."""
    missing = [Problem(name, WANTED[name]) for name in WANTED if name in told and not str(told[name] or "").strip()]
    if not task_ids or missing:
        raise malformed([*missing, *([] if task_ids else [Problem("task_id", WANTED["task_id"])])])
    me = request.state.caller.person_id
    return [made(command, task_id=one, person_id=me, **told) for one in dict.fromkeys(task_ids)]


async def _once_more(
    request: Request, here: Desk, ticked: Sequence[str], typed: Mapping[str, object], problems: Mapping[str, str]
) -> Response:
    """The page of the inbox on which somebody ticked and typed, with what has to be mended."""
    at = _inbox_of(request)
    asked: dict[str, Any] = dict(parse_qsl(at.partition("?")[2]))
    is_mine = here.caller.person_id is not None and asked.get("whose") != "all"
    heap = cast("domain.When", asked["when"]) if asked.get("when") in GROUPS else None
    narrowed = heap, asked.get("to"), asked.get("engagement"), is_mine, asked.get("cursor")
    wanted = desks.Wanted(await zone_of(request), *narrowed)
    found = await _laid_out(here, wanted, at, 422, ticked=ticked, typed=typed, problems=problems)
    return await listing(request, "inbox.html", found, INBOX)


def _inbox_of(request: Request) -> str:
    """The page of the inbox that a form was on, with its filters."""
    at = back(request, INBOX)
    return at if at.partition("?")[0] == INBOX else INBOX


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


def _all() -> Routes:
    whole = Routes(include_in_schema=False)
    whole.include_router(router)
    whole.include_router(mail.short)
    return whole


PAGES = Pages(_all(), Path(__file__).parents[1] / "templates", ENTRIES)
