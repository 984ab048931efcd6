"""Webhooks: where evaluators' systems are told, which deliveries there are, and what became of each try."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.evaluation.domain.fates import FATES
from services.evaluation.domain.notices import TYPES
from shared.events.fields import EngagementId, FactId, Label, refusal

State = Literal["active", "disabled"]
DeliveryState = Literal["waiting", "delivered", "given_up", "withheld"]
Outcome = Literal["begun", "delivered", "failed", "gone", "unknown"]
TEST = "throughline.webhook.tested.v1"
TEST_LINE = "-/test"
"""The line of test events: they stand outside of all that was ever said."""
PLAIN = re.compile(r"[A-Za-z0-9_-]{1,200}")


def _target(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in ("https", "http") and bool(parts.hostname) and (parts.port or 1) > 0
        is_bare = parts.username is None and parts.password is None and not parts.fragment
    except ValueError:
        is_whole = is_bare = False
    if not (is_whole and is_bare and url.isascii() and url.isprintable() and not re.search(r"[ \\]", url)):
        raise refusal("must be an address like https://example.org/events, without a name, a password or a #")
    return url


Target = Annotated[str, Field(max_length=2_000), AfterValidator(_target)]


def _told(type_: str) -> str:
    if type_ not in TYPES | FATES:
        raise refusal(f"must be one of {', '.join(sorted(TYPES | FATES))}")
    return type_


class Asked(BaseModel):
    """What is asked for, strictly."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class MakeWebhook(Asked):
    """Somewhere events are to be told from now on, or from an earlier one on."""

    url: Target
    label: Label
    engagement: EngagementId | None = None
    """Only what is said of this one."""
    types: Annotated[tuple[Annotated[str, AfterValidator(_told)], ...], Field(max_length=20)] = ()
    """Only these types."""
    since: str | None = None
    """A cursor, or a time: what was told since then comes first."""


class Resend(Asked):
    """One event again, or all since then."""

    event_id: FactId | None = None
    since: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Resend":
        if (self.event_id is None) == (self.since is None):
            raise refusal("name either one event_id, or since when")
        return self


class Webhook(BaseModel):
    """Where events are told, and how that goes; its secret is shown when it is made, and never again."""

    webhook_id: str
    label: str
    url: str
    engagement: str | None
    types: list[str]
    owner: str
    """In whose name: what they may not see is not told."""
    person_id: str | None
    state: State
    why: str
    """Why it is disabled."""
    made_at: datetime
    took_at: datetime | None
    """When it last took an event."""
    both_until: datetime | None
    """Until when events are signed with the secret before the last as well."""


class Delivery(BaseModel):
    """One event on its way to a webhook."""

    event_id: str
    message_id: str
    """The webhook-id: the same at each try."""
    type: str | None
    """The type of the event; none of a test."""
    engagement_id: str | None
    """The engagement that it is about; none of a test, and of what trackers are told."""
    request_id: str | None
    """The request that it is about, where a tracker is told."""
    since: datetime
    """When it was first to be sent, or sent again by hand."""
    state: DeliveryState
    tries: int
    """Since it was first sent, or sent again by hand."""
    next_at: datetime | None
    """None where it is done with; also while it waits for one that came before it in the same engagement."""
    why: str


class Attempt(BaseModel):
    """One try to deliver an event."""

    n: int
    at: datetime
    outcome: Outcome
    """`begun`, later `unknown`: whoever tried stopped before it knew. It is tried again, under the same webhook-id."""
    status: int | None
    milliseconds: int | None
    why: str
    answer: str
    """The first letters of what it answered."""


class Log(BaseModel):
    """A delivery with all that was tried."""

    delivery: Delivery
    attempts: list[Attempt]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery in the hands of one messenger; its try has begun, and is on record."""

    webhook_id: str
    event_id: str
    line: str
    body: str
    n: int
    """Its number; 0 of a test."""
    tries: int
    """This one counted."""
    attempt: int
    first_at: datetime
    held_until: datetime
    """Until when nobody else takes it."""

    @property
    def key(self) -> str:
        return f"{self.webhook_id}/{self.event_id}"

    @property
    def message_id(self) -> str:
        return message_id(self.event_id)


@dataclass(frozen=True, slots=True)
class Way:
    """Where events go, and by which secrets they are signed."""

    url: str
    secrets: tuple[str, ...] = field(repr=False)
    took_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tried:
    """How one try ended."""

    outcome: Outcome
    status: int | None = None
    milliseconds: int | None = None
    why: str = ""
    answer: str = ""
    wait: timedelta | None = None
    """For how long it asked to be left alone."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What follows from a try."""

    state: DeliveryState
    next_at: datetime | None
    tries: int
    disabled: str = ""
    """Why the webhook is to be told nothing more, if it is."""


def message_id(event_id: str) -> str:
    """The webhook-id of an event: its own id, unless it has letters that a header or a signature would trip over."""
    return event_id if PLAIN.fullmatch(event_id) else f"msg_{sha256(event_id.encode()).hexdigest()[:40]}"
