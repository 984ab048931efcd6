"""What a report is made of: an engagement or a request as its facts stand, each thing with its days and its place.

Nothing here depends on the day on which somebody asks, so it is kept until something new is said.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from shared.playbooks.wait import Wait

TaskState = Literal["ahead", "open", "taken", "settled", "skipped", "lapsed", "withheld", "withdrawn"]


@dataclass(frozen=True, slots=True)
class About:
    """By what a report finds it."""

    id: str
    """Of the engagement, or of the request."""
    title: str = ""
    model: str = ""
    center: str = ""
    topic: str = ""
    """By its canonical word."""
    places: frozenset[str] = frozenset()
    """The jurisdictions of its teams, also of those that left; or of the request."""
    opened_on: date | None = None
    closed_on: date | None = None
    answers: frozenset[str] = frozenset()
    """The requests that an engagement answers."""
    follows: str | None = None
    """The engagement that a request follows."""
    answered_by: str | None = None
    """The engagement that answers a request, where whoever answered it told."""

    @property
    def is_request(self) -> bool:
        return self.opened_on is None


@dataclass(frozen=True, slots=True)
class Promise:
    """A goal, and where something was seen of it."""

    by: date | None
    seen_in: tuple[str | None, ...]
    """None for what was seen of the engagement as a whole."""
    is_judged: bool
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Invited:
    """What is known of who was invited to some rounds."""

    how_many: Mapping[str, int] = field(default_factory=dict)
    letters: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Of rounds that people answer by themselves, to how many of each team; none of those who run the engagement."""
    by_team: Collection[str] = ()
    """The rounds in which each team answers as one."""


@dataclass(frozen=True, slots=True)
class Held:
    """A round that has opened."""

    key: str
    kind: str
    place: str | None
    """Of the team that it is about, if it is about one."""
    is_open: bool
    by_team: bool
    asked: int | None
    """How many were invited, where anybody tells."""
    answered: int | None
    late: int
    title: str = ""
    opened_on: date | None = None
    until: date | None = None
    """Its last day, or on which it ended before."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task that reaches out to a team, and what became of it."""

    key: str
    contact: str | None
    """For what it reaches out; none where it does not."""
    team_id: str | None
    place: str | None
    state: TaskState
    offered_on: date | None
    done_on: date | None
    """When somebody did it."""
    rule: str | None = None
    """Of the policy that forbade it."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody reached out."""

    kind: str
    on: date
    team_id: str | None
    """None where it reached all."""
    about: str
    """The task or round that it was made for: on one day it is one contact with a team, however many got a letter."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one day to another; or to none yet, or ended without."""

    place: str | None
    since: date
    until: date | None = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class PlanOf:
    """An action plan: how it was judged, how its steps stand, and what stood in their way."""

    place: str | None
    answer: Literal["accepted", "rejected", "unanswered"]
    steps: tuple[str, ...]
    barriers: tuple[str, ...]
    """One for each step that was ever reported with it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A role that somebody gave up."""

    role: str
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class TeamOf:
    """A team that was formed."""

    id: str
    place: str
    has_left: bool


@dataclass(frozen=True, slots=True)
class Room:
    """How many contacts a team may get in a period."""

    most: int
    within: Wait


@dataclass(frozen=True, slots=True)
class Part:
    """One engagement, or one request that stands outside of them."""

    about: About
    teams: tuple[TeamOf, ...] = ()
    promises: tuple[Promise, ...] = ()
    never_promised: tuple[str | None, ...] = ()
    """Where it was seen."""
    rounds: tuple[Held, ...] = ()
    tasks: tuple[Task, ...] = ()
    contacts: tuple[Contact, ...] = ()
    caps: tuple[Room, ...] = ()
    plans: tuple[PlanOf, ...] = ()
    to_follow_up: tuple[Stretch, ...] = ()
    gaps: tuple[Gap, ...] = ()
    to_answer: Stretch | None = None
    how: str | None = None
    """How a request was answered."""
