"""The difference between what is owed and what is recorded."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from shared.obligations.reconcile.passing import passed, too_late
from shared.obligations.reconcile.rows import Change, Row, State, ended, fresh
from shared.playbooks.obligation import Obligation
from shared.playbooks.planner import UNTOUCHED
from shared.playbooks.views import Mark

Pairs = Mapping[str, tuple[Obligation | None, Row | None]]
"""What was wanted and what was recorded, by key."""


def reconcile(
    wanted: Mapping[str, Obligation],
    rows: Mapping[str, Row],
    marks: Mapping[str, Mark],
    now: datetime,
    settled: Pairs = MappingProxyType({}),
) -> list[Change]:
    """What has to change so that the rows say what is wanted; nothing, once it has changed. In the order of keys.

    What is the very same as in `settled` is not looked at again: nothing had to change, and time alone changes no
    answer of that kind.
    """
    changes: list[Change] = []
    for key in sorted(wanted.keys() | rows.keys()):
        owed, row, before = wanted.get(key), rows.get(key), settled.get(key)
        if before is not None and before[0] is owed and before[1] is row and key not in marks:
            continue
        if (change := _change(owed, row, marks.get(key, UNTOUCHED), now)) is not None:
            changes.append(change)
    return changes


def pairs(wanted: Mapping[str, Obligation], rows: Mapping[str, Row], changes: Iterable[Change]) -> Pairs:
    """What is settled: of which nothing has to change, as `reconcile` has found."""
    changed = {change.row.key for change in changes}
    return {key: (wanted.get(key), rows.get(key)) for key in wanted.keys() | rows.keys() if key not in changed}


def _change(owed: Obligation | None, row: Row | None, mark: Mark, now: datetime) -> Change | None:
    if mark.ended is not None:
        return _by_hand(owed, row, mark)
    if row is not None and row.is_open:
        return _while_open(owed, row, now)
    if owed is None or not owed.reached or owed.done or not _can_begin(owed, row, now):
        return None
    return Change("schedule", fresh(owed, row), row)


def _by_hand(owed: Obligation | None, row: Row | None, mark: Mark) -> Change | None:
    """What a person ended stays ended, whatever the plan says."""
    assert mark.ended is not None
    state: State = "skipped" if mark.skipped else "done"
    if row is None:
        if owed is None or not owed.reached:
            return None
        row, before = fresh(owed, None), None
    else:
        before = row
    if before is not None and (before.state, before.ended_because) == (state, mark.ended.fact.id):
        return None
    change = ended("skip" if mark.skipped else "complete", row, state, "hand", mark.ended.fact.id)
    return replace(change, before=before)


def _while_open(owed: Obligation | None, row: Row, now: datetime) -> Change | None:
    if owed is not None and owed.done:
        return ended("complete", row, "done", "fact", owed.done_because)
    if owed is None or not owed.reached:
        reason = "nothing obliges to it any more"
        if owed is not None:
            reason = owed.held_back or f"{owed.moment} has not come yet after all"
        return ended("withdraw", row, "withdrawn", "fact", reason=reason)
    planned = as_planned(owed, row)
    if planned == row:
        return None
    if (planned.due_at, planned.title, planned.to) == (row.due_at, row.title, row.to):
        return Change("amend", planned, row)
    moved = planned.but(n=row.n + 1)
    if row.state == "due" and moved.due_at > now:
        moved = moved.but(state="scheduled", fired_at=None, escalated_at=None, forbidden=None)
    return Change("move", moved, row)


def _can_begin(owed: Obligation, row: Row | None, now: datetime) -> bool:
    """Whether what is owed but not open is to be open: why it ended is gone, and it is not too late for it."""
    if row is None:
        return True
    if row.ended_by == "policy" and owed.falls_due_at == row.due_at:
        return False
    if row.ended_by == "time" and row.state == "done":
        return not passed(owed.closes_at, now)
    return not too_late(owed, None, now)


def as_planned(owed: Obligation, row: Row) -> Row:
    """The open row with all that the plan says of it."""
    kept = {name: getattr(row, name) for name in ("state", "n", "fired_at", "escalated_at", "forbidden")}
    return fresh(owed, row).but(**kept)
