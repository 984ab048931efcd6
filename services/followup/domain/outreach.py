"""Reaching out: each contact that was made or withheld, and how many more a policy allows."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from services.followup.domain.mail import Letter
from shared.entities import Entity
from shared.invited import Reach
from shared.obligations.reconcile import Row

Outcome = Literal["made", "due", "unsure", "unreached", "withheld"]
OUTCOMES: Mapping[Outcome, str] = {
    "made": "Made",
    "due": "To be made",
    "unsure": "Perhaps made",
    "unreached": "Not reached",
    "withheld": "Withheld",
}
"""What became of a contact, as people say it."""


class Outreach(Entity):
    """Somebody reached out to a team or a person, or was asked to; or did not, because the policy forbids it."""

    at: datetime
    outcome: Outcome
    """`made` only where somebody or something made it: `due` waits to be made, of `unsure` nobody has said so, and of
    `unreached` the letter did not get to whom it was meant for.
    """
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
    """What it was forbidden for; or how it ended without having been made, as far as that is known."""
    task_id: str


def outcome(task: Row | None, is_reminder: bool) -> Outcome:
    """What became of a contact that is counted: a reminder was sent, a round asks by itself, a task is for people."""
    if task is None or is_reminder or (task.state == "done" and task.by_hand):
        return "made"
    return "due" if task.is_open else "unsure"


REACHES: Mapping[Outcome, Reach] = {
    "made": "reached", "due": "on_its_way", "unreached": "not_reached", "withheld": "withheld",
}  # fmt: skip
"""The same of a letter, as other services are told."""


def of_letter(letter: Letter) -> tuple[Outcome, str]:
    """What became of an invitation, and why, if it did not reach them."""
    if letter.state == "sent":
        return "made", ""
    if letter.state == "withheld":
        return "withheld", letter.why
    return ("unreached" if letter.why else "due"), letter.why


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
