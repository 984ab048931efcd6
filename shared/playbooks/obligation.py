"""An obligation as it is planned: what somebody owes, to whom, by when, and what it waits for."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something that somebody owes, or will owe once what it waits for has come true."""

    key: str
    """engagement/rule/item/occurrence"""
    engagement: str
    rule: str
    kind: str
    """`task`, or the kind of evaluation."""
    item: str
    occurrence: int
    to: str
    """The role that owes it by the playbook; who it was handed over to is in `handed_to`."""
    title: str
    team_id: str | None
    due_at: datetime
    """By the playbook, in UTC; a day to which somebody put it off is in `snoozed_to`."""
    reached: bool
    """Whether its moment has come; where not, it is only expected."""
    because: str
    """The id of the fact that tells the moment."""
    moment: str
    moment_on: date
    zone: str
    wait: str
    """In words, like `2 business days after held`."""
    done: bool
    """Whether its done_by is reached."""
    done_because: str | None
    handed_to: str | None
    snoozed_to: datetime | None
    overdue_at: datetime | None
    escalate_at: datetime | None
    escalate_to: str | None
    lapse_at: datetime | None
    lapse_reason: str | None
    closes_at: datetime | None
    """When a round that stays open for a time ends."""
    remind_at: tuple[datetime, ...]
    instrument: str | None
    ask: str | None
    person_id: str | None
    """Who holds the role that owes it; nobody where it is vacant, or not one of the engagement's or the team's."""
    vacant_since: date | None
    contact_as: str | None
    """For what it reaches out to a team, if it does."""
    priority: str
    held_back: str | None
    """Which approval it waits for, so that it is only expected; nothing where it needs none, or has it."""

    @property
    def falls_due_at(self) -> datetime:
        """When it falls due, all considered: what was put off by hand, then."""
        return self.snoozed_to or self.due_at

    @property
    def owed_by(self) -> str:
        """The role that owes it, all considered."""
        return self.handed_to or self.to

    @property
    def contact(self) -> bool:
        """Whether it reaches out to a team, and so obeys the window, the caps and the team's consent."""
        return self.contact_as is not None
