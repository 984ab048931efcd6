"""Adopting: what a ledger said after its rows were saved is made true of the rows again. Pure.

A fact tells less than a row holds: what is left over the plan says again, in silence, when the line is next followed.
"""

from dataclasses import replace
from datetime import datetime

from shared.events import evaluation, followup
from shared.events.base import Event, Fact
from shared.obligations.reconcile import EndedBy, Row, State, fresh
from shared.playbooks.model import TASK
from shared.playbooks.obligation import Obligation

Scheduled = followup.FollowUpScheduled | evaluation.EvaluationScheduled
Moved = followup.FollowUpMoved | evaluation.EvaluationMoved
FellDue = followup.FollowUpFellDue | evaluation.EvaluationOpened
Withdrawn = followup.FollowUpWithdrawn | evaluation.EvaluationWithdrawn
Lapsed = followup.FollowUpLapsed | evaluation.EvaluationLapsed
Told = followup.OfTask | evaluation.OfRound
WORDS = ("title", "to", "team_id", "due_at", "instrument", "closes_at")
"""What a fact and a row call by the same name. The `because` of both is the same only while it is open."""


def key_of(event: Event) -> str | None:
    """The obligation of which a ledger says something; none where it was not a ledger that spoke."""
    if not event.from_ledger:
        return None
    if isinstance(event, evaluation.OfRound):
        return event.round_id
    return event.task_id if isinstance(event, followup.OfTask) else None


def adopt(row: Row | None, fact: Fact, owed: Obligation | None = None) -> Row | None:
    """The row as this fact made it; one that had come farther already stays as it is, and so does what is no row.

    Of an obligation that is not recorded at all, the plan (`owed`) tells what the fact does not, if it is still owed.
    """
    event = fact.event
    if key_of(event) is None or not isinstance(event, Told) or (row is not None and row.n >= event.n):
        return row
    row = replace(row or _unrecorded(event, owed, fact.recorded), n=event.n)
    if isinstance(event, Scheduled):
        return _begun(_as_told(row, event))
    if isinstance(event, Moved):
        return _moved(_as_told(row, event), fact.recorded)
    if isinstance(event, FellDue):
        return replace(_begun(_as_told(row, event)), state="due", fired_at=fact.recorded)
    if isinstance(event, followup.ContactSuppressed):
        return _suppressed(row, event)
    if isinstance(event, followup.FollowUpEscalated):
        return replace(row, state="due", escalated_at=fact.recorded, escalate_to=event.to)
    return _over(row, event, fact.recorded)


def _suppressed(row: Row, event: followup.ContactSuppressed) -> Row:
    """The row as policy ended it, or as it goes on without some teams."""
    row = replace(row, forbidden=event.reason)
    return row if event.left_out else _ended(row, "lapsed", "time" if event.rule == "window" else "policy")


def _over(row: Row, event: Event, recorded: datetime) -> Row:
    """The row as it was ended."""
    if isinstance(event, Withdrawn):
        return _ended(_as_told(row, event), "withdrawn", "fact")
    if isinstance(event, Lapsed):
        return _ended(_as_told(row, event), "lapsed", "time")
    if isinstance(event, followup.FollowUpDone):
        return _ended(row, "done", "fact", event.because)
    assert isinstance(event, evaluation.EvaluationClosed)
    by_time = event.closes_at is not None and event.closes_at <= recorded
    return _ended(_as_told(row, event), "done", "time" if by_time else "fact")


def _as_told(row: Row, event: Event) -> Row:
    told = {name: value for name in WORDS if (value := getattr(event, name, None)) is not None}
    if isinstance(event, Scheduled | Moved) and event.because is not None:
        told["because"] = event.because
    return replace(row, **told)


def _begun(row: Row) -> Row:
    open_ = replace(row, state="scheduled", fired_at=None, escalated_at=None, forbidden=None)
    return replace(open_, ended_by=None, ended_because=None)


def _moved(row: Row, recorded: datetime) -> Row:
    """What has fallen due stays due, unless it was moved into what was then the future."""
    if row.state == "due" and row.due_at <= recorded:
        return row
    return _begun(row)


def _ended(row: Row, state: State, by: EndedBy, because: str | None = None) -> Row:
    return replace(row, state=state, ended_by=by, ended_because=because)


def _unrecorded(event: Told, owed: Obligation | None, recorded: datetime) -> Row:
    """A row to begin with: as planned, or else only what the key and the fact tell."""
    if owed is not None:
        return fresh(owed, None)
    key = event.round_id if isinstance(event, evaluation.OfRound) else event.task_id
    engagement, rule, *item, occurrence = key.split("/")
    due_at = getattr(event, "due_at", None) or recorded
    return Row(
        key=key,
        engagement=engagement,
        rule=rule,
        kind=getattr(event, "kind", TASK),
        item="/".join(item),
        occurrence=int(occurrence),
        state="scheduled",
        n=0,
        due_at=due_at,
        planned_at=due_at,
        title=rule,
        to=getattr(event, "to", None) or "",
        team_id=None,
        because=getattr(event, "because", None) or "",
        moment="",
        moment_on=due_at.date(),
        zone="UTC",
        wait="as it was said",
        contact=False,
    )
