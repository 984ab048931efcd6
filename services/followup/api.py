"""Followup by HTTP: what to do with a task, the tasks themselves, and an engagement's story and calendar ahead."""

from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from services.followup import decisions, domain, handlers, repository
from services.followup.domain import Contact
from shared.access.opening import ANYBODY, OFFICE, STAFF, open_to
from shared.commands import Said
from shared.consent import Consent
from shared.errors import Malformed, Unknown
from shared.events import fields, wire
from shared.events.fields import Instant
from shared.obligations import ledger
from shared.obligations.handover import Handed, Packet
from shared.obligations.ledger import ListedState
from shared.obligations.obliged import Obliged, Task, shown
from shared.obligations.why import Why, why
from shared.storage import facts as kept
from shared.storage.facts import Log
from shared.storage.listing import Page
from shared.web.addresses import here as here_is
from shared.web.desk import Desk, Which, desk
from shared.web.routes import Routes

router = Routes(tags=["followup"])
CALENDAR: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
    304: {"description": "As it was when it was asked for last."},
}
Here = Annotated[Desk, Depends(desk("followup"))]


@router.post("/tasks/do")
@open_to(STAFF)
async def do_task(command: domain.DoTask, here: Here) -> Said:
    """Tell that a task is done; late is not too late."""
    return await handlers.obey(here.store, command, decisions.do, here.patience)


@router.post("/tasks/skip")
@open_to(STAFF)
async def skip_task(command: domain.SkipTask, here: Here) -> Said:
    """Decide that a task need not be done, and say why."""
    return await handlers.obey(here.store, command, decisions.skip, here.patience)


@router.post("/tasks/snooze")
@open_to(STAFF)
async def snooze_task(command: domain.SnoozeTask, here: Here) -> Said:
    """Put a task off until a later day."""
    return await handlers.obey(here.store, command, decisions.snooze, here.patience)


@router.post("/tasks/hand-over")
@open_to(STAFF)
async def hand_over_task(command: domain.HandOverTask, here: Here) -> Said:
    """Give a task to another role."""
    return await handlers.obey(here.store, command, decisions.hand_over, here.patience)


@router.get("/tasks")
@open_to(STAFF)
async def list_tasks(
    here: Here,
    asked: Which,
    to: str | None = None,
    engagement: str | None = None,
    team: str | None = None,
    state: ListedState | None = None,
    due_before: Instant | None = None,
) -> Page[Task]:
    """Tasks by the time they are due."""
    equal = {"to": to, "engagement_id": engagement, "team_id": team}
    async with here.store.look() as unit:
        return await ledger.page(unit, asked, Task, state, due_before, **equal)


@router.get("/tasks/{task_id:path}/why")
@open_to(STAFF)
async def why_task(task_id: str, here: Here) -> Why:
    """The rule, the fact and the dates behind a task."""
    async with here.store.look() as unit:
        return await why(unit, task_id, "task")


@router.get("/tasks/{task_id:path}")
@open_to(STAFF)
async def get_task(task_id: str, here: Here) -> Task:
    """One task."""
    async with here.store.look() as unit:
        return Task(**shown(await ledger.find(unit, task_id, "task"), unit.now).model_dump())


@router.get("/contacts")
@open_to(STAFF)
async def list_contacts(
    here: Here,
    asked: Which,
    jurisdiction: str | None = None,
    person_id: str | None = None,
    engagement: str | None = None,
    kind: fields.Contact | None = None,
) -> Page[Contact]:
    """Whom somebody reached out to, in all engagements, by the time."""
    equal = {"jurisdiction": jurisdiction, "person_id": person_id, "engagement_id": engagement, "kind": kind}
    async with here.store.look() as unit:
        return await repository.CONTACTS.page(unit, asked, **equal)


@router.get("/consents")
@open_to(STAFF)
async def list_consents(
    here: Here, asked: Which, person_id: str | None = None, engagement: str | None = None
) -> Page[Consent]:
    """The last word of each team and person on being contacted."""
    async with here.store.look() as unit:
        return await repository.CONSENTS.page(unit, asked, person_id=person_id, engagement_id=engagement)


@router.get("/engagements/{engagement_id}/story")
@open_to(STAFF)
async def story(engagement_id: str, here: Here) -> list[dict[str, Any]]:
    """All that was said of an engagement, in the order in which it happened."""
    return [wire.document(fact) for fact in await handlers.story(here.store, engagement_id)]


@router.get("/facts")
@open_to(OFFICE)
async def log(here: Here, asked: Which, engagement: str | None = None, type: str | None = None) -> Log:
    """All that people and trackers said, in the order in which it was heard here: a log that `replay` reads."""
    async with here.store.look() as unit:
        return await kept.page(unit, asked, engagement_id=engagement, type=type)


@router.get("/engagements/{engagement_id}/calendar")
@open_to(STAFF)
async def calendar(engagement_id: str, here: Here) -> list[Obliged]:
    """What lies ahead: tasks and evaluation rounds that are scheduled, and those that are expected."""
    return await handlers.calendar(here.store, engagement_id)


@router.get("/engagements/{engagement_id}/risks")
@open_to(STAFF)
async def risks(engagement_id: str, here: Here) -> list[domain.AtTheGate]:
    """The buy-in gate: each team, what it lacks of what its model wants, and why its plan is at risk, if it is."""
    return await handlers.risks(here.store, engagement_id)


@router.get("/engagements/{engagement_id}/handover")
@open_to(STAFF)
async def handover(engagement_id: str, here: Here, role: Handed, team_id: str | None = None) -> Packet:
    """The handover packet: what a role owes, asked for and was promised, the last notes, and who left when."""
    return await handlers.handover(here.store, engagement_id, role, team_id)


@router.post("/calendars")
@open_to(STAFF)
async def make_calendar(command: domain.MakeFeed, request: Request, here: Here) -> domain.MadeFeed:
    """Make a calendar feed. Its address is its secret: whoever has it reads the calendar; it is told this once."""
    feed, token = await handlers.make_feed(here.store, _whose(here, command.person_id))
    return domain.MadeFeed(**feed.model_dump(), url=f"{here_is(request)}/calendar/{token}.ics")


@router.get("/calendars")
@open_to(STAFF)
async def list_calendars(here: Here, asked: Which, person_id: str | None = None) -> Page[domain.Feed]:
    """Calendar feeds, without their addresses: one's own, or for whoever sees all, everybody's."""
    return await handlers.list_feeds(here.store, asked, person_id if here.caller.sees_all else _mine(here))


@router.post("/calendars/revoke")
@open_to(STAFF)
async def revoke_calendar(command: domain.RevokeFeed, here: Here) -> domain.Feed:
    """Have a calendar feed answer no more."""
    return await handlers.revoke_feed(here.store, command.feed_id, None if here.caller.sees_all else _mine(here))


@router.get("/calendar/{token}.ics", response_class=Response, responses=CALENDAR)
@open_to(ANYBODY)
async def read_calendar(token: str, request: Request, here: Here) -> Response:
    """A person's calendar, for Outlook, Google or Apple: what is due of the roles that they hold, and sessions."""
    issue = await handlers.read_feed(
        here.store, here.directory, request.app.state.register, token, f"{here_is(request)}/app/inbox"
    )
    told = {
        "ETag": f'"{issue.digest}"',
        "Last-Modified": format_datetime(issue.changed_at, usegmt=True),
        "Cache-Control": "private, no-cache",
        "X-Robots-Tag": "noindex",
    }
    if _has_it(request, issue):
        return Response(status_code=304, headers=told)
    told["Content-Disposition"] = 'inline; filename="throughline.ics"'
    return Response(issue.body, media_type="text/calendar; charset=utf-8", headers=told)


def _mine(here: Desk) -> str:
    """Who asks; a program that is nobody has no feeds, and must not be taken for one that asks for all."""
    return here.caller.person_id or ""


def _whose(here: Desk, person_id: str | None) -> str:
    """For whom a feed is made: for oneself; for others only by whoever sees all."""
    if person_id is None and here.caller.person_id is None:
        raise Malformed("say for whom: a person's id", "person_id")
    if person_id not in (None, here.caller.person_id) and not here.caller.sees_all:
        raise Unknown("person", str(person_id), field="person_id")
    return str(person_id or here.caller.person_id)


def _has_it(request: Request, issue: domain.Issue) -> bool:
    """Whether the calendar that asks has this already; a time counts only for those that know no ETag."""
    known = request.headers.get("if-none-match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return "*" in tags or f'"{issue.digest}"' in tags
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
        return issue.changed_at.replace(microsecond=0) <= since
    except (ValueError, TypeError):
        return False
