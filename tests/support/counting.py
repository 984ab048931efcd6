"""Other ways to count days and hours, slow and plain, to hold the calendar against."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6


def nth(year: int, month: int, weekday: int, n: int) -> date:
    days = [date(year, month, day) for day in range(1, 29 if month == 2 else 31)]
    return [day for day in days if day.weekday() == weekday][n - 1]


def last_monday_of_may(year: int) -> date:
    return max(date(year, 5, day) for day in range(25, 32) if date(year, 5, day).weekday() == MONDAY)


def federal(year: int) -> set[date]:
    """The days off of federal offices, by 5 U.S.C. 6103 and Executive Order 11582."""
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25), date(year + 1, 1, 1)]
    fixed += [date(year, 6, 19)] if year >= 2021 else []
    moved = {SATURDAY: -1, SUNDAY: 1}
    observed = {day + timedelta(days=moved.get(day.weekday(), 0)) for day in fixed}
    floating = {
        nth(year, 1, MONDAY, 3), nth(year, 2, MONDAY, 3), last_monday_of_may(year), nth(year, 9, MONDAY, 1),
        nth(year, 10, MONDAY, 2), nth(year, 11, THURSDAY, 4),
    }  # fmt: skip
    return {day for day in observed | floating if day.year == year}


def plus_business_days(day: date, n: int) -> date:
    """By listing working days and picking the n-th."""
    step = 1 if n > 0 else -1
    candidates = (day + timedelta(days=step * away) for away in range(1, abs(n) * 2 + 30))
    working = [it for it in candidates if it.weekday() < SATURDAY and it not in federal(it.year)]
    return working[abs(n) - 1] if n else day


def month_after(first: date, n: int) -> date:
    """The first of the month n months on, by leaving one month after the other."""
    for _ in range(abs(n)):
        first = (first + timedelta(days=32 if n > 0 else -1)).replace(day=1)
    return first


def in_month(first: date, day: int) -> date:
    """The day of this month, or its last, by trying."""
    days = [first + timedelta(days=away) for away in range(31)]
    return [it for it in days if it.month == first.month and it.day <= day][-1]


def first_shown(day: date, at: time, zone: ZoneInfo) -> datetime:
    """By looking at the clocks of that place, minute by minute, until they show this wall time or a later one."""
    wall = datetime.combine(day, at)
    minutes = (wall.replace(tzinfo=UTC) + timedelta(minutes=minute) for minute in range(-15 * 60, 15 * 60))
    return next(moment for moment in minutes if moment.astimezone(zone).replace(tzinfo=None) >= wall)
