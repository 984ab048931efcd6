"""What every event is made of: its words (Event), and those words once said (Fact)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.events.fields import (
    AnyRole,
    Count,
    Day,
    EngagementId,
    EngagementRole,
    FactId,
    Flag,
    Instant,
    Jurisdiction,
    Key,
    Label,
    Level,
    Line,
    Plain,
    Region,
    Role,
    Slug,
    Text,
    Zone,
    refusal,
)
from shared.ids import fact_id

__all__ = [
    "HISTORIC",
    "NO_ENGAGEMENT",
    "AnyRole",
    "Count",
    "Day",
    "EngagementId",
    "EngagementRole",
    "Event",
    "Fact",
    "FactId",
    "FactRetracted",
    "Flag",
    "Instant",
    "Jurisdiction",
    "Key",
    "Label",
    "Level",
    "Line",
    "OfEngagement",
    "Part",
    "Region",
    "Role",
    "Slug",
    "Text",
    "Zone",
    "say",
]  # fmt: skip

NO_ENGAGEMENT = "-"
HISTORIC = "historic"
"""The extension of a fact that was told as part of the past: what was due before it was told falls due no more."""


def line_of(key: str) -> str:
    """The line of an obligation: its engagement's; outside engagements, that of the request or topic it is about."""
    engagement, _rule, item, *_ = (*key.split("/"), "", "")
    return engagement if engagement != NO_ENGAGEMENT else f"{NO_ENGAGEMENT}/{item.partition('@')[0]}"


class Part(BaseModel):
    """A piece of an event; unknown fields are kept, so that a newer speaker loses nothing with an older listener.

    A null says the same as leaving the field out.
    """

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)
    __pydantic_extra__: dict[str, Plain] = Field(init=False)

    @model_validator(mode="before")
    @classmethod
    def _null_is_left_out(cls, told: object) -> object:
        if not isinstance(told, dict):
            return told
        unknown = told.keys() - cls.__pydantic_fields__.keys()
        if unknown and any("\0" in name for name in unknown if isinstance(name, str)):
            raise refusal("must not have the character NUL in a name")
        return {name: value for name, value in told.items() if value is not None} if None in told.values() else told


class Event(Part):
    """What can be said, in the past tense; never taken back, at most corrected by a higher revision."""

    type: ClassVar[str]
    identity: ClassVar[tuple[str, ...]]
    """The fields that, with the engagement and the revision, make two facts the same fact."""
    happened: ClassVar[str | None] = None
    """The field that tells when it happened in the world, if one does."""
    outside: ClassVar[bool] = False
    """Whether it stands outside engagements by its nature: none is part of its name, whatever `subject` may say."""
    sealed: ClassVar[bool] = False
    """Whether it holds what people said in confidence: then only administrators read it where facts are shown."""

    engagement_id: Slug = NO_ENGAGEMENT
    revision: Count = 0

    @property
    def from_ledger(self) -> bool:
        """Whether a ledger said it, because of a plan or of time: said anew by whoever plans anew, never an input."""
        return False

    @property
    def names(self) -> tuple[str, ...]:
        """What the fact is about: equal names and equal revision mean the same fact."""
        engagement = NO_ENGAGEMENT if self.outside else self.engagement_id
        return (engagement, *(_spelled(getattr(self, name)) for name in self.identity))

    @property
    def derived_id(self) -> str:
        """The id of the fact that says this, unless it comes with one of its own."""
        return fact_id(self.type, *self.names, revision=self.revision)

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

    engagement_id: EngagementId


class FactRetracted(Event):
    """A fact was a mistake: it never was."""

    identity: ClassVar[tuple[str, ...]] = ("fact_id",)

    fact_id: FactId
    reason: Text


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
    def is_historic(self) -> bool:
        """Whether it was told as part of the past."""
        return self.extensions.get(HISTORIC) is True

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
        id=event.derived_id,
        event=event,
        time=happened(event, now, zone),
        recorded=now,
        cause=cause,
    )


def happened(event: Event, now: datetime, zone: tzinfo = UTC) -> datetime:
    """When it happened in the world, as far as its words tell; else `now`."""
    told = getattr(event, event.happened) if event.happened else None
    if isinstance(told, datetime):
        return told
    if isinstance(told, date) and told != now.astimezone(zone).date():
        return datetime.combine(told, time.min, tzinfo=zone)
    return now


def _spelled(value: object) -> str:
    """How a part of an identity is written before it is hashed: nothing for what is left out, lists sorted."""
    if isinstance(value, tuple):
        return ",".join(sorted(_spelled(part) for part in value))
    return "" if value is None else str(value)
