"""One thing that a rule stands on, with its zone, its moments and its attributes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.playbooks.moments import Moment
from shared.playbooks.words import Value

Values = Mapping[str, Value]
"""Attributes by their full name, like team.size."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a rule stands on."""

    id: str
    zone: ZoneInfo
    moments: Mapping[str, Moment]
    values: tuple[Values, ...]
    """Its own, and those of what is around it."""
    team_id: str | None = None
    past_until: datetime | None = None
    """Until when all that was due is past, if it was told as part of the past."""

    def value(self, name: str) -> Value:
        """An attribute by its full name; None where the item has none."""
        for values in self.values:
            if name in values:
                return values[name]
        return None


def local(instant: datetime, zone: ZoneInfo) -> date:
    """The date that it is then in this zone."""
    return instant.astimezone(zone).date()
