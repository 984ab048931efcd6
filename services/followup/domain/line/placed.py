"""One thing on the line of an engagement: when it is, how it stands, who has to do with it, and why it is there."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from shared.drawing import Mark, State
from shared.entities import Entity

Lane = Literal["engagement", "sessions", "plans", "tasks", "evaluation", "approvals"]
LANES: Mapping[str, str] = {
    "engagement": "Teams",
    "sessions": "Sessions",
    "plans": "Plans",
    "tasks": "Tasks",
    "evaluation": "Evaluation",
    "approvals": "Approvals",
}
"""What is kept apart on the line, from top to bottom."""
OPEN: tuple[State, ...] = ("overdue", "waiting", "expected")
NOON = time(12)
WAS_EXPECTED = "was expected"


class Placed(Entity):
    """One thing on the line."""

    key: str
    """The key of the obligation, or the id of the fact."""
    lane: Lane
    state: State
    told: str
    """How it stands, in the words of the field: "granted", "not recorded yet"."""
    on: date
    at: datetime | None = None
    """The instant, where the hour is known."""
    until: date | None = None
    """The other end of the time that it takes or took."""
    title: str
    to: str | None = None
    """The role that has to do with it."""
    person_id: str | None = None
    why: str | None = None
    """From what its day is counted."""
    counted_from: date | None = None
    waits_for: str | None = None
    """What holds it back, where its day alone does not bring it."""
    note: str | None = None
    """What somebody wrote beside it, or why it may not be done."""

    @property
    def is_ahead(self) -> bool:
        """Whether it is still to come, or still to be done."""
        return self.state in OPEN

    @property
    def is_late_to_come(self) -> bool:
        """Whether the day on which it was expected is over, and something still holds it back."""
        return self.told == WAS_EXPECTED

    @property
    def is_task(self) -> bool:
        """Whether it is an obligation of a person, so that its reasons can be looked up."""
        return self.lane == "tasks"

    def mark(self, zone: ZoneInfo, href: str) -> Mark:
        """How it is drawn: what is known by its day alone lies at noon."""
        at = self.at or datetime.combine(self.on, NOON, zone)
        other_end = datetime.combine(self.until, NOON, zone) if self.until else None
        title = f"{self.title}: {self.told}, {self.on:%B} {self.on.day}, {self.on.year}"
        return Mark(self.key, self.lane, self.state, at, title, href, other_end)
