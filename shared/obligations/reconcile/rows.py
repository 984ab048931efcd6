"""What is recorded of an obligation, and what can happen to it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from shared.playbooks.obligation import Obligation

State = Literal["scheduled", "due", "done", "skipped", "withdrawn", "lapsed"]
EndedBy = Literal["hand", "fact", "time", "policy"]
Kind = Literal[
    "schedule", "move", "amend", "withdraw", "complete", "skip", "fall_due", "escalate", "lapse", "close", "suppress",
    "leave_out",
]  # fmt: skip
OPEN: tuple[State, ...] = ("scheduled", "due")


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Why policy forbids a contact."""

    rule: Literal["window", "cap", "consent", "quota"]
    reason: str
    used_up_by: tuple[str, ...] = ()
    """The contacts that used up what is allowed, by the keys of their obligations."""
    left_out: tuple[str, ...] = ()
    """The teams for which it is forbidden, where it may be made with others."""


@dataclass(frozen=True)
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
    contact_as: str | None = None
    """For what it reaches out to a team; rows of an earlier version do not tell."""
    priority: str = "normal"
    forbidden: str | None = None
    """Why policy forbids it, or forbids it with some teams, in words."""

    def but(self, **words: Any) -> "Row":
        """The same obligation, with some words changed.

        `dataclasses.replace` says all of them anew, which took six times as long: twice as long as to read the row.
        """
        assert words.keys() <= self.__dict__.keys(), f"a row has no {words.keys() - self.__dict__.keys()}"
        changed = object.__new__(Row)
        changed.__dict__.update(self.__dict__, **words)
        return changed

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
    forbidden: Forbidden | None = None

    @property
    def was(self) -> datetime | None:
        """When it was due before."""
        return self.before.due_at if self.before else None

    @property
    def is_silent(self) -> bool:
        """Whether no fact says it: a detail was amended, or the fact by which a person did it has been said."""
        return self.kind == "amend" or (self.kind in ("complete", "skip") and self.row.by_hand)


def apply(row: Row | None, change: Change) -> Row:
    """What is recorded after a change of what was recorded before it."""
    assert row == change.before
    return change.row


def ended(
    kind: Kind, row: Row, state: State, by: EndedBy, because: str | None = None, reason: str | None = None
) -> Change:
    """The change by which an obligation ends."""
    after = row.but(state=state, n=row.n + 1, ended_by=by, ended_because=because)
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
        contact_as=owed.contact_as,
        priority=owed.priority,
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
