"""The handover packet: all that whoever follows in a role has to know, as the facts and the ledger stand. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from shared.errors import Malformed, Unknown
from shared.events import followup
from shared.events.fields import RUNNERS, AnyRole
from shared.obligations.obliged import Obliged, Task, shown
from shared.obligations.reconcile import Row
from shared.playbooks.history import History
from shared.playbooks.holders import Seat
from shared.playbooks.said import Said
from shared.playbooks.scopes import NOT_REPORTED
from shared.playbooks.views import Plan

Handed = Literal[AnyRole, "team_lead"]
"""The roles that have a packet."""
NOTES = 20
"""How many of the last notes go along."""
NOTED: tuple[type[followup.OfTask], ...] = (
    followup.FollowUpDone,
    followup.FollowUpSkipped,
    followup.FollowUpSnoozed,
    followup.FollowUpHandedOver,
)


class Left(BaseModel):
    """Somebody who held the role, and the day on which they no longer did."""

    person_id: str
    on: date


class AskedFor(BaseModel):
    """An approval that nobody has answered yet."""

    approval_id: str
    about: str
    region: int | None = None
    jurisdiction: str | None = None
    asked_on: date


class OpenStep(BaseModel):
    """A step of a plan that is neither done nor dropped."""

    step_id: str
    text: str
    owner_role: str
    due_on: date | None = None
    status: str
    barrier: str | None = None


class PlanInHand(BaseModel):
    """A team's plan, and what is still to be done of it."""

    plan_id: str
    team_id: str
    submitted_on: date
    verdict: Literal["none", "accepted", "rejected"]
    steps: list[OpenStep]


class HomeworkInHand(BaseModel):
    """Homework that a team has not handed in."""

    homework_id: str
    team_id: str
    due_on: date
    text: str


class Note(BaseModel):
    """What somebody did with a task by hand, and what they wrote beside it."""

    on: date
    what: Literal["done", "skipped", "snoozed", "handed_over"]
    task_id: str
    title: str
    person_id: str | None = None
    note: str | None = None
    """The note or the reason; of a task that was put off or handed over also until when, and to whom."""


class Packet(BaseModel):
    """All that whoever follows in a role has to know."""

    engagement_id: str
    role: str
    team_id: str | None = None
    person_id: str | None = None
    """Who holds the role now."""
    vacant_since: date | None = None
    left: list[Left]
    tasks: list[Task]
    """What the role owes, and what was escalated to it, by due time."""
    coming: list[Obliged]
    """What it will owe once something has happened, and rounds."""
    approvals: list[AskedFor]
    plans: list[PlanInHand]
    homework: list[HomeworkInHand]
    notes: list[Note]
    """The last ones, latest first."""
    words: list[str]
    """All of it, in lines for people."""


def is_role_there(history: History, role: str, team_id: str | None) -> None:
    """Refuse an engagement or a team that is not there, and a role that nobody can have there."""
    if history.engagement is None:
        raise Unknown("engagement", history.line)
    if role in RUNNERS and team_id is not None:
        raise Malformed(f"must be left out: {role} is a role of the engagement", "team_id")
    if role not in RUNNERS and team_id is None:
        raise Malformed(f"is missing: {role} is a role in a team", "team_id")
    if team_id is not None and team_id not in history.teams:
        raise Unknown("team", team_id, history.line, "team_id")


def packet(
    history: History, rows: Mapping[str, Row], ahead: Iterable[Obliged], role: str, team_id: str | None, now: datetime
) -> Packet:
    """What a role of the engagement, or of this team, owes, asked for and was promised, and what was noted last."""
    teams = {id for id, team in history.teams.items() if team.left is None and team_id in (None, id)}
    mine = [row for row in rows.values() if row.is_open and _is_with(role, row) and team_id in (None, row.team_id)]
    tasks = [Task(**shown(row, now).model_dump()) for row in sorted(mine, key=lambda row: (row.due_at, row.key))]
    held = {task.key for task in tasks}
    seat = history.holders.seat(role, team_id)
    told = Packet(
        engagement_id=history.line,
        role=role,
        team_id=team_id,
        person_id=seat.person_id,
        vacant_since=seat.vacant_since,
        left=[Left(person_id=person, on=on) for person, on in history.holders.left(role, team_id)],
        tasks=tasks,
        coming=[it for it in ahead if it.to == role and team_id in (None, it.team_id) and it.key not in held],
        approvals=list(_approvals(history)) if role in RUNNERS else [],
        plans=[_plan(plan) for plan in history.plans.values() if plan.team_id in teams],
        homework=list(_homework(history, teams)),
        notes=_notes(history, rows, team_id),
        words=[],
    )
    return told.model_copy(update={"words": list(_words(told, seat))})


def _is_with(role: str, row: Row) -> bool:
    """Whether it waits for this role: by the playbook, by hand, or since it was escalated."""
    return role in (row.to, row.escalated_to)


def _approvals(history: History) -> Iterator[AskedFor]:
    for approval in history.approvals.values():
        if approval.answered is None:
            yield AskedFor(**approval.asked.event.model_dump(include=set(AskedFor.model_fields)))


def _plan(plan: Plan) -> PlanInHand:
    steps = [
        OpenStep(
            **step.model_dump(include={"step_id", "text", "owner_role", "due_on"}),
            status=report.event.status if report else NOT_REPORTED,
            barrier=report.event.barrier if report else None,
        )
        for step_id, step in plan.steps.items()
        if (report := plan.report(step_id)) is None or report.event.status not in ("done", "dropped")
    ]
    return PlanInHand(
        plan_id=plan.id,
        team_id=plan.team_id,
        submitted_on=plan.submitted.event.submitted_on,
        verdict="rejected" if plan.is_rejected else "accepted" if plan.is_accepted else "none",
        steps=steps,
    )


def _homework(history: History, teams: Iterable[str]) -> Iterator[HomeworkInHand]:
    for homework in history.homework.values():
        words = homework.assigned.event
        for team_id in sorted(set(teams) - homework.handed_in.keys()):
            yield HomeworkInHand(homework_id=words.homework_id, team_id=team_id, due_on=words.due_on, text=words.text)


def _notes(history: History, rows: Mapping[str, Row], team_id: str | None) -> list[Note]:
    """What was done by hand, latest first: in the whole engagement, or with the tasks of one team."""
    told: list[Said[Any]] = [one for kind in NOTED for one in history.said.of(kind)]
    notes = [
        _note(one.event, row)
        for one in sorted(told, key=lambda one: (one.event.on, one.fact.time, one.fact.id), reverse=True)
        if (row := rows.get(one.event.task_id)) is not None and team_id in (None, row.team_id)
    ]
    return [note for note in notes if note.note][:NOTES]


def _note(event: object, row: Row) -> Note:
    told = {"task_id": row.key, "title": row.title}
    match event:
        case followup.FollowUpSkipped():
            return Note(on=event.on, what="skipped", person_id=event.person_id, note=event.reason, **told)
        case followup.FollowUpSnoozed():
            note = f"until {event.until}" + (f": {event.note}" if event.note else "")
            return Note(on=event.on, what="snoozed", person_id=event.person_id, note=note, **told)
        case followup.FollowUpHandedOver():
            note = f"to {event.to}" + (f": {event.note}" if event.note else "")
            return Note(on=event.on, what="handed_over", person_id=event.person_id, note=note, **told)
    assert isinstance(event, followup.FollowUpDone)
    return Note(on=event.on, what="done", person_id=event.person_id, note=event.note, **told)


def _words(told: Packet, seat: Seat) -> Iterator[str]:
    whose = f"team {told.team_id}" if told.team_id else told.engagement_id
    since = f"nobody since {told.vacant_since}" if told.vacant_since else "nobody"
    yield f"{told.role} of {whose}: {', '.join(seat.people) or since}"
    yield from (f"  {one.person_id} left on {one.on}" for one in told.left)
    yield f"Owed: {len(told.tasks)}"
    yield from (f"  {task.due_at:%Y-%m-%d}  {_owed(task, told.role)}  [{task.key}]" for task in told.tasks)
    yield f"To come: {len(told.coming)}"
    yield from (f"  {it.due_at:%Y-%m-%d}  {it.state}: {it.title}" for it in told.coming)
    if told.role in RUNNERS:
        yield f"Approvals asked for: {len(told.approvals)}"
    for one in told.approvals:
        yield f"  {one.asked_on}  {one.about}, region {one.region or '?'}  [{one.approval_id}]"
    yield f"Plans: {len(told.plans)}"
    for plan in told.plans:
        verdict = "" if plan.verdict == "none" else f", {plan.verdict}"
        yield f"  {plan.submitted_on}  {plan.team_id}{verdict}; steps still open: {len(plan.steps)}  [{plan.plan_id}]"
        yield from (f"    {step.due_on or 'no date'}  {step.text} ({_standing(step)})" for step in plan.steps)
    yield f"Homework not handed in: {len(told.homework)}"
    yield from (f"  {one.due_on}  {one.team_id}: {one.text}" for one in told.homework)
    yield f"Last notes: {len(told.notes)}"
    yield from (f"  {one.on}  {one.what.replace('_', ' ')}: {one.title} ({one.note})" for one in told.notes)


def _owed(task: Task, role: str) -> str:
    whose = "" if task.to == role else f" (escalated; {task.to} owes it)"
    return f"{task.state}: {task.title}{whose}"


def _standing(step: OpenStep) -> str:
    status = step.status.replace("_", " ")
    return f"{step.owner_role}, {status}" + (f" by {step.barrier}" if step.barrier else "")
