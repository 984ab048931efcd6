"""The rows of intake: what lists are filtered by, beside the whole thing as a document."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from shared.storage.types import UtcDateTime


class RequestRow(SQLModel, table=True):
    """One TA request; it stands outside engagements."""

    __tablename__ = "request"
    __table_args__ = (
        Index("ix_request_tracked", "source", "external_id"),
        Index("ix_request_waiting", "state", "topic", "logged_on"),
    )

    request_id: str = Field(primary_key=True)
    source: str
    external_id: str
    jurisdiction: str = Field(index=True)
    topic: str
    state: str
    answered_by: str | None
    logged_on: date
    document: str


class EngagementRow(SQLModel, table=True):
    """One run of a model on one topic."""

    __tablename__ = "engagement"

    engagement_id: str = Field(primary_key=True)
    playbook: str
    topic: str
    center: str
    facilitator: str | None
    state: str
    opened_on: date
    document: str


class ApprovalRow(SQLModel, table=True):
    """What a regional office was asked."""

    __tablename__ = "approval"

    engagement_id: str = Field(primary_key=True)
    approval_id: str = Field(primary_key=True, index=True)
    about: str
    jurisdiction: str | None
    region: int | None
    state: str
    asked_on: date
    document: str


class ApplicationRow(SQLModel, table=True):
    """An agency that wants to take part."""

    __tablename__ = "application"

    engagement_id: str = Field(primary_key=True)
    application_id: str = Field(primary_key=True, index=True)
    jurisdiction: str
    stage: str
    received_on: date
    document: str


class CohortRow(SQLModel, table=True):
    """Jurisdictions that learn together."""

    __tablename__ = "cohort"

    engagement_id: str = Field(primary_key=True)
    cohort_id: str = Field(primary_key=True, index=True)
    document: str


class TeamRow(SQLModel, table=True):
    """The people of one jurisdiction in one engagement."""

    __tablename__ = "team"

    engagement_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True, index=True)
    jurisdiction: str
    cohort: str | None
    state: str
    formed_on: date
    document: str


class PeersRow(SQLModel, table=True):
    """A team, and the jurisdiction that can help it."""

    __tablename__ = "peers"

    engagement_id: str = Field(primary_key=True)
    from_team: str = Field(primary_key=True)
    to_jurisdiction: str = Field(primary_key=True)
    need: str = Field(primary_key=True)
    state: str
    document: str


class PlaybookRow(SQLModel, table=True):
    """One version of a playbook."""

    __tablename__ = "playbook"

    playbook: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    published_at: datetime = Field(sa_type=UtcDateTime)
    document: str


class PersonRow(SQLModel, table=True):
    """Somebody behind an id: the only place that knows what they are called and how they are reached."""

    __tablename__ = "person"

    person_id: str = Field(primary_key=True)
    name: str
    address: str | None
    address_key: str | None = Field(index=True)
    """The address in the letters by which it is found."""
    zone: str | None
    language: str | None
    left: bool


class ErasedRow(SQLModel, table=True):
    """A person who was erased: the id alone, so that nothing brings them back."""

    __tablename__ = "erased_person"

    person_id: str = Field(primary_key=True)
    erased_at: datetime = Field(sa_type=UtcDateTime)


class ColumnsRow(SQLModel, table=True):
    """How the files of one tracker are read."""

    __tablename__ = "tracker_columns"

    source: str = Field(primary_key=True)
    document: str


class TakenFileRow(SQLModel, table=True):
    """How well one file of a tracker passed; of what is in it, nothing."""

    __tablename__ = "taken_file"

    source: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    handed_in_at: datetime = Field(sa_type=UtcDateTime)
    document: str


TABLES: tuple[type[SQLModel], ...] = (
    RequestRow, EngagementRow, ApprovalRow, ApplicationRow, CohortRow, TeamRow, PeersRow, PlaybookRow,
    PersonRow, ErasedRow, ColumnsRow, TakenFileRow,
)  # fmt: skip
