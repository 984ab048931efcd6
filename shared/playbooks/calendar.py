"""Working days and working hours: from a day and a wait to a day, and from a day in a zone to an instant."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays as holiday_library

from shared.playbooks.places import Places, zone_named
from shared.playbooks.wait import Wait

Roll = Literal["next", "previous", "none"]
NO_HOLIDAYS = "none"


@lru_cache(maxsize=1024)
def holidays_in(country: str, year: int) -> frozenset[date]:
    """The public holidays of a year, with the days on which they are observed; of the US, the federal ones.

    Tested against OPM's rule: a holiday on a Saturday is observed the Friday before, on a Sunday the Monday after.
    """
    if country == NO_HOLIDAYS:
        return frozenset()
    return frozenset(holiday_library.country_holidays(country, years=year, observed=True, expand=False))


def countries() -> frozenset[str]:
    """The countries whose holidays are known, as ISO 3166 codes of two letters."""
    return frozenset(code for code in holiday_library.list_supported_countries() if len(code) == 2)


@dataclass(frozen=True)
class Calendar:
    """When people work: which days, from what hour, and where each jurisdiction's clocks stand."""

    holidays: str = "US"
    at: time = time(9)
    roll: Roll = "next"
    """What becomes of a day off: `next` goes on in the direction of the wait, `none` leaves it."""
    places: Places = field(default_factory=Places, compare=False)
    zone: str = "UTC"
    """The zone of what has neither a jurisdiction nor an engagement."""

    @property
    def default_zone(self) -> ZoneInfo:
        """The zone of what has neither a jurisdiction nor an engagement, as a zone."""
        return zone_named(self.zone) or ZoneInfo("UTC")

    def add(self, day: date, wait: Wait, sign: int = 1) -> date:
        """The day that lies `wait` after this one (before it, with sign -1); OverflowError beyond the year 9999."""
        n = wait.n * sign
        match wait.unit:
            case "days":
                return day + timedelta(days=n)
            case "weeks":
                return day + timedelta(weeks=n)
            case "months":
                return add_months(day, n)
            case "business days":
                return add_working_days(self.holidays, day, n)

    def add_all(self, day: date, lengths: Sequence[tuple[Wait, int]]) -> date:
        """Add several waits: neighbours of one unit as one sum, so that Jan 31 + 1 month + 1 month is Mar 31."""
        sums: list[tuple[int, Wait]] = []
        for wait, times in lengths:
            if sums and sums[-1][1].unit == wait.unit:
                sums[-1] = (sums[-1][0] + wait.n * times, wait)
            elif wait.n * times:
                sums.append((wait.n * times, wait))
        for n, wait in sums:
            day = self.add(day, Wait(abs(n), wait.unit), 1 if n >= 0 else -1)
        return day

    def rolled(self, day: date, roll: Roll) -> date:
        """This day if people work on it, else the next or previous one on which they do; `none` leaves it."""
        if roll == "none" or works(self.holidays, day):
            return day
        return add_working_days(self.holidays, day, 1 if roll == "next" else -1)

    def instant(self, day: date, zone: ZoneInfo) -> datetime:
        """The moment of this day at which things fall due there, in UTC."""
        return instant(day, self.at, zone)


def works(holidays: str, day: date) -> bool:
    """Whether people work on this day where these holidays are kept: Monday to Friday, and no holiday."""
    return day.weekday() < 5 and day not in holidays_in(holidays, day.year)


@lru_cache(maxsize=65536)
def add_working_days(holidays: str, day: date, n: int) -> date:
    """The n-th working day after this one (before it, if negative); the day itself, working or not, if n is 0."""
    step = timedelta(days=1 if n > 0 else -1)
    left = abs(n)
    while left:
        day += step
        left -= works(holidays, day)
    return day


def add_months(day: date, n: int) -> date:
    """The same day n months later (earlier, if negative), or that month's last day where it has no such day."""
    months = day.year * 12 + day.month - 1 + n
    year, month = months // 12, months % 12 + 1
    if not 1 <= year <= 9999:
        raise OverflowError("date value out of range")
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@lru_cache(maxsize=65536)
def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """This wall time in UTC: of a time that comes twice the first, of a skipped one the first instant after it."""
    wall = datetime.combine(day, at)
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    return _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks of `zone` jumped over `wall`."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0) if middle.replace(microsecond=0) > before else middle
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
