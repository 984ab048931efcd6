"""Followup by HTTP: what to do with a task, the tasks themselves, and an engagement's story and calendar ahead."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from services.followup import decisions, domain, handlers, repository
from services.followup.domain import Consent, Contact
from shared.access.opening import OFFICE, STAFF, open_to
from shared.commands import Said
from shared.events import fields, wire
from shared.events.fields import Instant
from shared.obligations import ledger
from shared.obligations.handover import Handed, Packet
from shared.obligations.ledger import ListedState, Obliged, Task
from shared.obligations.why import Why, why
from shared.storage import facts as kept
from shared.storage.facts import Log
from shared.storage.listing import Page
from shared.web.desk import Desk, Which, desk

router = APIRouter(tags=["followup"])
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
        return Task(**ledger.shown(await ledger.find(unit, task_id, "task"), unit.now).model_dump())


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
