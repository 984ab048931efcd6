"""Followup for people: the inbox, and what can be done with what lies in it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from services.followup import decisions, domain, handlers
from services.followup.domain import GROUPS, Waiting
from services.followup.pages import mail
from shared.access.caller import Caller
from shared.access.opening import STAFF, open_to
from shared.commands import Said
from shared.storage.listing import MOST, Asked
from shared.use_cases import C, Decide, TakenBack
from shared.web.desk import Desk, desk
from shared.web.pages.flash import went_well
from shared.web.pages.lists import Listed, listed
from shared.web.pages.navigation import Entry, Pages
from shared.web.pages.times import zone_of

router = APIRouter(prefix="/app", tags=["pages"], include_in_schema=False)
ENTRIES = (
    Entry("Inbox", "/app/inbox", order=10, icon="list"),
    Entry("Engagements", "/app/engagements", order=20, icon="groups"),
    mail.ENTRY,
)
router.include_router(mail.router)
PAGES = Pages(router, Path(__file__).parents[1] / "templates", ENTRIES)
Here = Annotated[Desk, Depends(desk("followup"))]
Ticked = Annotated[list[str], Form()]
Written = Annotated[str | None, Form()]
Day = Annotated[date | None, Form()]
INBOX = "/app/inbox"
A_MISTAKE = "done by mistake, and undone in the inbox"


@listed(router, INBOX.removeprefix("/app"), "inbox.html", name="inbox")
@open_to(STAFF)
async def inbox(
    request: Request, here: Here, to: str = "", engagement: str = "", when: domain.When | None = None
) -> Listed:
    """What is due, for whom, and why."""
    asked = {"to": to or None, "engagement_id": engagement or None}
    zone = zone_of(request)
    tasks = await handlers.inbox(here.store, zone, Asked(limit=MOST), None, **asked)
    shown = [task for task in tasks if when is None or task.when == when]
    beside = {
        "heaps": domain.heaps(shown),
        "names": GROUPS,
        "total": len(tasks),
        "filters": {"to": to, "engagement": engagement, "when": when or ""},
        "roles": sorted({task.to for task in tasks}),
        "engagements": sorted({(task.engagement, task.engagement_title or task.engagement) for task in tasks}),
    }
    return Listed(shown, Waiting, beside)


@router.post("/inbox/do")
@open_to(STAFF)
async def do(request: Request, here: Here, task_id: Ticked, on: Day = None, note: Written = None) -> Response:
    """The ticked tasks are done, today or on the day that is named."""
    commands = [domain.DoTask(task_id=one, on=on, note=note, person_id=_me(request)) for one in task_id]
    return await _obeyed(request, here, commands, decisions.do, "done")


@router.post("/inbox/snooze")
@open_to(STAFF)
async def snooze(request: Request, here: Here, task_id: Ticked, until: Annotated[date, Form()]) -> Response:
    """The ticked tasks come back on a later day."""
    commands = [domain.SnoozeTask(task_id=one, until=until, person_id=_me(request)) for one in task_id]
    return await _obeyed(request, here, commands, decisions.snooze, f"put off until {until:%A, %B} {until.day}")


@router.post("/inbox/hand-over")
@open_to(STAFF)
async def hand_over(
    request: Request, here: Here, task_id: Ticked, to: Annotated[str, Form()], note: Written = None
) -> Response:
    """The ticked tasks are somebody else's now."""
    commands = [domain.HandOverTask(task_id=one, to=to, note=note, person_id=_me(request)) for one in task_id]
    return await _obeyed(request, here, commands, decisions.hand_over, f"handed over to the {to.replace('_', ' ')}")


@router.post("/inbox/skip")
@open_to(STAFF)
async def skip(request: Request, here: Here, task_id: Ticked, reason: Annotated[str, Form()]) -> Response:
    """The ticked tasks need not be done."""
    commands = [domain.SkipTask(task_id=one, reason=reason, person_id=_me(request)) for one in task_id]
    return await _obeyed(request, here, commands, decisions.skip, "skipped")


@router.post("/inbox/undo")
@open_to(STAFF)
async def undo(request: Request, here: Here, fact_id: Ticked) -> Response:
    """What was just said was a mistake: it never was."""
    for one in fact_id:
        await handlers.retract(here.store, one, A_MISTAKE)
    return went_well(request, f"Undone: {_counted(len(fact_id))} as before.", INBOX)


async def _obeyed(
    request: Request, here: Desk, commands: Sequence[C], decide: Decide[C, domain.Known], became: str
) -> Response:
    facts = [fact["id"] for command in commands for fact in (await _obey(here, command, decide)).facts]
    sentence = f"{_counted(len(commands)).capitalize()} {became}."
    return went_well(request, sentence, INBOX, undo=facts, undo_at=f"{INBOX}/undo")


async def _obey(here: Desk, command: C, decide: Decide[C, domain.Known]) -> Said:
    """Do it; where the same was done and undone before, it is said with the revision after that."""
    try:
        return await handlers.obey(here.store, command, decide, here.patience)
    except TakenBack as before:
        again = command.model_copy(update={"revision": before.details["next_revision"]})
        return await handlers.obey(here.store, again, decide, here.patience)


def _counted(tasks: int) -> str:
    return "1 task" if tasks == 1 else f"{tasks} tasks"


def _me(request: Request) -> str | None:
    """Who does it, as far as that is known."""
    caller: Caller = request.state.caller
    return caller.person_id


@listed(router, "/engagements", "engagements.html", name="engagements")
@open_to(STAFF)
async def engagements(request: Request, here: Here, state: Literal["open", "closed"] | None = None) -> Listed:
    """The engagements, and what is open in each."""
    found = await handlers.engagements(here.store, here.caller)
    shown = [one for one in found if state is None or (one.closed_on is not None) == (state == "closed")]
    return Listed(shown, domain.UnderWay, {"total": len(found), "state": state or ""})
