"""The tables that every service has: the facts it knows, its lines, its outbox, and what it put aside."""

from datetime import datetime
from typing import cast

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Table, text
from sqlmodel import Field, SQLModel

from shared.storage.types import UtcDateTime

Sequence = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself only in a column that is called INTEGER."""


class FactRow(SQLModel, table=True):
    """A fact that this service said or heard, word for word."""

    __tablename__ = "fact"

    seq: int | None = Field(default=None, primary_key=True, sa_type=Sequence)
    id: str = Field(unique=True)
    line: str = Field(index=True)
    type: str = Field(index=True)
    engagement_id: str
    retracts: str | None = Field(default=None, index=True)
    said: bool
    """Whether this service said it; else it heard it."""
    ledger: bool
    """Whether a ledger said it: told in stories, never planned from."""
    time: datetime = Field(sa_type=UtcDateTime)
    body: str


class LineRow(SQLModel, table=True):
    """A history that this service follows; its version makes the loser of a race try again."""

    __tablename__ = "line"
    __table_args__ = (Index("ix_line_ruled", "playbook", "judged"),)

    line: str = Field(primary_key=True)
    version: int
    ledger_version: int = 0
    """The same for its obligations, which time changes too."""
    playbook: str | None = Field(default=None, index=True)
    """The name of the playbook that rules it."""
    look_again_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """When time alone makes its plan longer."""
    judged: int | None = None
    """The version of its playbook's line by which it was planned last."""


class SeatRow(SQLModel, table=True):
    """Somebody runs an engagement in this role: by it an engagement is theirs to see."""

    __tablename__ = "seat"

    engagement_id: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True, index=True)
    role: str = Field(primary_key=True)


class PlaceRow(SQLModel, table=True):
    """Where something outside engagements belongs: a jurisdiction, and the tracker that told it; empty where none."""

    __tablename__ = "place"

    line: str = Field(primary_key=True)
    jurisdiction: str = Field(primary_key=True, index=True)
    source: str = Field(primary_key=True, index=True)


class OutboxRow(SQLModel, table=True):
    """What is to be said on the bus; marked when it was, never deleted."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_unsent", "seq", sqlite_where=text("sent_at IS NULL"), postgresql_where=text("sent_at IS NULL")
        ),
    )

    seq: int | None = Field(default=None, primary_key=True, sa_type=Sequence)
    id: str = Field(unique=True)
    subject: str
    body: str
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    again: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often the bus had lost it and was told again."""


class StreamRow(SQLModel, table=True):
    """What this service saw of a stream when it last looked: by it a stream that lost something is known."""

    __tablename__ = "stream"

    stream: str = Field(primary_key=True)
    created: datetime = Field(sa_type=UtcDateTime)
    """When the server made it; a stream that was made again is another one."""
    sequence: int = Field(sa_type=BigInteger)
    letter: str
    """The id of the message that stood at this sequence."""
    missing: int = Field(sa_type=BigInteger)
    """How many messages it lacked by its own count."""


class AsideRow(SQLModel, table=True):
    """A message that could not be handled, kept whole with its reason."""

    __tablename__ = "aside"

    aside_id: str = Field(primary_key=True)
    subject: str
    body: bytes = Field(sa_type=LargeBinary)
    problems: str
    """JSON: [{"field": ..., "reason": ...}]"""
    put_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default="waiting", index=True)
    """waiting, retried, or dropped"""


def table(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table beneath a model, for statements that must be fast."""
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


EVERY_SERVICE: tuple[type[SQLModel], ...] = (FactRow, LineRow, SeatRow, PlaceRow, OutboxRow, StreamRow, AsideRow)
