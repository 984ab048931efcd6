"""What a use case is given: how a service knows a line, decides on a command, and records what follows from it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from shared.commands import Command
from shared.events.base import Event, Fact
from shared.storage.facts import Turn
from shared.storage.work import Unit


class Known(Protocol):
    """What a service knows of a line; at least the zone in which its days begin."""

    @property
    def zone(self) -> ZoneInfo: ...


C = TypeVar("C", bound=Command)
K = TypeVar("K", bound=Known)
T = TypeVar("T")
A = TypeVar("A")
Decide = Callable[[C, K, datetime], Sequence[Event]]
Know = Callable[[Unit, str], Awaitable[K]]
Record = Callable[[Unit, Sequence[Fact], bool], Awaitable[Sequence[Turn]]]
