"""What becomes of a task by command, and what its ledger's changes are called when they are said."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.followup import domain
from services.followup.domain import Known
from shared.errors import Conflict, Malformed, Unknown
from shared.events import followup as said
from shared.events.base import Event
from shared.obligations.reconcile import Change
from shared.playbooks.said import Said

ByHand = said.FollowUpDone | said.FollowUpSkipped | said.FollowUpSnoozed | said.FollowUpHandedOver
"""What a person can do to a task."""


class NotOpen(Conflict):
    """Task {task_id} is {state}: nothing is left to do. If that was a mistake, retract the fact that ended it."""


def do(command: domain.DoTask, known: Known, now: datetime) -> list[Event]:
    """The task is done, in time or late."""
    mark = known.mark(command.task_id).ended
    return [_event(said.FollowUpDone, command, known, now, mark, note=command.note)]


def skip(command: domain.SkipTask, known: Known, now: datetime) -> list[Event]:
    """The task need not be done."""
    mark = known.mark(command.task_id).ended
    return [_event(said.FollowUpSkipped, command, known, now, mark, reason=command.reason)]


def snooze(command: domain.SnoozeTask, known: Known, now: datetime) -> list[Event]:
    """The task comes back on a later day."""
    mark = known.mark(command.task_id).snoozed
    event = _event(said.FollowUpSnoozed, command, known, now, mark, until=command.until, note=command.note)
    if command.until <= _today(known, now):
        raise Malformed("must be a day to come", "until")
    return [event]


def hand_over(command: domain.HandOverTask, known: Known, now: datetime) -> list[Event]:
    """The task is somebody else's now."""
    mark = known.mark(command.task_id).handed_over
    return [_event(said.FollowUpHandedOver, command, known, now, mark, to=command.to, note=command.note)]


SAYS: Mapping[str, type[said.OfTask]] = {
    "schedule": said.FollowUpScheduled,
    "move": said.FollowUpMoved,
    "withdraw": said.FollowUpWithdrawn,
    "fall_due": said.FollowUpFellDue,
    "lapse": said.FollowUpLapsed,
    "complete": said.FollowUpDone,
    "escalate": said.FollowUpEscalated,
    "suppress": said.ContactSuppressed,
    "leave_out": said.ContactSuppressed,
}
"""What a change of the ledger is called when it is said."""


def told(change: Change, now: datetime) -> Event:
    """The fact that says what happened to a task."""
    row, event, forbidden = change.row, SAYS[change.kind], change.forbidden
    words = {
        "engagement_id": row.engagement,
        "task_id": row.key,
        "n": row.n,
        "rule": forbidden.rule if forbidden else row.rule,
        "title": row.title,
        "to": row.escalate_to if change.kind == "escalate" else row.to,
        "team_id": row.team_id,
        "due_at": row.due_at,
        "because": row.ended_because if change.kind == "complete" else row.because,
        "was": change.was,
        "reason": change.reason,
        "on": now.astimezone(ZoneInfo(row.zone)).date(),
        "contact": row.contact_as,
        "used_up_by": forbidden.used_up_by if forbidden else (),
        "left_out": forbidden.left_out if forbidden else (),
    }
    fields = event.__pydantic_fields__
    return event.model_validate({name: value for name, value in words.items() if name in fields})


def _event(
    kind: type[ByHand], command: domain.OfTask, known: Known, now: datetime, mark: Said[Any] | None, **more: object
) -> Event:
    """What a person did to a task; what was said of it in the same words before, or is corrected, keeps its number."""
    task = known.tasks.get(command.task_id)
    if task is None:
        raise Unknown("task", command.task_id, field="task_id")
    on = command.on or _today(known, now)
    words = {"engagement_id": task.engagement, "task_id": task.key, "n": task.n, "revision": command.revision, "on": on}
    event = kind.model_validate({**words, "person_id": command.person_id, **more})
    if mark is not None and type(mark.event) is kind:
        as_before = event.model_copy(update={"n": mark.event.n, "on": command.on or mark.event.on})
        if as_before == mark.event or command.revision > 0:
            return as_before
    if not task.is_open:
        raise NotOpen("task_id", task_id=task.key, state=task.state)
    return event


def _today(known: Known, now: datetime) -> date:
    return now.astimezone(known.zone).date()
