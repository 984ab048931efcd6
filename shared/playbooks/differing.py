"""What another policy would make of what is owed, in the words that pages show and services tell each other."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from shared.entities import Entity
from shared.playbooks.comparing import Difference, Kind

MOST = 300
"""As many differences are told; who reads more of them reads none."""
NAMES = {
    "owed_by": "whose it is",
    "contact": "whether it is a contact",
    "overdue_at": "when it is overdue",
    "escalate_at": "when somebody else is told",
    "escalate_to": "who else is told",
    "lapse_at": "when it is too late",
    "closes_at": "when it closes",
    "remind_at": "when people are reminded",
}
CHANGED: tuple[Kind, ...] = ("added", "dropped", "moved", "reworded")


class Differs(Entity):
    """One obligation that would be otherwise."""

    kind: Kind
    title: str
    to: str
    rule: str
    key: str
    zone: str
    was_due_at: datetime | None = None
    due_at: datetime | None = None
    also: tuple[str, ...] = ()
    """What else would be told otherwise of it, by name."""

    @classmethod
    def of(cls, one: Difference) -> Self:
        """The difference in a few words."""
        owed = one.owed
        return cls(
            kind=one.kind,
            title=owed.title,
            to=owed.owed_by,
            rule=owed.rule,
            key=one.key,
            zone=owed.zone,
            was_due_at=one.before.falls_due_at if one.before else None,
            due_at=one.after.falls_due_at if one.after else None,
            also=tuple(NAMES.get(name, name) for name in one.words),
        )


class Compared(Entity):
    """All that would be otherwise, by date, and how much would stay the same."""

    differs: tuple[Differs, ...] = ()
    same: int = 0
    more: int = 0
    """How many differences are not told."""

    @classmethod
    def of(cls, found: Sequence[Difference]) -> Self:
        """What came of a comparison."""
        told = sorted((one for one in found if one.kind != "same"), key=lambda one: (one.owed.falls_due_at, one.key))
        same = len(found) - len(told)
        return cls(differs=tuple(map(Differs.of, told[:MOST])), same=same, more=max(len(told) - MOST, 0))
