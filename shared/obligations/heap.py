"""Heaps of open obligations: those that are late, and those of some days that are not; pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Heap:
    """Open obligations that want to be done at about the same time."""

    is_late: bool = False
    """Past their grace; all others are not, whenever they were due."""
    since: datetime | None = None
    until: datetime | None = None
    """Before this instant."""
