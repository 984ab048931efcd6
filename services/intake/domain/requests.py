"""Requests: what an agency asked for, what became of it, and what may be done about it."""

import re
from datetime import date
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.asked import Asked, Beside
from shared.entities import Entity
from shared.events import intake as said
from shared.events.base import NO_ENGAGEMENT, Day, Fact, Jurisdiction, Label, Line, Slug, Text
from shared.events.fields import is_slug, refusal
from shared.seen import Seen

LONGEST = 64
HASH = 8


class Request(Entity):
    """One TA request, as its tracker told it, and its answer."""

    request_id: str
    source: str
    external_id: str
    jurisdiction: str
    topic: str
    need: str
    logged_on: date
    follows: str | None = None
    state: Literal["logged", "answered", "withdrawn"] = "logged"
    revision: int = 0
    answered_on: date | None = None
    how: str | None = None
    answered_by: str | None = None
    """The engagement that answers it, if one does."""
    reason: str | None = None
    """Why it was withdrawn."""


class AnsweredBy(Entity):
    """The engagement that answers a request, as its tracker is told of it."""

    engagement_id: str
    title: str
    opened_on: date
    state: str


class Fate(Request):
    """A request and what became of it, as its tracker is told."""

    fate: Literal["received", "answered", "withdrawn"]
    engagement: AnsweredBy | None = None
    """The engagement that answers it."""
    outcomes: tuple[Seen, ...] | None = None
    """Changes that were seen in its jurisdiction by that engagement; nothing where that cannot be told now."""


def fate(request: Request, engagement: AnsweredBy | None = None, outcomes: tuple[Seen, ...] | None = None) -> Fate:
    """What became of a request."""
    told = "received" if request.state == "logged" else request.state
    return Fate(**request.model_dump(), fate=told, engagement=engagement, outcomes=outcomes)


def evolve(known: Request | None, fact: Fact) -> Request | None:
    """The request after one more fact; a withdrawn one stays withdrawn, and its first answer is its answer."""
    match fact.event, known:
        case said.TaRequestLogged() as event, _:
            return Request(**event.model_dump())
        case said.TaRequestAnswered() as event, Request(answered_on=None):
            return known.but(
                state="answered" if known.state == "logged" else known.state,
                answered_on=event.answered_on,
                how=event.how,
                answered_by=event.engagement_id if event.engagement_id != NO_ENGAGEMENT else None,
            )
        case said.TaRequestWithdrawn() as event, Request():
            return known.but(state="withdrawn", reason=event.reason)
    return known


def own_id(source: str, external_id: str) -> str:
    """The id here of a tracker's request: both names joined; where that is no id, what is left of it, and a hash."""
    plain = f"{source}-{external_id}"
    return plain if is_slug(plain) else hashed_id(source, external_id)


def hashed_id(source: str, external_id: str) -> str:
    """The id of a request whose plain id is no slug, or belongs to another: `a` has `b-c`, and `a-b` has `c`."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", f"{source}-{external_id}").strip("-")
    digest = sha256(f"{source}\n{external_id}".encode()).hexdigest()
    return f"{plain[: LONGEST - HASH - 1]}-{digest[:HASH]}"


class OfRequest(Asked):
    """A command about one request: named by its id here, or by its tracker and its id there."""

    source: Slug | None = None
    external_id: Label | None = None
    request_id: Slug | None = None

    @property
    def line(self) -> str:
        return f"{NO_ENGAGEMENT}/{self.request_id or own_id(self.source or '', self.external_id or '')}"


class LogRequest(OfRequest):
    """Tell that an agency asks for technical assistance; with a higher revision, tell it as it should have been."""

    source: Slug
    external_id: Label
    jurisdiction: Jurisdiction
    topic: Line
    need: Annotated[Text, Field(min_length=1)]
    logged_on: Day | None = None
    follows: Slug | None = None

    @field_validator("need")
    @classmethod
    def _is_asked(cls, need: str) -> str:
        if not need.strip():
            raise refusal("must not be empty")
        return need

    @property
    def beside(self) -> Beside:
        return Beside(engagements=(self.follows,) if self.follows else ())


class OfLogged(OfRequest):
    """A command about a request that was logged before."""

    request_id: Slug | None = Field(default=None, validate_default=True)

    @field_validator("request_id")
    @classmethod
    def _is_named(cls, request_id: str | None, told: ValidationInfo) -> str | None:
        if request_id is None and not (told.data.get("source") and told.data.get("external_id")):
            raise refusal("is missing: name the request by it, or by source and external_id")
        return request_id


class WithdrawRequest(OfLogged):
    """Tell that the agency does not ask any more."""

    reason: Text


class AnswerRequest(OfLogged):
    """Tell that a request met its answer, and what the answer was."""

    engagement_id: Slug = NO_ENGAGEMENT
    answered_on: Day | None = None
    how: Literal["engagement", "one_on_one", "peer_to_peer", "resource", "declined"]

    @property
    def beside(self) -> Beside:
        return Beside(engagements=(self.engagement_id,) if self.engagement_id != NO_ENGAGEMENT else ())
