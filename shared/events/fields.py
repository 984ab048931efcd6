"""What the fields of events may hold: ids, texts, days, times, numbers, roles; each refuses what it cannot keep."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from math import isfinite
from typing import Annotated, Any, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

Parts = TypeVar("Parts", bound=Iterable[object])

SLUG = r"^[A-Za-z0-9_-]{1,64}$"
ENGAGEMENT = r"^([A-Za-z0-9_]|[A-Za-z0-9_-]{2,64})$"
KEY = r"^[A-Za-z0-9_@/-]+$"
PLACE = (
    "^(AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH"
    "|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|AS|GU|MP|PR|VI|tribe-[A-Za-z0-9_-]{1,64})$"
)
PRINTED = r"^[^\x00-\x1F\x7F]*$"
WRITTEN = r"^[^\x00-\x08\x0E-\x1F\x7F]*$"
MEANT = {
    SLUG: "must be 1 to 64 letters (A to Z), digits, - or _",
    ENGAGEMENT: "must be 1 to 64 letters (A to Z), digits, - or _, and name an engagement (not - alone)",
    KEY: "must be the key of an obligation: engagement/rule/item/occurrence",
    PLACE: "must be the USPS code of a state, DC or a territory (like KY), or tribe-<name>",
    PRINTED: "must not contain control characters",
    WRITTEN: "must not contain control characters",
}
"""What each pattern asks for, in words for people."""

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(?P<zone>.*)")
OFFSET = re.compile(r"[Zz]|[+-][0-9]{2}:?[0-9]{2}")
YEARS = range(1900, 2201)
"""The years that dates may lie in: every zone and every wait stays within what Python and PostgreSQL can hold."""
DEEPEST = 20
LONGEST = 8000
"""The most letters of a text."""
LARGEST = 2**63 - 1


def refusal(reason: str) -> PydanticCustomError:
    """The error by which a field says in plain words what is wrong with it."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason})


def _day(value: object) -> object:
    """Take dates written as dates only: pydantic would also take 19675, 2017-W46-2 and midnight for one."""
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise refusal("must be a date that exists, written YYYY-MM-DD") from None
    if isinstance(value, datetime) or not isinstance(value, date):
        raise refusal("must be a date written YYYY-MM-DD")
    return _within_years(value)


def _instant(value: object) -> object:
    """Take times written as ISO 8601 only: pydantic would also take a number of seconds for one."""
    moment = value if isinstance(value, datetime) else _moment(value)
    offset = moment.utcoffset()
    if offset is None:
        raise refusal("must say its zone, like 2017-11-14T15:00:00-05:00")
    _within_years(moment)
    return moment if offset.seconds % 60 == 0 else moment.astimezone(UTC)


def _moment(value: object) -> datetime:
    written = INSTANT.fullmatch(value) if isinstance(value, str) else None
    if written is None:
        raise refusal("must be a time written like 2017-11-14T15:00:00-05:00")
    if written["zone"] and not OFFSET.fullmatch(written["zone"]):
        raise refusal("must end with its offset from UTC, like -05:00 or Z")
    try:
        return datetime.fromisoformat(written[0].upper())
    except ValueError:
        raise refusal("must be a time that exists, written like 2017-11-14T15:00:00-05:00") from None


def _within_years(value: date) -> date:
    if value.year not in YEARS:
        raise refusal(f"must lie between the years {YEARS[0]} and {YEARS[-1]}")
    return value


def _one_line(value: object) -> object:
    """Line breaks and runs of blanks become one blank: whatever it was copied from, it is one line."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _label(value: object) -> object:
    """Cohorts are often called 1 and 2: take the number for the name that it is."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def each_once(name: str) -> Callable[[Parts], Parts]:
    """Refuses a list in which two things have the same id, for what is said of one of them later would mean both."""

    def checked(parts: Parts) -> Parts:
        ids = [getattr(part, name) for part in parts]
        if len(set(ids)) < len(ids):
            raise refusal(f"must have each {name} only once")
        return parts

    return checked


def is_slug(text: str) -> bool:
    """Whether this can be an id that a person or a tracker gave."""
    return re.fullmatch(SLUG, text) is not None and "\n" not in text


@lru_cache(maxsize=1000)
def is_zone(name: str) -> bool:
    """Whether IANA's table knows this time zone, by this spelling."""
    if name.startswith(("posix", "right/")) or name in {"localtime", "Factory"}:
        return False
    try:
        return ZoneInfo(name).key == name
    except (KeyError, ValueError, OSError):
        return False


def _zone(value: str) -> str:
    if not is_zone(value):
        raise refusal("must be a time zone of the IANA table, like America/New_York")
    return value


def plain(value: object, deep: int = 0) -> object:
    """Take what JSON, PostgreSQL and every other listener can hold: not too deep, no NUL, no infinite number."""
    if deep > DEEPEST:
        raise refusal(f"must not be nested deeper than {DEEPEST} levels")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, int | float):
        if abs(value) > LARGEST if isinstance(value, int) else not isfinite(value):
            raise refusal("must be a number of at most 64 bits")
        return value
    if isinstance(value, dict):
        return {_storable(name): plain(part, deep + 1) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part, deep + 1) for part in value]
    raise refusal("must be JSON: text, numbers, true, false, null, lists and objects")


def _storable(text: object) -> str:
    if not isinstance(text, str):
        raise refusal("must have text for its names")
    if "\0" in text:
        raise refusal("must not contain the character NUL")
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise refusal("must not contain half of a surrogate pair")
    return text


Slug = Annotated[str, Field(pattern=SLUG, description="id")]
EngagementId = Annotated[str, Field(pattern=ENGAGEMENT, description="id of an engagement")]
Key = Annotated[str, Field(max_length=400, pattern=KEY, description="key of an obligation")]
"""Engagement / rule / item / occurrence: the name of one obligation."""
FactId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PRINTED),
    Field(description="id of a fact"),
]
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=300, pattern=PRINTED),
    BeforeValidator(_one_line),
    Field(description="one line of text"),
]
Label = Annotated[Line, BeforeValidator(_label)]
Name = Annotated[str, Field(min_length=1, max_length=300, pattern=PRINTED)]
Text = Annotated[str, Field(max_length=LONGEST, pattern=WRITTEN, description="text")]
Jurisdiction = Annotated[str, Field(pattern=PLACE, description="jurisdiction: USPS code, or tribe-<name>")]
Zone = Annotated[str, Field(max_length=64, description="IANA time zone"), AfterValidator(_zone)]
Day = Annotated[date, BeforeValidator(_day), Field(description="date")]
Instant = Annotated[datetime, BeforeValidator(_instant), Field(description="time with its offset from UTC")]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000, description="whole number, from 0")]
Flag = Annotated[bool, Field(strict=True)]
Change = Annotated[int, Field(strict=True, ge=0, le=1_000_000, description="number of the change, from 0")]
"""The number of a ledger row's change: a task may move there and back, and each time is a fact of its own."""
Region = Annotated[int, Field(strict=True, ge=1, le=10, description="region, 1 to 10")]
Plain = Annotated[Any, AfterValidator(plain)]
Answers = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTED)], Plain],
    Field(max_length=1000, description="answers by question: text, numbers, true, false, lists, objects"),
]
"""What was answered, by question."""

Ids = Annotated[tuple[Slug, ...], Field(max_length=1000)]
Keys = Annotated[tuple[Key, ...], Field(max_length=1000)]
Lines = Annotated[tuple[Line, ...], Field(max_length=1000)]
Places = Annotated[tuple[Jurisdiction, ...], Field(max_length=100)]

Role = Literal[
    "lead_agency", "state_contractor", "head_start", "provider", "educator", "higher_education",
    "network", "health", "licensing", "family", "other",
]  # fmt: skip
EngagementRole = Literal["facilitator", "evaluator", "supervisor"]
RUNNERS: tuple[EngagementRole, ...] = get_args(EngagementRole)
"""The roles of the engagement; all others are roles in a team."""
AnyRole = Literal[Role, EngagementRole]
Contact = Literal["offer", "reminder", "evaluation", "interview"]
"""What somebody reaches out for."""
Level = Literal["knowledge", "plan", "network", "practice", "policy", "system"]
