"""Times as people read them: in the reader's zone, with the other place's beside it where the clocks differ."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Request

COOKIE = "zone"


def zone_of(request: Request) -> ZoneInfo:
    """The reader's zone: as their browser told it, else that of this Throughline."""
    try:
        return ZoneInfo(request.cookies.get(COOKIE) or request.app.state.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(request.app.state.zone)


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
