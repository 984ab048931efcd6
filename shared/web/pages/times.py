"""Times as people read them: in the reader's zone, with the other place's beside it where the clocks differ."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Request

from shared.access.caller import Caller
from shared.people import Directory

COOKIE = "zone"
KNOWN = "throughline.zone"
"""Where a request keeps the reader's zone."""
TELLS_NOTHING = frozenset({"", "UTC", "Etc/UTC", "Etc/GMT", "GMT"})
"""What a browser says that hides where it is."""


async def zone_of(request: Request) -> ZoneInfo:
    """The reader's zone, or that of this Throughline where nobody knows theirs."""
    return await known_zone(request) or ZoneInfo(request.app.state.zone)


async def known_zone(request: Request) -> ZoneInfo | None:
    """The reader's zone: as their browser tells it, else as the directory does; none where neither does."""
    if KNOWN not in request.scope:
        request.scope[KNOWN] = _by_browser(request) or await _by_directory(request)
    found: ZoneInfo | None = request.scope[KNOWN]
    return found


def _by_browser(request: Request) -> ZoneInfo | None:
    told = request.cookies.get(COOKIE, "")
    try:
        return None if told in TELLS_NOTHING else ZoneInfo(told)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


async def _by_directory(request: Request) -> ZoneInfo | None:
    reader: Caller = request.state.caller
    if reader.person_id is None:
        return None
    directory: Directory = request.app.state.directory
    person = (await directory.named([reader.person_id])).get(reader.person_id)
    return ZoneInfo(person.zone) if person and person.zone else None


def shown_in(zone: ZoneInfo, is_known: bool, there: str | None) -> ZoneInfo:
    """In whose time a moment is shown: the reader's, but the other place's where nobody knows theirs."""
    return zone if is_known or not there else ZoneInfo(there)


def day(moment: date | datetime, zone: ZoneInfo, today: date) -> str:
    """A day: "today", "tomorrow", else "Tue, Jan 12", with its year where that is another one."""
    on = moment.astimezone(zone).date() if isinstance(moment, datetime) else moment
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((on - today).days)
    if near:
        return near
    told = f"{on:%a, %b} {on.day}"
    return told if on.year == today.year else f"{told}, {on.year}"


def there(moment: datetime, zone: str) -> date:
    """The day that it is then in another place."""
    return moment.astimezone(ZoneInfo(zone)).date()


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """The time of day, with the zone's short name: "9:00 a.m. EST"."""
    local = moment.astimezone(zone)
    half = "a.m." if local.hour < 12 else "p.m."
    return f"{local.hour % 12 or 12}:{local:%M} {half} {local:%Z}"


def differs(moment: datetime, zone: ZoneInfo, other: str | None) -> ZoneInfo | None:
    """The other place's zone, if its clock shows another time at this moment."""
    if not other:
        return None
    there = ZoneInfo(other)
    return there if moment.astimezone(there).utcoffset() != moment.astimezone(zone).utcoffset() else None


def in_words(length: timedelta) -> str:
    """A length of time in whole days, as people say it."""
    days = abs(length.days)
    return "1 day" if days == 1 else f"{days} days"
