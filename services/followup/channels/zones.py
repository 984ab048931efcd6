"""The rules of a time zone as calendars read them: each change of the clock by itself.

icalendar's own put a change an hour late, and many of them into one line of which ical.js reads the first alone.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@lru_cache(maxsize=64)
def rules(name: str, first: int, last: int) -> Timezone:
    """A zone from the beginning of one year to the end of another."""
    zone = ZoneInfo(name)
    begins = datetime(first, 1, 1, tzinfo=UTC)
    timezone = Timezone()
    timezone.add("tzid", name)
    timezone.add_component(_from(begins, begins.astimezone(zone).utcoffset() or timedelta(), zone))
    for moment in _changes(zone, begins, datetime(last + 1, 1, 2, tzinfo=UTC)):
        timezone.add_component(_from(moment, (moment - SECOND).astimezone(zone).utcoffset() or timedelta(), zone))
    return timezone


def _from(moment: datetime, before: timedelta, zone: ZoneInfo) -> TimezoneStandard | TimezoneDaylight:
    """How the clock goes from a moment on; the moment is told by the clock as it went before."""
    local = moment.astimezone(zone)
    part = TimezoneDaylight() if local.dst() else TimezoneStandard()
    part.add("dtstart", (moment + before).replace(tzinfo=None))
    part.add("tzname", local.tzname() or zone.key)
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", local.utcoffset())
    return part


def _changes(zone: ZoneInfo, begins: datetime, ends: datetime) -> Iterator[datetime]:
    """Each instant at which the clock changes, found day by day and then to the second."""
    day = begins
    while day < ends:
        if _offset(day, zone) != _offset(day + DAY, zone):
            early, late = day, day + DAY
            while late - early > SECOND:
                middle = early + timedelta(seconds=(late - early) // SECOND // 2)
                early, late = (middle, late) if _offset(middle, zone) == _offset(day, zone) else (early, middle)
            yield late
        day += DAY


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
