"""What time alone does to an obligation: it falls due, is escalated, lapses, closes; if policy lets it."""

from dataclasses import replace
from datetime import datetime

from shared.obligations.reconcile.rows import Change, EndedBy, Forbidden, Row, ended
from shared.playbooks.model import TASK
from shared.playbooks.obligation import Obligation
from shared.playbooks.planner import WINDOW_CLOSED

NEVER_OPENED = "its time to be open had passed before it could be opened"


def next_at(row: Row) -> datetime | None:
    """The earliest instant at which time alone changes this row."""
    instants: tuple[datetime | None, ...]
    if row.state == "scheduled":
        instants = (row.due_at, row.lapse_at, row.closes_at)
    elif row.state == "due":
        instants = (None if row.escalated_at else row.escalate_at, row.lapse_at, row.closes_at)
    else:
        return None
    return min((instant for instant in instants if instant is not None), default=None)


def falls_due(row: Row, now: datetime) -> bool:
    """Whether time lets it fall due by `now`, if policy does."""
    return row.state == "scheduled" and row.due_at <= now and not too_late(row, row.fired_at, now)


def pass_time(row: Row, now: datetime, forbidden: Forbidden | None = None) -> list[Change]:
    """What time has done to this row by `now`, in order; what it is too late for lapses and does not fall due.

    Nor does a contact that is forbidden; with `left_out`, it falls due without some teams.
    """
    if row.is_open and (reason := too_late(row, row.fired_at, now)):
        return [_suppressed(row, closed) if (closed := _window_closed(row)) else _lapsed(row, reason)]
    changes: list[Change] = []
    if row.state == "scheduled" and row.due_at <= now:
        if forbidden and not forbidden.left_out:
            return [_suppressed(row, forbidden)]
        changes.append(Change("fall_due", row.but(state="due", n=row.n + 1, fired_at=now), row))
        row = changes[-1].row
        if forbidden:
            without = row.but(n=row.n + 1, forbidden=forbidden.reason)
            changes.append(Change("leave_out", without, row, forbidden.reason, forbidden))
            row = without
    if row.state == "due" and passed(row.closes_at, now):
        return [*changes, ended("close", row, "done", "time")]
    if row.state == "due" and row.escalated_at is None and passed(row.escalate_at, now):
        changes.append(Change("escalate", row.but(n=row.n + 1, escalated_at=now), row))
    return changes


def _window_closed(row: Row) -> Forbidden | None:
    """What forbids a task's contact that was not made before the window closed, if that is why it comes too late."""
    reason = row.lapse_reason or ""
    is_contact = row.contact and row.kind == TASK and row.fired_at is None
    return Forbidden("window", reason) if is_contact and reason.startswith(WINDOW_CLOSED) else None


def _suppressed(row: Row, forbidden: Forbidden) -> Change:
    """The end of a contact that is not made; one for which it is too late begins again when it is not."""
    by: EndedBy = "time" if forbidden.rule == "window" else "policy"
    change = ended("suppress", row, "lapsed", by, reason=forbidden.reason)
    return replace(change, row=change.row.but(forbidden=forbidden.reason), forbidden=forbidden)


def _lapsed(row: Row, reason: str) -> Change:
    return ended("lapse", row, "lapsed", "time", reason=reason)


def too_late(of: Row | Obligation, fired_at: datetime | None, now: datetime) -> str | None:
    """Why it can not be done any more, if it can not."""
    if passed(of.lapse_at, now):
        return of.lapse_reason
    return NEVER_OPENED if fired_at is None and passed(of.closes_at, now) else None


def passed(instant: datetime | None, now: datetime) -> bool:
    """Whether this instant has come."""
    return instant is not None and instant <= now
