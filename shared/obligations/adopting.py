"""Adopting: what a ledger said after its rows were saved is made true of the rows again. Pure.

A fact tells less than a row holds: what is left over the plan says again, in silence, when the line is next followed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from shared.events import evaluation, followup
from shared.events.base import Event, Fact
from shared.obligations.reconcile import EndedBy, Row, State, as_planned, fresh
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
BEGUN = {
    "state": "scheduled",
    "fired_at": None,
    "escalated_at": None,
    "forbidden": None,
    "ended_by": None,
    "ended_because": None,
}
"""What is true of an obligation that begins, or begins again."""


def key_of(event: Event) -> str | None:
    """The obligation of which a ledger says something; none where it was not a ledger that spoke."""
    if not event.from_ledger:
        return None
    if isinstance(event, evaluation.OfRound):
        return event.round_id
    return event.task_id if isinstance(event, followup.OfTask) else None


def is_news(rows: Mapping[str, Row], fact: Fact) -> bool:
    """Whether a ledger said this of an obligation after the row was saved, if there is one."""
    if (key := key_of(fact.event)) is None or not isinstance(fact.event, Told):
        return False
    row = rows.get(key)
    return row is None or row.n < fact.event.n


def only_begins(told: Iterable[Fact]) -> bool:
    """Whether a ledger said no more of a line than that obligations are to fall due some day."""
    return all(isinstance(fact.event, Scheduled) for fact in told)


def in_step(rows: Mapping[str, Row], owed: Mapping[str, Obligation]) -> dict[str, Row]:
    """The open rows that are not as planned, with all that was amended in silence before anything else befell them.

    When one is due, what it is and whose, is told by facts alone.
    """
    planned = {key: as_planned(owed[key], row) for key, row in rows.items() if row.is_open and key in owed}
    changed = {
        key: it.but(due_at=rows[key].due_at, title=rows[key].title, to=rows[key].to) for key, it in planned.items()
    }
    return {key: row for key, row in changed.items() if row != rows[key]}


def adopt_all(rows: Mapping[str, Row], told: Iterable[Fact], owed: Mapping[str, Obligation]) -> dict[str, Row]:
    """The rows that are not as they were, once all is true of them that a ledger said of its line, in this order."""
    changed: dict[str, Row] = {}
    for fact in told:
        key = key_of(fact.event)
        before = changed.get(key) or rows.get(key) if key is not None else None
        after = adopt(before, fact, owed.get(key or ""))
        if after is not None and after is not before:
            changed[after.key] = after
    return changed


def adopt(row: Row | None, fact: Fact, owed: Obligation | None = None) -> Row | None:
    """The row as this fact made it; one that had come farther already stays as it is, and so does what is no row.

    Of an obligation that is not recorded at all, the plan (`owed`) tells what the fact does not, if it is still owed.
    """
    event = fact.event
    if key_of(event) is None or not isinstance(event, Told) or (row is not None and row.n >= event.n):
        return row
    row = row or _unrecorded(event, owed, fact.recorded)
    return row.but(n=event.n, **_changed(row, event, fact.recorded))


def _changed(row: Row, event: Told, recorded: datetime) -> dict[str, Any]:
    """What this made of the row, by field."""
    if isinstance(event, Scheduled):
        return {**_as_told(event), **BEGUN}
    if isinstance(event, Moved):
        return _moved(row, _as_told(event), recorded)
    if isinstance(event, FellDue):
        return {**_as_told(event), **BEGUN, "state": "due", "fired_at": recorded}
    if isinstance(event, followup.ContactSuppressed):
        over = _ended("lapsed", "time" if event.rule == "window" else "policy")
        return {"forbidden": event.reason, **({} if event.left_out else over)}
    if isinstance(event, followup.FollowUpEscalated):
        return {"state": "due", "escalated_at": recorded, "escalate_to": event.to}
    return _over(event, recorded)


def _over(event: Told, recorded: datetime) -> dict[str, Any]:
    """How it ended."""
    if isinstance(event, Withdrawn):
        return {**_as_told(event), **_ended("withdrawn", "fact")}
    if isinstance(event, Lapsed):
        return {**_as_told(event), **_ended("lapsed", "time")}
    if isinstance(event, followup.FollowUpDone):
        return _ended("done", "fact", event.because)
    assert isinstance(event, evaluation.EvaluationClosed)
    by_time = event.closes_at is not None and event.closes_at <= recorded
    return {**_as_told(event), **_ended("done", "time" if by_time else "fact")}


def _as_told(event: Event) -> dict[str, Any]:
    told = {name: value for name in WORDS if (value := getattr(event, name, None)) is not None}
    if isinstance(event, Scheduled | Moved) and event.because is not None:
        told["because"] = event.because
    return told


def _moved(row: Row, told: Mapping[str, Any], recorded: datetime) -> dict[str, Any]:
    """What has fallen due stays due, unless it was moved into what was then the future."""
    if row.state == "due" and told.get("due_at", row.due_at) <= recorded:
        return dict(told)
    return {**told, **BEGUN}


def _ended(state: State, by: EndedBy, because: str | None = None) -> dict[str, Any]:
    return {"state": state, "ended_by": by, "ended_because": because}


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
