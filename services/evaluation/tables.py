"""The rows of evaluation: what lists are filtered by, beside the whole thing as a document."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from shared.obligations.ledger import ObligationRow
from shared.storage.tables import Sequence
from shared.storage.types import UtcDateTime

UNNUMBERED = text("n IS NULL")


class AnswerRow(SQLModel, table=True):
    """What somebody answered in a round."""

    __tablename__ = "answer"

    round_id: str = Field(primary_key=True)
    answer_id: str = Field(primary_key=True, index=True)
    team_id: str | None = None
    document: str


class OutcomeRow(SQLModel, table=True):
    """A change that was seen."""

    __tablename__ = "outcome"

    engagement_id: str = Field(primary_key=True)
    outcome_id: str = Field(primary_key=True, index=True)
    level: str
    jurisdiction: str | None = None
    goal_id: str | None = None
    seen_on: date
    document: str


class GoalRow(SQLModel, table=True):
    """A goal, and how it was judged last."""

    __tablename__ = "goal"

    engagement_id: str = Field(primary_key=True)
    goal_id: str = Field(primary_key=True, index=True)
    level: str
    verdict: str | None = None
    document: str


class WatchedRow(SQLModel, table=True):
    """A team of an engagement that has closed: what its jurisdiction does later may show a change."""

    __tablename__ = "watched"

    engagement_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    jurisdiction: str = Field(index=True)
    document: str


class SignRow(SQLModel, table=True):
    """Something that a jurisdiction did."""

    __tablename__ = "sign"

    line: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    jurisdiction: str = Field(index=True)
    on: date | None = None
    """None in a row from before this column: then its document tells."""
    document: str


class ProposalRow(SQLModel, table=True):
    """A change that may have been seen."""

    __tablename__ = "proposal"

    engagement_id: str = Field(primary_key=True)
    outcome_id: str = Field(primary_key=True, index=True)
    state: str
    seen_on: date
    document: str


class StirredRow(SQLModel, table=True):
    """A line in which something was said that watching has yet to look at."""

    __tablename__ = "stirred"

    line: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)


class NoticeRow(SQLModel, table=True):
    """An event of ours as subscribers get it, the same to the byte however often; numbered once it is committed."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_unnumbered", "seq", sqlite_where=UNNUMBERED, postgresql_where=UNNUMBERED),)

    seq: int | None = Field(default=None, primary_key=True, sa_type=Sequence)
    """Of two in one line the earlier one has the smaller; across lines it says nothing."""
    id: str = Field(unique=True)
    n: int | None = Field(default=None, unique=True, sa_type=BigInteger)
    line: str = Field(index=True)
    type: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When it was recorded here."""
    body: str


class NumberingRow(SQLModel, table=True):
    """The last number that was given; whoever gives the next ones changes it, so that no two do at once.

    And, by another name, the last one up to which fates were carried to the bus.
    """

    __tablename__ = "numbering"

    name: str = Field(primary_key=True)
    last: int = Field(sa_type=BigInteger)


class WebhookRow(SQLModel, table=True):
    """Where somebody's events are told; its secrets as they are, for a signature needs them whole."""

    __tablename__ = "webhook"

    webhook_id: str = Field(primary_key=True)
    person_id: str | None = Field(default=None, index=True)
    owner: str = Field(index=True)
    """What whoever made it is called at the door."""
    label: str
    url: str
    only_engagement: str | None = None
    only_types: str
    state: str = Field(index=True)
    why: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    took_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    read_to: int = Field(sa_type=BigInteger)
    """The number of the last notice of which it is known whether it goes there."""
    secret: str
    secret_before: str | None = None
    both_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeliveryRow(SQLModel, table=True):
    """One event that goes to one webhook, known before it is sent."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "webhook_id", "state", "next_at"),
        Index("ix_delivery_line", "webhook_id", "line", "state", "n"),
    )

    webhook_id: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    n: int = Field(sa_type=BigInteger)
    """Its notice's number; 0 of a test."""
    line: str
    state: str
    tries: int
    attempts: int
    """All that were ever made, also before it was sent again by hand."""
    first_at: datetime = Field(sa_type=UtcDateTime, index=True)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it is to be tried, if it waits and is first in its line; while somebody tries, when they are given up on."""
    why: str
    body: str | None = None
    """Of a test; any other is told by its notice."""


class DeliveryAttemptRow(SQLModel, table=True):
    """One try to deliver an event."""

    __tablename__ = "delivery_attempt"

    webhook_id: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    outcome: str
    status: int | None = None
    milliseconds: int | None = None
    why: str
    answer: str


class FormRow(SQLModel, table=True):
    """The questions of a round as they were when the first were asked: the texts of its instrument and additions."""

    __tablename__ = "form"

    round_id: str = Field(primary_key=True)
    instrument: str
    additions: str | None = None


class InvitationRow(SQLModel, table=True):
    """Somebody who is asked in a round, and how far they have come; what they answered stands nowhere here."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ux_invitation_once", "round_id", "person_id", "team_id", unique=True),)

    invitation_id: str = Field(primary_key=True)
    round_id: str = Field(index=True)
    engagement_id: str = Field(index=True)
    person_id: str | None = Field(default=None, index=True)
    team_id: str | None = None
    state: str
    why: str | None = None


class DrawRow(SQLModel, table=True):
    """A draw of a sample, as anybody can make it again."""

    __tablename__ = "draw"

    round_id: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    drawn_at: datetime = Field(sa_type=UtcDateTime)
    document: str


class LinkedRow(SQLModel, table=True):
    """Who gave an answer, of those who said that it may be known; of all others it stands nowhere."""

    __tablename__ = "linked"

    answer_id: str = Field(primary_key=True)
    round_id: str = Field(index=True)
    person_id: str = Field(index=True)


class CallTriedRow(SQLModel, table=True):
    """Somebody was called and not reached."""

    __tablename__ = "call_tried"

    invitation_id: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


class ForgottenRow(SQLModel, table=True):
    """Somebody who was erased, by id alone: nobody asks them anything."""

    __tablename__ = "forgotten"

    person_id: str = Field(primary_key=True)


class FormLinkRow(SQLModel, table=True):
    """A secret that leads to somebody's form: of it only the hash."""

    __tablename__ = "form_link"

    hashed: str = Field(primary_key=True)
    invitation_id: str = Field(index=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    language: str | None = None
    typed: str | None = None
    """What was typed and not sent off yet, to be read with the secret only."""


class ToldLineRow(SQLModel, table=True):
    """A line as it stood when its number was given: by it whoever takes data with them learns what has changed."""

    __tablename__ = "told_line"

    line: str = Field(primary_key=True)
    version: int
    ledger_version: int
    n: int = Field(sa_type=BigInteger, index=True)


TABLES: tuple[type[SQLModel], ...] = (
    ObligationRow, AnswerRow, OutcomeRow, GoalRow, WatchedRow, SignRow, ProposalRow, StirredRow, NoticeRow,
    NumberingRow, WebhookRow, DeliveryRow, DeliveryAttemptRow, FormRow, InvitationRow, DrawRow, CallTriedRow,
    LinkedRow, ForgottenRow, FormLinkRow, ToldLineRow,
)  # fmt: skip
