"""What a report counts: numbers that add up, so that those of many engagements are the sum of those of each."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import computed_field

from shared.entities import Entity


class Figure(Entity):
    """Numbers of one kind; each field is a number, numbers by name, or figures."""

    @classmethod
    def together(cls, many: Sequence[Any]) -> Self:
        """The sum of these, whatever their order; of none, nothing."""
        if not many:
            return cls()
        # Each was judged when it was made: only the sums of many are many, and fast.
        sums: dict[str, Any] = {name: _sum([getattr(one, name) for one in many]) for name in cls.model_fields}
        made: Self = cls.model_construct(None, **sums)  # type: ignore[assignment]
        return made


def _sum(values: Sequence[Any]) -> Any:
    first = values[0]
    if isinstance(first, Figure):
        return type(first).together(values)
    if isinstance(first, int):
        return sum(values)
    names = {name: None for value in values for name in value}
    return {name: _sum([value[name] for value in values if name in value]) for name in sorted(names)}


class Days(Figure):
    """How many days something took, each time; what is not over yet still waits, and is not left out."""

    took: Mapping[int, int] = {}
    """How often it took so many days."""
    waiting: Mapping[int, int] = {}
    """How many have waited for so many days."""
    gone: int = 0
    """How many ended without it: nobody waits for them any more."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def n(self) -> int:
        """How many are over."""
        return sum(self.took.values())

    @computed_field  # type: ignore[prop-decorator]
    @property
    def still(self) -> int:
        """How many still wait."""
        return sum(self.waiting.values())

    @computed_field  # type: ignore[prop-decorator]
    @property
    def median(self) -> int | None:
        """Half had come within so many days; of an even number, the later of the two in the middle."""
        return self._at(self.n // 2)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def lower_quartile(self) -> int | None:
        """The fewest days within which a quarter had come."""
        return self._at(-(-self.n // 4) - 1)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def upper_quartile(self) -> int | None:
        """The fewest days within which three quarters had come."""
        return self._at(-(-3 * self.n // 4) - 1)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def longest_wait(self) -> int | None:
        """For how many days the one waits that waits the longest."""
        return max(self.waiting, default=None)

    def _at(self, place: int) -> int | None:
        for days, times in sorted(self.took.items()):
            if place < times:
                return days
            place -= times
        return None


class Promises(Figure):
    """Goals as they stand, and what was seen that nobody had promised."""

    made: int = 0
    seen: int = 0
    judged: int = 0
    """Somebody judged them, though nothing was recorded of them."""
    not_yet_due: int = 0
    overdue: int = 0
    never_promised: int = 0
    """Changes that were seen, and that stand under no goal."""
    verdicts: Mapping[str, int] = {}


class Response(Figure):
    """Rounds of one kind, and who answered. Numbers under five are nowhere in it: see docs/reports.md."""

    rounds: int = 0
    """All that have opened."""
    open: int = 0
    """Those that are open still."""
    counted: int = 0
    """Those of which it is known how many were asked and how many answered: the next three are of these."""
    asked: int = 0
    answered: int = 0
    late: int = 0
    few: int = 0
    """Those that somebody answered, and fewer than five: they are in no sum."""
    unknown: int = 0
    """Those of which nobody told how many were asked, or answered."""
    late_kept_back: int = 0
    """Those counted of whose answers so few were late, or in time, that it is not told."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def rate(self) -> int | None:
        """The share that answered, in percent."""
        return round(100 * self.answered / self.asked) if self.asked else None


class FollowUps(Figure):
    """Offers of follow-up, and what became of them."""

    offered: int = 0
    taken: int = 0
    settled: int = 0
    """What happened made them needless."""
    skipped: int = 0
    lapsed: int = 0
    open: int = 0
    too_late: int = 0
    """Never offered, because it was too late by then."""
    withheld: Mapping[str, int] = {}
    """Never offered, because policy forbade it: by the rule that did."""


class Plans(Figure):
    """Action plans and their steps."""

    submitted: int = 0
    accepted: int = 0
    rejected: int = 0
    unanswered: int = 0
    steps: Mapping[str, int] = {}
    """By how each was reported last."""
    barriers: Mapping[str, int] = {}
    """How many steps were ever reported with each: what stood in the way stays told when the step is done."""


class Turnover(Figure):
    """Roles that were given up."""

    vacated: Mapping[str, int] = {}
    filled: Mapping[str, int] = {}
    vacant: Days = Days()
    """How long each stood empty."""


class Contacts(Figure):
    """Contacts that were made, and how much of what caps allow is used up."""

    made: Mapping[str, int] = {}
    caps: int = 0
    """Teams that take part, each as often as there are caps on what it may get."""
    used: int = 0
    """Contacts in the periods that run today."""
    allowed: int = 0
    used_up: int = 0
    """Caps that these engagements alone used up."""


class Figures(Figure):
    """All that a report counts."""

    engagements: int = 0
    closed: int = 0
    teams: int = 0
    teams_left: int = 0
    promises: Promises = Promises()
    of_people: Mapping[str, Response] = {}
    """By the kind of the round."""
    of_teams: Mapping[str, Response] = {}
    """The same of rounds that a team answers as one."""
    follow_ups: FollowUps = FollowUps()
    requests: int = 0
    answered_how: Mapping[str, int] = {}
    request_to_answer: Days = Days()
    plan_to_follow_up: Days = Days()
    plans: Plans = Plans()
    turnover: Turnover = Turnover()
    contacts: Contacts = Contacts()


def together(*figures: Figures) -> Figures:
    """The figures of several engagements as one."""
    return Figures.together(figures)
