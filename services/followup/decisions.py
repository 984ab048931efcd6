"""What followup answers to a command, and what its ledger's changes are called when they are said."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.followup import domain
from services.followup.domain import Known
from shared.errors import Conflict, Malformed, Unknown
from shared.events import followup as said
from shared.events.base import Event
from shared.obligations.reconcile import Change, Row


class NotOpen(Conflict):
    """Task {task_id} is {state}: nothing is left to do. If that was a mistake, retract the fact that ended it."""


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


SAYS: Mapping[str, type[said.OfTask]] = {
    "schedule": said.FollowUpScheduled,
    "move": said.FollowUpMoved,
    "withdraw": said.FollowUpWithdrawn,
    "fall_due": said.FollowUpFellDue,
    "lapse": said.FollowUpLapsed,
    "complete": said.FollowUpDone,
    "escalate": said.FollowUpEscalated,
}
"""What a change of the ledger is called when it is said."""


def told(change: Change, now: datetime) -> Event:
    """The fact that says what happened to a task."""
    row, event = change.row, SAYS[change.kind]
    words = {
        "engagement_id": row.engagement,
        "task_id": row.key,
        "n": row.n,
        "rule": row.rule,
        "title": row.title,
        "to": row.escalate_to if change.kind == "escalate" else row.to,
        "team_id": row.team_id,
        "due_at": row.due_at,
        "because": row.ended_because if change.kind == "complete" else row.because,
        "was": change.was,
        "reason": change.reason,
        "on": now.astimezone(ZoneInfo(row.zone)).date(),
    }
    return event.model_validate({name: value for name, value in words.items() if name in event.model_fields})


def _event(
    event: type[said.OfTask], command: domain.OfTask, task: Row, known: Known, now: datetime, **more: object
) -> Event:
    words = {
        "engagement_id": task.engagement,
        "task_id": task.key,
        "n": task.n,
        "revision": command.revision,
        "on": command.on or _today(known, now),
        "person_id": command.person_id,
    }
    return event.model_validate({**words, **more})


def _open(known: Known, command: domain.OfTask) -> Row:
    task = known.tasks.get(command.task_id)
    if task is None:
        raise Unknown("task", command.task_id, field="task_id")
    if not task.is_open and command.revision == 0:
        raise NotOpen("task_id", task_id=task.key, state=task.state)
    return task


def _today(known: Known, now: datetime) -> date:
    return now.astimezone(known.zone).date()
