"""A line drawn on one time axis: what happened and what is to come, in lanes. Pure: marks and now in, shapes out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

State = Literal["done", "skipped", "overdue", "waiting", "expected", "lapsed"]
STATES: Mapping[State, str] = {
    "done": "Done",
    "overdue": "Overdue",
    "waiting": "Waiting",
    "expected": "Expected",
    "lapsed": "Lapsed",
    "skipped": "Skipped",
}
"""What a mark can stand for; each has a shape of its own, so that no colour has to be seen."""

MONTH, NARROWEST, WIDEST = 42, 812, 2400
"""How wide a month is where there is room, and how wide the picture is at least and at most."""
EDGE = 18
"""Room at both ends: a mark on the first or the last day lies inside, and so does the word under today."""
AXIS = 38
"""How far down the axis lies, under its months."""
TRACK, INSET, RADIUS, GAP = 20, 8, 8, 2
"""Marks that would lie on one another go on tracks below one another."""
FOOT = 26
LABEL = 40
"""Half the room that the word under today takes."""
MOST_TICKS = 26
STEPS = (1, 3, 6, 12, 24, 60, 120, 300, 600, 1200, 2400)
"""Every how many months the axis has a tick."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that is to be drawn, and when it is."""

    key: str
    lane: str
    state: State
    at: datetime
    title: str
    """What is told of it to whoever points at it."""
    href: str
    other_end: datetime | None = None
    """Where the time ends, or began, that it takes."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A mark in its place, with the bar of the time that it takes, if it takes any."""

    mark: Mark
    x: float
    y: float
    bar: tuple[float, float] | None = None
    """Where it begins, and how long it is."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of thing, from left to right."""

    label: str
    top: float
    height: float
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """Where a month begins."""

    x: float
    month: str
    year: str
    """Empty where it is the one of the tick before."""


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn, in pixels from the upper left corner."""

    width: float
    height: float
    axis: float
    today: float
    """Where today is."""
    label: float
    """Where the word under it is."""
    ticks: tuple[Tick, ...]
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """Whole months from left to right."""

    first: int
    """The first month, counted from the year 0."""
    end: int
    """The month after the last."""
    zone: ZoneInfo

    @property
    def width(self) -> float:
        """Its length, without the room at its ends."""
        return min(max(MONTH * (self.end - self.first), NARROWEST), WIDEST)

    def x(self, at: float) -> float:
        """Where an instant lies."""
        begins, ends = _begins(self.first, self.zone), _begins(self.end, self.zone)
        return round(EDGE + (at - begins) / (ends - begins) * self.width, 1)


def draw(marks: Sequence[Mark], now: datetime, zone: ZoneInfo, lanes: Mapping[str, str]) -> Picture:
    """The picture of these marks in this order of lanes (name -> label), those without a mark left out."""
    axis = _axis([now, *_instants(marks)], zone)
    drawn: list[Lane] = []
    top = float(AXIS + INSET)
    for name, label in lanes.items():
        shapes = tuple(_shapes([mark for mark in marks if mark.lane == name], axis, top))
        if shapes:
            height = max(shape.y for shape in shapes) - top + TRACK / 2 + INSET
            drawn.append(Lane(label, top, height, shapes))
            top += height
    today, width = axis.x(now.timestamp()), axis.width + 2 * EDGE
    label_at = min(max(today, LABEL), width - LABEL)
    return Picture(width, top + FOOT, AXIS, today, label_at, tuple(_ticks(axis)), tuple(drawn))


def _instants(marks: Sequence[Mark]) -> Iterator[datetime]:
    for mark in marks:
        yield mark.at
        if mark.other_end is not None:
            yield mark.other_end


def _axis(instants: Sequence[datetime], zone: ZoneInfo) -> Axis:
    return Axis(_month(min(instants), zone), _month(max(instants), zone) + 1, zone)


def _month(at: datetime, zone: ZoneInfo) -> int:
    """The month in which an instant lies there."""
    local = at.astimezone(zone)
    return local.year * 12 + local.month - 1


def _begins(month: int, zone: ZoneInfo) -> float:
    year, of_year = divmod(month, 12)
    return datetime(year, of_year + 1, 1, tzinfo=zone).timestamp()


def _ticks(axis: Axis) -> Iterator[Tick]:
    """The months that are named: all of them, or as many as there is room for."""
    months = axis.end - axis.first
    step = next((one for one in STEPS if months / one <= MOST_TICKS), STEPS[-1])
    named = [month for month in range(axis.first, axis.end) if month % step == 0]
    for place, month in enumerate(named):
        begins = date(month // 12, month % 12 + 1, 1)
        is_new_year = place == 0 or named[place - 1] // 12 != month // 12
        yield Tick(axis.x(_begins(month, axis.zone)), f"{begins:%b}", str(begins.year) if is_new_year else "")


def _shapes(marks: Sequence[Mark], axis: Axis, top: float) -> Iterator[Shape]:
    """The marks of one lane, each on the first track where it lies on no other."""
    ends: list[float] = []
    for mark in sorted(marks, key=lambda one: (_left(one), one.key)):
        x = axis.x(mark.at.timestamp())
        other = x if mark.other_end is None else axis.x(mark.other_end.timestamp())
        left, right = min(x, other), max(x, other)
        track = next((n for n, end in enumerate(ends) if end + GAP <= left - RADIUS), len(ends))
        ends[track : track + 1] = [right + RADIUS]
        bar = (left, round(right - left, 1)) if mark.other_end is not None else None
        yield Shape(mark, x, top + INSET + TRACK / 2 + track * TRACK, bar)


def _left(mark: Mark) -> datetime:
    return min(mark.at, mark.other_end or mark.at)
