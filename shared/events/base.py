"""What every event is made of: its words (Event), and those words once said (Fact)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from shared.ids import fact_id

NO_ENGAGEMENT = "-"


def _iso_date(value: object) -> object:
    """Take dates written as dates only: pydantic would also take 19675 for one."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if len(value) == 10 else value
        except ValueError:
            return value
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError("must be a date written YYYY-MM-DD")
    return value


def _iso_instant(value: object) -> object:
    """Take times written as ISO 8601 only: pydantic would also take a number of seconds for one."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not value[:4].isdigit() or "-" not in value[4:5]:
        raise ValueError("must be a time written like 2017-11-14T15:00:00-05:00")
    return value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("must say its zone, like 2017-11-14T15:00:00-05:00")
    return value


Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Key = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^[A-Za-z0-9_@/-]+$")]
"""Engagement / rule / item / occurrence: the name of one obligation."""
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Text = Annotated[str, StringConstraints(max_length=8000)]
Jurisdiction = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}|tribe-[a-z0-9-]{1,58})$")]
Day = Annotated[date, BeforeValidator(_iso_date)]
Instant = Annotated[datetime, BeforeValidator(_iso_instant), AfterValidator(_aware)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Flag = Annotated[bool, Field(strict=True)]
Region = Annotated[int, Field(strict=True, ge=1, le=10)]

Role = Literal[
    "lead_agency", "state_contractor", "head_start", "provider", "educator", "higher_education",
    "network", "health", "licensing", "family", "other",
]  # fmt: skip
EngagementRole = Literal["facilitator", "evaluator", "supervisor"]
Level = Literal["knowledge", "plan", "network", "practice", "policy", "system"]


class Part(BaseModel):
    """A piece of an event; unknown fields are kept, so that a newer speaker loses nothing with an older listener."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)


class Event(Part):
    """What can be said, in the past tense; never taken back, at most corrected by a higher revision."""

    type: ClassVar[str]
    identity: ClassVar[tuple[str, ...]]
    """The fields that, with engagement and revision, make two facts the same fact."""
    happened: ClassVar[str | None] = None
    """The field that tells when it happened in the world, if one does."""

    engagement_id: Slug = NO_ENGAGEMENT
    revision: Count = 0

    @property
    def from_ledger(self) -> bool:
        """Whether a ledger said it, because of a plan or of time: said anew by whoever plans anew, never an input."""
        return False

    @property
    def names(self) -> tuple[object, ...]:
        """What the fact is about: equal names and equal revision mean the same fact."""
        return (self.engagement_id, *(getattr(self, name) for name in self.identity))

    @property
    def line(self) -> str:
        """The history that this belongs to: its engagement's; outside engagements, that of the thing itself."""
        if self.engagement_id != NO_ENGAGEMENT:
            return self.engagement_id
        return f"{NO_ENGAGEMENT}/{getattr(self, self.identity[0])}"

    @property
    def subject(self) -> str:
        """Where it is said on the bus."""
        return f"{self.type}.{self.engagement_id}"


class OfEngagement(Event):
    """An event that has no meaning outside an engagement."""

    engagement_id: Slug


@dataclass(frozen=True, slots=True)
class Fact:
    """An event that was said: its words, and when it happened, when it was said, and because of what."""

    id: str
    event: Event
    time: datetime
    recorded: datetime
    cause: str | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> str:
        return self.event.line

    @property
    def slot(self) -> tuple[object, ...]:
        """Type and names: facts in one slot are revisions of one another."""
        return (self.event.type, *self.event.names)

    @property
    def data(self) -> dict[str, Any]:
        """What it says, as JSON; what was left out stays left out."""
        return self.event.model_dump(mode="json", exclude_none=True)

    def same_words(self, other: "Fact") -> bool:
        """Whether both say the same, whoever said it and when."""
        return self.event == other.event


def say(event: Event, now: datetime, zone: tzinfo = UTC, cause: str | None = None) -> Fact:
    """Make a fact of an event: its id from its words, its time from the field that tells when it happened.

    A fact that tells only a day happened now if that day is today in `zone`, else at the start of that day there.
    """
    return Fact(
        id=fact_id(event.type, *event.names, revision=event.revision),
        event=event,
        time=_happened(event, now, zone),
        recorded=now,
        cause=cause,
    )


def _happened(event: Event, now: datetime, zone: tzinfo) -> datetime:
    told = getattr(event, event.happened) if event.happened else None
    if isinstance(told, datetime):
        return told
    if isinstance(told, date) and told != now.astimezone(zone).date():
        return datetime.combine(told, time.min, tzinfo=zone)
    return now
