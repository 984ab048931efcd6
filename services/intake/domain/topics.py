"""Topics: what agencies ask about, who asks about each now, and whether that was said."""

from datetime import date
from typing import Literal

from services.intake.domain.requests import Request
from shared.entities import Entity


class AskedBy(Entity):
    """One jurisdiction to invite, and what it asked for."""

    jurisdiction: str
    requests: tuple[Request, ...]


class Topic(Entity):
    """One topic, and the requests on it that wait for an answer and were logged within the period."""

    topic: str
    """Its slug."""
    called: tuple[str, ...]
    """What trackers call it."""
    state: Literal["in_demand", "growing"]
    """In demand: enough jurisdictions ask for an engagement of their own."""
    said: bool
    """Whether it was said that it is in demand, of somebody who still waits."""
    to_go: int
    """How many more jurisdictions it takes until it is said, or said again."""
    since: date | None
    """When the earliest of these requests was logged."""
    invite: tuple[AskedBy, ...]
    new: tuple[str, ...]
    """The jurisdictions that came after it was said."""
