"""Notices: events of evaluation as subscribers get them, and the cursor that tells how far somebody has read."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.errors import Malformed
from shared.events.base import Event
from shared.events.evaluation import EvaluationFactRetracted, GoalAssessed, OutcomeRecorded
from shared.events.fields import Instant

TOLD: tuple[type[Event], ...] = (OutcomeRecorded, GoalAssessed, EvaluationFactRetracted)
"""What subscribers are told, on the bus too: none of it names a person, or tells what anybody answered in a round."""
TYPES = frozenset(kind.type for kind in TOLD)
WRITTEN = re.compile(r"(0|[1-9][0-9]{0,17})(?:\.([0-9a-f]{8}))?")
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


@dataclass(frozen=True, slots=True)
class Notice:
    """An event as it is told, byte for byte."""

    n: int
    """Its number: whoever has seen it has seen, or may not see, all of lower numbers."""
    id: str
    type: str
    line: str
    body: str

    @property
    def cursor(self) -> "Cursor":
        """How far somebody has read who has read this."""
        return Cursor(self.n, mark_of(self.id))


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has read."""

    n: int = 0
    mark: str = ""
    """Of the notice with this number: by it a database is known that was restored from an older backup, and has given
    the number to another one.
    """

    def __str__(self) -> str:
        return f"{self.n}.{self.mark}" if self.mark else str(self.n)


class Told(BaseModel):
    """Some of what was told, and how to go on."""

    items: list[dict[str, Any]]
    """CloudEvents, oldest first."""
    cursor: str
    """Give this as `since` next time: at once where there is more, else when you like."""
    more: bool


def mark_of(id: str) -> str:
    """A few letters that tell notices apart."""
    return sha256(id.encode()).hexdigest()[:8]


def since(told: str) -> Cursor | datetime:
    """From where on somebody wants to read: after a cursor, or from a time on."""
    if found := WRITTEN.fullmatch(told):
        return Cursor(int(found[1]), found[2] or "")
    try:
        return INSTANT.validate_python(told)
    except ValidationError:
        reason = "is neither a cursor that was given here nor a time like 2027-01-04T15:00:00Z; leave it out to begin"
        raise Malformed(f"{reason} with the first", "since") from None
