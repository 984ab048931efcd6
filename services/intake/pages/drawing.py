"""A schedule drawn: a line of months with a mark for each thing that is due, stacked where many fall into one week."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from services.intake.decisions.foreseeing import SESSION, Foreseen, by_condition

WIDTH = 860
"""As wide as a page is; a longer schedule is drawn wider, and can be moved sideways."""
NARROWEST, WIDEST = 9, 22
"""How much room a week has."""
STEP, ROOM = 13, 130
"""From one mark to the one above it, and the most that they take together."""
BELOW = 30
"""Room for the names of the months."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that is due, or a session, where it is drawn."""

    x: float
    y: float
    is_evaluation: bool
    waits: bool
    """Whether it needs an approval first."""
    is_session: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """A month with what is due in it."""

    name: str
    x: float
    rows: tuple[Foreseen, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """All of a schedule."""

    width: float
    height: float
    base: float
    """How far down the line is."""
    marks: tuple[Mark, ...]
    months: tuple[Month, ...]

    @property
    def sessions(self) -> int:
        """How many of the marks are sessions, which nobody owes."""
        return sum(mark.is_session for mark in self.marks)

    @property
    def busiest(self) -> Month:
        """The month in which most is due."""
        return max(self.months, key=lambda month: len(month.rows))


def drawn(schedule: Sequence[Foreseen]) -> Drawn | None:
    """The drawing of a schedule; none where nothing is due."""
    if not schedule:
        return None
    days = [day_of(one) for one in schedule]
    first = min(days).replace(day=1)
    weeks = (max(days) - first).days // 7 + 2
    week = min(max(WIDTH / weeks, NARROWEST), WIDEST)
    most = max(Counter((day - first).days // 7 for day in days).values())
    step = min(STEP, ROOM / most)
    base = most * step + STEP
    marks: list[Mark] = []
    stacked: Counter[int] = Counter()
    for one, day in sorted(zip(schedule, days, strict=True), key=lambda pair: pair[1]):
        n = (day - first).days // 7
        stacked[n] += 1
        at = round((n + 0.5) * week, 1), round(base - (stacked[n] - 0.5) * step - 4, 1)
        is_session = one.kind == SESSION
        is_evaluation = not is_session and one.kind != "task"
        marks.append(Mark(*at, is_evaluation, one.needs is not None, is_session))
    return Drawn(round(weeks * week), round(base + BELOW), base, tuple(marks), _months(schedule, first, week))


@dataclass(frozen=True, slots=True)
class Shown:
    """A schedule as a page shows it: what is due if all goes well, and apart from it what is due only if."""

    drawn: Drawn | None
    conditions: tuple[tuple[str, Sequence[Foreseen]], ...] = ()

    @property
    def only_if(self) -> int:
        """How many things are due only if something happens."""
        return sum(len(rows) for _, rows in self.conditions)


def foreseen(schedule: Sequence[Foreseen]) -> Shown:
    """The drawing of what is due in any case, and the rest by what has to happen first."""
    return Shown(drawn([one for one in schedule if one.only_if is None]), tuple(by_condition(schedule)))


def day_of(one: Foreseen) -> date:
    """The day on which it is due, where it is due."""
    return one.due_at.astimezone(ZoneInfo(one.zone)).date()


def _months(schedule: Sequence[Foreseen], first: date, week: float) -> tuple[Month, ...]:
    found: dict[date, list[Foreseen]] = {}
    for one in schedule:
        found.setdefault(day_of(one).replace(day=1), []).append(one)
    last, month = max(found), first
    told = []
    while month <= last:
        told.append(Month(f"{month:%B %Y}", round((month - first).days / 7 * week, 1), tuple(found.get(month, ()))))
        month = (month + timedelta(days=31)).replace(day=1)
    return tuple(told)
