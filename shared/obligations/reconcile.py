"""The difference between what is owed and what is recorded, and what time alone does to it. Pure: `now` comes in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from shared.playbooks.planner import UNTOUCHED, Obligation
from shared.playbooks.views import Mark

State = Literal["scheduled", "due", "done", "skipped", "withdrawn", "lapsed"]
EndedBy = Literal["hand", "fact", "time"]
Kind = Literal["schedule", "move", "amend", "withdraw", "complete", "skip", "fall_due", "escalate", "lapse", "close"]
OPEN: tuple[State, ...] = ("scheduled", "due")
NEVER_OPENED = "its time to be open had passed before it could be opened"


@dataclass(frozen=True, slots=True)
class Row:
    """What is recorded of one obligation."""

    key: str
    engagement: str
    rule: str
    kind: str
    item: str
    occurrence: int
    state: State
    n: int
    """The number of its last change."""
    due_at: datetime
    """When it falls due, all considered; in UTC, like all instants here."""
    planned_at: datetime
    """When it would by the playbook alone."""
    title: str
    to: str
    team_id: str | None
    because: str
    moment: str
    moment_on: date
    zone: str
    wait: str
    contact: bool
    instrument: str | None = None
    ask: str | None = None
    overdue_at: datetime | None = None
    escalate_at: datetime | None = None
    escalate_to: str | None = None
    lapse_at: datetime | None = None
    lapse_reason: str | None = None
    closes_at: datetime | None = None
    fired_at: datetime | None = None
    """When it fell due, if it did."""
    escalated_at: datetime | None = None
    ended_by: EndedBy | None = None
    ended_because: str | None = None
    """The id of the fact that ended it, if a fact did."""
    person_id: str | None = None
    """Who holds the role that owes it, or held it when it ended; nobody where the role is vacant."""
    vacant_since: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes it."""
        return self.state in OPEN

    @property
    def by_hand(self) -> bool:
        """Whether a person ended it."""
        return self.ended_by == "hand"

    @property
    def escalated_to(self) -> str | None:
        """The role that was told because nobody did it."""
        return self.escalate_to if self.escalated_at else None

    def is_overdue(self, now: datetime) -> bool:
        """Whether it has been due for longer than its grace."""
        return self.state == "due" and self.overdue_at is not None and self.overdue_at <= now


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happens to an obligation."""

    kind: Kind
    row: Row
    """What is recorded of it from now on."""
    before: Row | None = None
    reason: str | None = None

    @property
    def was(self) -> datetime | None:
        """When it was due before."""
        return self.before.due_at if self.before else None

    @property
    def is_silent(self) -> bool:
        """Whether no fact says it: a detail was amended, or the fact by which a person did it has been said."""
        return self.kind == "amend" or (self.kind in ("complete", "skip") and self.row.by_hand)


def reconcile(
    wanted: Mapping[str, Obligation], rows: Mapping[str, Row], marks: Mapping[str, Mark], now: datetime
) -> list[Change]:
    """What has to change so that the rows say what is wanted; nothing, once it has changed. In the order of keys."""
    keys = sorted(wanted.keys() | rows.keys())
    changes = (_change(wanted.get(key), rows.get(key), marks.get(key, UNTOUCHED), now) for key in keys)
    return [change for change in changes if change is not None]


def apply(row: Row | None, change: Change) -> Row:
    """What is recorded after a change of what was recorded before it."""
    assert row == change.before
    return change.row


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


def pass_time(row: Row, now: datetime) -> list[Change]:
    """What time has done to this row by `now`, in order; what it is too late for lapses and does not fall due."""
    changes: list[Change] = []
    if row.is_open and (reason := _too_late(row, row.fired_at, now)):
        return [_ended("lapse", row, "lapsed", "time", reason=reason)]
    if row.state == "scheduled" and row.due_at <= now:
        changes.append(Change("fall_due", replace(row, state="due", n=row.n + 1, fired_at=now), row))
        row = changes[-1].row
    if row.state == "due" and _passed(row.closes_at, now):
        return [*changes, _ended("close", row, "done", "time")]
    if row.state == "due" and row.escalated_at is None and _passed(row.escalate_at, now):
        changes.append(Change("escalate", replace(row, n=row.n + 1, escalated_at=now), row))
    return changes


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
    ended = _ended("skip" if mark.skipped else "complete", row, state, "hand", mark.ended.fact.id)
    return replace(ended, before=before)


def _while_open(owed: Obligation | None, row: Row, now: datetime) -> Change | None:
    if owed is not None and owed.done:
        return _ended("complete", row, "done", "fact", owed.done_because)
    if owed is None or not owed.reached:
        reason = "nothing obliges to it any more" if owed is None else f"{owed.moment} has not come yet after all"
        return _ended("withdraw", row, "withdrawn", "fact", reason=reason)
    planned = _as_planned(owed, row)
    if planned == row:
        return None
    if (planned.due_at, planned.title, planned.to) == (row.due_at, row.title, row.to):
        return Change("amend", planned, row)
    moved = replace(planned, n=row.n + 1)
    if row.state == "due" and moved.due_at > now:
        moved = replace(moved, state="scheduled", fired_at=None, escalated_at=None)
    return Change("move", moved, row)


def _can_begin(owed: Obligation, row: Row | None, now: datetime) -> bool:
    """Whether what is owed but not open is to be open: why it ended is gone, and it is not too late for it."""
    if row is None:
        return True
    if row.ended_by == "time" and row.state == "done":
        return not _passed(owed.closes_at, now)
    return not _too_late(owed, None, now)


def _too_late(of: Row | Obligation, fired_at: datetime | None, now: datetime) -> str | None:
    """Why it can not be done any more, if it can not."""
    if _passed(of.lapse_at, now):
        return of.lapse_reason
    return NEVER_OPENED if fired_at is None and _passed(of.closes_at, now) else None


def _passed(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now


def _ended(
    kind: Kind, row: Row, state: State, by: EndedBy, because: str | None = None, reason: str | None = None
) -> Change:
    after = replace(row, state=state, n=row.n + 1, ended_by=by, ended_because=because)
    return Change(kind, after, row, reason)


def fresh(owed: Obligation, row: Row | None) -> Row:
    """What is recorded of an obligation that begins, or begins again."""
    return Row(
        key=owed.key,
        engagement=owed.engagement,
        rule=owed.rule,
        kind=owed.kind,
        item=owed.item,
        occurrence=owed.occurrence,
        state="scheduled",
        n=row.n + 1 if row else 0,
        due_at=owed.falls_due_at,
        planned_at=owed.due_at,
        title=owed.title,
        to=owed.owed_by,
        team_id=owed.team_id,
        because=owed.because,
        moment=owed.moment,
        moment_on=owed.moment_on,
        zone=owed.zone,
        wait=owed.wait,
        contact=owed.contact,
        instrument=owed.instrument,
        ask=owed.ask,
        overdue_at=owed.overdue_at,
        escalate_at=owed.escalate_at,
        escalate_to=owed.escalate_to,
        lapse_at=owed.lapse_at,
        lapse_reason=owed.lapse_reason,
        closes_at=owed.closes_at,
        person_id=owed.person_id,
        vacant_since=owed.vacant_since,
    )


def _as_planned(owed: Obligation, row: Row) -> Row:
    """The open row with all that the plan says of it."""
    return replace(fresh(owed, row), state=row.state, n=row.n, fired_at=row.fired_at, escalated_at=row.escalated_at)
