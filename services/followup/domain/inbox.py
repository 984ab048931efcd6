"""What is on a desk: the open tasks as people see them, by when they want to be done."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from shared.events.base import NO_ENGAGEMENT
from shared.obligations.heap import Heap
from shared.obligations.reconcile import Row
from shared.playbooks.calendar import add_working_days, works
from shared.playbooks.history import History
from shared.playbooks.obligation import Obligation
from shared.playbooks.scopes import SCOPES

When = Literal["overdue", "today", "week", "later"]
GROUPS: Mapping[When, str] = {"overdue": "Overdue", "today": "Due now", "week": "This week", "later": "Later"}
"""What each heap is called: what is due today, or was on a day that is not over its grace yet, is due now."""
A_WEEK = timedelta(days=7)


class Waiting(BaseModel):
    """One open task, as it lies on a desk."""

    task_id: str
    when: When
    title: str
    engagement: str
    engagement_title: str
    to: str
    """The role that owes it."""
    person_id: str | None
    team_id: str | None
    due_at: datetime
    zone: str
    """The zone of the place that the task is about."""
    why: str
    """From what its day is counted."""
    counted_from: date
    rule: str
    escalated_to: str | None
    told: tuple[str, ...] = ()
    """Who holds the role that it was escalated to; nobody where that is vacant, and outside of engagements."""
    jurisdiction: str | None = None
    """Outside of engagements: who asked, and so whose staff it is for; nothing where several did."""
    put_off: bool
    """Whether somebody chose its day by hand."""

    @property
    def is_of_engagement(self) -> bool:
        """Whether it belongs to an engagement, and not to a request or a topic."""
        return self.engagement != NO_ENGAGEMENT

    @classmethod
    def of(cls, row: Row, title: str, now: datetime, reader: ZoneInfo, history: History | None) -> "Waiting":
        """A task, for whoever reads in this zone; its history is wanted if it was escalated, or has no engagement."""
        return cls(
            task_id=row.key,
            when=when(row, now, reader),
            title=row.title,
            engagement=row.engagement,
            engagement_title=title,
            to=row.to,
            person_id=row.person_id,
            team_id=row.team_id,
            due_at=row.due_at,
            zone=row.zone,
            why=why(row),
            counted_from=row.moment_on,
            rule=row.rule,
            escalated_to=row.escalated_to,
            told=told(row, history) if history else (),
            jurisdiction=asked_by(history) if history else None,
            put_off=row.due_at != row.planned_at,
        )


def when(row: Row, now: datetime, reader: ZoneInfo) -> When:
    """Which heap it lies on: past its grace, for today, for the seven days from tomorrow on, or for later."""
    if row.is_overdue(now):
        return "overdue"
    today, due = now.astimezone(reader).date(), row.due_at.astimezone(reader).date()
    if due <= today:
        return "today"
    return "week" if due <= today + A_WEEK else "later"


def told(row: Row, history: History) -> tuple[str, ...]:
    """Who is told that nobody did it, as roles are held now: nobody where there is none to tell."""
    return history.holders.reach(row.escalated_to, row.team_id) if row.escalated_to else ()


def asked_by(history: History) -> str | None:
    """The jurisdiction whose request this is the history of."""
    return next((one.logged.event.jurisdiction for one in history.requests.values()), None)


def in_a_week(today: date, holidays: str) -> date:
    """The day to which a task is put off by a week: the next working day, where these holidays are kept."""
    day = today + A_WEEK
    return day if works(holidays, day) else add_working_days(holidays, day, 1)


def next_working_day(today: date, holidays: str) -> date:
    """The next working day, where these holidays are kept."""
    return add_working_days(holidays, today, 1)


def why(row: Row | Obligation) -> str:
    """From what its day is counted, as people say it: "2 weeks after the team is formed"."""
    wait, _, rest = row.wait.partition(f" {row.moment}")
    clauses = [scope.moments[row.moment].clause for scope in SCOPES.values() if row.moment in scope.moments]
    if not clauses:
        return row.wait
    # Two moments share their name with one of another scope: a step's item has its plan before it.
    clause = clauses[-1] if "/" in row.item or row.engagement == NO_ENGAGEMENT else clauses[0]
    clause = clause.removesuffix(", for each team").replace("each ", "the ", 1)
    return f"on the day on which {clause}{rest}" if wait.startswith("0 ") else f"{wait} {clause}{rest}"


def heaps(now: datetime, reader: ZoneInfo) -> dict[When, Heap]:
    """The heaps, in the order in which they want to be done, as they lie for whoever reads in this zone."""
    today = now.astimezone(reader).date()
    morning, next_week = (datetime.combine(today + timedelta(days=days), time.min, reader) for days in (1, 8))
    return {
        "overdue": Heap(is_late=True),
        "today": Heap(until=morning),
        "week": Heap(since=morning, until=next_week),
        "later": Heap(since=next_week),
    }
