"""The rows of evaluation: what lists are filtered by, beside the whole thing as a document."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from shared.obligations.ledger import ObligationRow
from shared.storage.types import UtcDateTime


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


TABLES: tuple[type[SQLModel], ...] = (
    ObligationRow, AnswerRow, OutcomeRow, GoalRow, WatchedRow, SignRow, ProposalRow, StirredRow,
)  # fmt: skip
