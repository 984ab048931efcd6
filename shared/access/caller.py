"""Who asks: a person who signed in, or a program with a token; what they are called, and what is theirs to see."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is here to do."""

    TRACKER = "tracker"
    """Logs the requests of its own source, and reads what became of them."""
    FACILITATOR = "facilitator"
    """Runs the engagements in which it holds a seat, and reads the requests of its jurisdictions."""
    EVALUATOR = "evaluator"
    """Evaluates the engagements in which it holds a seat."""
    SUPERVISOR = "supervisor"
    """Sees and does everything of all engagements; administers nothing."""
    ADMINISTRATOR = "administrator"
    """Sees and does everything."""


EVERYWHERE = "*"
"""Named among the jurisdictions of whoever looks after all of them."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who asks for something."""

    label: str
    """What they are called in the log: never a name of a person."""
    roles: frozenset[Role] = frozenset()
    person_id: str | None = None
    jurisdictions: frozenset[str] = frozenset()
    """Whose requests and topics they look after, beside their engagements."""
    source: str | None = None
    """The tracker whose requests they log."""
    reads_only: bool = False

    @property
    def sees_all(self) -> bool:
        """Whether nothing of any engagement is foreign to them."""
        return not self.roles.isdisjoint({Role.SUPERVISOR, Role.ADMINISTRATOR})

    @property
    def is_tracker(self) -> bool:
        """Whether they come for one tracker, and for nothing else."""
        return self.source is not None and self.roles == {Role.TRACKER}

    @property
    def is_administrator(self) -> bool:
        """Whether they may administer this Throughline."""
        return Role.ADMINISTRATOR in self.roles

    @property
    def sees_everywhere(self) -> bool:
        """Whether they look after the requests of all jurisdictions."""
        return self.sees_all or EVERYWHERE in self.jurisdictions


ALL_RIGHTS = Caller("throughline", frozenset(Role))
"""The house itself: what it hears on the bus, replays, or does because time has passed."""
NOBODY = Caller("nobody")
"""Somebody who has neither signed in nor shown a token."""
