"""The one place that knows what time it is: the world's clock, and one moved by hand for replays and tests."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; always aware, always UTC."""

    def now(self) -> datetime: ...


class WorldClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class VirtualClock:
    """A clock that stands still until it is moved, and never goes back."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Let time pass until `moment`; an earlier moment leaves the clock where it is."""
        self._now = max(self._now, moment.astimezone(UTC))
