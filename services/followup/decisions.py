"""What followup answers to a command, and what its ledger's changes are called when they are said."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.followup import domain
from services.followup.domain import Known
from shared.errors import Conflict, Malformed, Unknown
from shared.events import followup as said
from shared.events.base import Event
from shared.obligations.reconcile import Change, Row

class NotOpen(Conflict):
    """Task {task_id} is {state}; nothing is left to do about it. If that was a mistake, retract the fact that ended it."""


def do(command: domain.DoTask, known: Known, now: datetime) -> list[Event]:
    """The task is done, in time or late."""
    task = _open(known, command)
    return [_event(said.FollowUpDone, command, task, known, now, note=command.note)]


def skip(command: domain.SkipTask, known: Known, now: datetime) -> list[Event]:
    """The task need not be done."""
    task = _open(known, command)
    return [_event(said.FollowUpSkipped, command, task, known, now, reason=command.reason)]


def snooze(command: domain.SnoozeTask, known: Known, now: datetime) -> list[Event]:
    """The task comes back on a later day."""
    task = _open(known, command)
    if command.until <= _today(known, now):
        raise Malformed("must be a day to come", "until")
    return [_event(said.FollowUpSnoozed, command, task, known, now, until=command.until)]


def hand_over(command: domain.HandOverTask, known: Known, now: datetime) -> list[Event]:
    """The task is somebody else's now."""
    task = _open(known, command)
    return [_event(said.FollowUpHandedOver, command, task, known, now, to=command.to, note=command.note)]


def told(change: Change, now: datetime) -> Event:
    """The fact that says what happened to a task."""
    row = change.row
    of_task = {"engagement_id": row.engagement, "task_id": row.key, "n": row.n}
    planned = {
        **of_task,
        "rule": row.rule,
        "title": row.title,
        "to": row.to,
        "team_id": row.team_id,
        "due_at": row.due_at,
        "because": row.because,
    }
    on = now.astimezone(ZoneInfo(row.zone)).date()
    match change.kind:
        case "schedule":
            return said.FollowUpScheduled(**planned)
        case "move":
            return said.FollowUpMoved(**planned, was=change.was)
        case "withdraw":
            return said.FollowUpWithdrawn(**planned, reason=change.reason)
        case "fall_due":
            return said.FollowUpFellDue(**planned)
        case "lapse":
            return said.FollowUpLapsed(**planned, reason=change.reason)
        case "complete":
            return said.FollowUpDone(**of_task, on=on, because=row.ended_because)
        case "escalate":
            return said.FollowUpEscalated(**of_task, on=on, to=row.escalate_to)
    raise AssertionError(f"nothing is said of {change.kind}")


def _event(event: type[Event], command: domain.OfTask, task: Row, known: Known, now: datetime, **more: object) -> Event:
    return event(
        engagement_id=task.engagement,
        task_id=task.key,
        n=task.n,
        revision=command.revision,
        on=command.on or _today(known, now),
        **{name: value for name, value in {"person_id": command.person_id, **more}.items() if value is not None},
    )


def _open(known: Known, command: domain.OfTask) -> Row:
    task = known.tasks.get(command.task_id)
    if task is None:
        raise Unknown("task", command.task_id, field="task_id")
    if not task.is_open and command.revision == 0:
        raise NotOpen("task_id", task_id=task.key, state=task.state)
    return task


def _today(known: Known, now: datetime) -> date:
    return now.astimezone(known.zone).date()
