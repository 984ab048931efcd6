"""Reaching out: each contact that was made or withheld, and how many more a policy allows."""

from datetime import date, datetime
from typing import Literal

from shared.entities import Entity


class Outreach(Entity):
    """Somebody reached out to a team or a person; or did not, because the policy forbids it."""

    at: datetime
    outcome: Literal["made", "withheld"]
    kind: str | None
    """For what: an offer, a reminder, an interview."""
    title: str
    engagement_id: str
    engagement_title: str
    jurisdiction: str | None
    """Nothing where it was meant for all teams of the engagement."""
    team_id: str | None
    person_id: str | None
    rule: str | None = None
    """What forbids it: the window, a cap, the quota of interviews, or that somebody asked not to be contacted."""
    reason: str | None = None
    task_id: str


class Allowance(Entity):
    """How often a team or its lead may be contacted, and how often they were."""

    engagement_id: str
    engagement_title: str
    jurisdiction: str | None
    team_id: str | None
    person_id: str | None
    """The lead, where the cap is one on people."""
    used: int
    most: int
    within: str
    """In how long a time, like "1 month"."""
    free_on: date | None
    """Where it is used up: the first day on which it is not any more."""

    @property
    def is_used_up(self) -> bool:
        """Whether one more contact today would be one too many."""
        return self.used >= self.most
