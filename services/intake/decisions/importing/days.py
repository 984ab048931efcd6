"""Days as people and spreadsheets write them: 2027-01-11, 1/11/2027, Jan 11, 2027, and Excel's 46398."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from services.intake.decisions.importing.tables import Cell, text_of
from services.intake.domain.imports import Order

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CLOCK = r"(?:[t ,]+\d{1,2}:\d{2}.*)?"
YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){CLOCK}", re.DOTALL)
JOINED = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})")
NUMBERS = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}|\d{{2}}){CLOCK}", re.DOTALL)
MONTH_NAMED = re.compile(rf"(?P<name>[a-z]{{3,9}})\.?[ -]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[ -]+(?P<year>\d{{4}}){CLOCK}", re.DOTALL)  # fmt: skip  # noqa: E501
DAY_NAMED = re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -]+(?P<name>[a-z]{{3,9}})\.?,?[ -]+(?P<year>\d{{4}}|\d{{2}}){CLOCK}", re.DOTALL)  # fmt: skip  # noqa: E501
WEEKDAY = re.compile(r"^(mon|tues|wednes|thurs|fri|satur|sun)day,? +|^(mon|tue|wed|thu|fri|sat|sun)\.?,? +")
SERIAL = re.compile(r"\d{5}(\.\d+)?")
SERIALS = range(20_000, 80_000)
"""From 1954 to 2119: what lies beyond is no day of a request."""
ZERO_1900, ZERO_1904 = date(1899, 12, 30), date(1904, 1, 1)
FIRST_YEAR = 1990
CENTURY = 2000
NO_DAY = "is no day that can be read: write it like 2027-01-11 or 1/11/2027"
NO_SUCH_DAY = "is a day that does not exist: look at month and day, or write it like 2027-01-11"
TOO_EARLY = f"lies before {FIRST_YEAR}: look at the year"
AHEAD = "lies in the future: look at the year"
MONTHS_IN_YEAR = 12


class NoDay(ValueError):
    """A cell tells no day; the reason says why."""


def day_of(cell: Cell, order: Order, from_1904: bool, today: date) -> date:
    """The day that a cell tells. Raises NoDay with the reason."""
    if isinstance(cell, datetime):
        cell = cell.date()
    day = cell if isinstance(cell, date) else _written(cell, order, from_1904)
    if day.year < FIRST_YEAR:
        raise NoDay(TOO_EARLY)
    # Where it is tomorrow already, somebody may have asked today.
    if day > today + timedelta(days=1):
        raise NoDay(AHEAD)
    return day


def order_of(cells: Iterable[Cell]) -> Order:
    """What comes first in a column: the day where some can be read only so, and none only the other way."""
    pairs = [(int(found[1]), int(found[2])) for cell in cells if (found := NUMBERS.fullmatch(text_of(cell)))]
    only_day_first = any(first > MONTHS_IN_YEAR >= second for first, second in pairs)
    only_month_first = any(second > MONTHS_IN_YEAR >= first for first, second in pairs)
    return "day first" if only_day_first and not only_month_first else "month first"


def looks_like_a_day(cell: Cell) -> bool:
    """Whether this tells a day, in whatever order."""
    try:
        day_of(cell, "month first", False, date.max - timedelta(days=1))
    except NoDay as error:
        return str(error) == NO_SUCH_DAY
    return True


def _written(cell: Cell, order: Order, from_1904: bool) -> date:
    text = " ".join(text_of(cell).casefold().split())
    if SERIAL.fullmatch(text) and int(float(text)) in SERIALS:
        return (ZERO_1904 if from_1904 else ZERO_1900) + timedelta(days=int(float(text)))
    if found := YEAR_FIRST.fullmatch(text) or JOINED.fullmatch(text):
        return _made(int(found["year"]), int(found["month"]), int(found["day"]))
    if numbers := NUMBERS.fullmatch(text):
        first, second, year = int(numbers[1]), int(numbers[2]), _year(numbers[3])
        return _made(year, first, second) if order == "month first" else _made(year, second, first)
    text = WEEKDAY.sub("", text)
    named = MONTH_NAMED.fullmatch(text) or DAY_NAMED.fullmatch(text)
    if named and named["name"][:3] in MONTHS:
        return _made(_year(named["year"]), MONTHS.index(named["name"][:3]) + 1, int(named["day"]))
    raise NoDay(NO_DAY)


def _year(digits: str) -> int:
    return int(digits) if len(digits) > 2 else CENTURY + int(digits)


def _made(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NoDay(NO_SUCH_DAY) from None
