"""An obligation as whoever asks sees it: recorded, or only expected."""

from datetime import date, datetime
from typing import TypeVar

from pydantic import BaseModel, computed_field

from shared.obligations.reconcile import Row
from shared.playbooks.obligation import Obligation


class Obliged(BaseModel):
    """An obligation as whoever asks sees it."""

    key: str
    engagement: str
    rule: str
    kind: str
    item: str
    occurrence: int
    to: str
    title: str
    team_id: str | None = None
    due_at: datetime
    """In UTC."""
    state: str
    fired_at: datetime | None = None
    because: str
    """The id of the fact that obliges it."""
    n: int = 0
    """How often it has changed since it was first said."""
    held_back: str | None = None
    """Which approval it waits for; as long as it does, it is only expected."""
    instrument: str | None = None
    closes_at: datetime | None = None
    escalated_to: str | None = None
    person_id: str | None = None
    """Who holds the role `to` now; none where it is in nobody's name."""
    vacant_since: date | None = None
    """Since when nobody holds the role that somebody held before."""


class Task(Obliged):
    """An obligation of a person."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def task_id(self) -> str:
        """What commands call it: its key."""
        return self.key


class Round(Obliged):
    """An evaluation round."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def round_id(self) -> str:
        """What commands call it: its key."""
        return self.key


Shown = TypeVar("Shown", bound=Obliged)


def shown(row: Row, now: datetime) -> Obliged:
    """A recorded obligation; due for longer than its grace, it shows as overdue."""
    told = {name: getattr(row, name) for name in Obliged.model_fields if hasattr(row, name)}
    told |= {"state": "overdue" if row.is_overdue(now) else row.state}
    return Obliged(**told)


def expected(owed: Obligation) -> Obliged:
    """An obligation that waits for its moment: shown and forecast, never fired."""
    told = {name: getattr(owed, name) for name in Obliged.model_fields if hasattr(owed, name)}
    return Obliged(**{**told, "to": owed.owed_by, "due_at": owed.falls_due_at, "state": "expected"})
