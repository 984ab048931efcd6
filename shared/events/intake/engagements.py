"""What centers do about it: engagements and their goals, the approvals they need, the playbooks that rule them."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from shared.events.base import Event, FactRetracted, OfEngagement, Part
from shared.events.fields import (
    WRITTEN,
    Day,
    Ids,
    Jurisdiction,
    Level,
    Line,
    Region,
    Slug,
    Text,
    Zone,
    each_once,
)

Version = Annotated[int, Field(strict=True, ge=1, le=1_000_000, description="version, from 1")]
Sessions = Annotated[int, Field(strict=True, ge=1, le=1000, description="number of sessions")]
Document = Annotated[str, Field(max_length=200_000, pattern=WRITTEN, description="the YAML, as it was said")]
About = Literal["invite", "connect", "speaker", "materials"]


class PlaybookPublished(Event):
    """Program staff put a playbook into force; services and replays judge by this text."""

    type: ClassVar = "eng.intake.playbook_published.v1"
    identity: ClassVar = ("playbook", "version")
    outside: ClassVar = True

    engagement_id: Literal["-"] = "-"
    playbook: Slug
    version: Version
    document: Document
    digest: Annotated[str, Field(max_length=128, pattern=WRITTEN, description="digest of the document")]


class People(Part):
    """Who runs an engagement."""

    facilitator: Slug
    evaluator: Slug
    supervisor: Slug | None = None


class Goal(Part):
    """One line of the theory of change: what should change, by when, how it will be noticed."""

    goal_id: Slug
    level: Level
    statement: Text
    by: Day | None = None
    indicator: Text | None = None


Goals = Annotated[tuple[Goal, ...], Field(max_length=200), AfterValidator(each_once("goal_id"))]


class EngagementOpened(OfEngagement):
    """A center opened one run of a model on one topic."""

    type: ClassVar = "eng.intake.engagement_opened.v1"
    identity: ClassVar = ()
    happened: ClassVar = "opened_on"

    title: Line
    playbook: Slug
    center: Line
    topic: Line
    opened_on: Day
    time_zone: Zone
    people: People
    planned_sessions: Sessions | None = None
    planned_close: Day | None = None
    goals: Goals = ()
    answers: Ids = ()


class EngagementChanged(OfEngagement):
    """Something about the engagement is different from this day on; what is not named stays as it was."""

    type: ClassVar = "eng.intake.engagement_changed.v1"
    identity: ClassVar = ("changed_on",)
    happened: ClassVar = "changed_on"

    changed_on: Day
    title: Line | None = None
    playbook: Slug | None = None
    playbook_version: Version | None = None
    """The version of the playbook that is adopted; without it, the newest that was published when this was said."""
    center: Line | None = None
    topic: Line | None = None
    opened_on: Day | None = None
    time_zone: Zone | None = None
    people: People | None = None
    planned_sessions: Sessions | None = None
    planned_close: Day | None = None
    goals: Goals | None = None
    answers: Ids | None = None


class EngagementClosed(OfEngagement):
    """The engagement ended; follow-up begins, and the window runs."""

    type: ClassVar = "eng.intake.engagement_closed.v1"
    identity: ClassVar = ()
    happened: ClassVar = "closed_on"

    closed_on: Day
    reason: Literal["completed", "stopped"]


class ApprovalRequested(Event):
    """A center asked a regional office for its consent."""

    type: ClassVar = "eng.intake.approval_requested.v1"
    identity: ClassVar = ("approval_id",)
    happened: ClassVar = "asked_on"

    approval_id: Slug
    about: About
    jurisdiction: Jurisdiction | None = None
    region: Region | None = None
    asked_on: Day


class ApprovalAnswered(Event):
    """The regional office answered."""

    type: ClassVar = "eng.intake.approval_answered.v1"
    identity: ClassVar = ("approval_id",)
    happened: ClassVar = "answered_on"

    approval_id: Slug
    answered_on: Day
    answer: Literal["granted", "declined"]


class IntakeFactRetracted(FactRetracted):
    """A fact that intake said was a mistake: it never was."""

    type: ClassVar = "eng.intake.fact_retracted.v1"
