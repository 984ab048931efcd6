"""The rows of evaluation: what lists are filtered by, beside the whole thing as a document."""

from datetime import date

from sqlmodel import Field, SQLModel

from shared.obligations.ledger import ObligationRow


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


TABLES: tuple[type[SQLModel], ...] = (ObligationRow, AnswerRow, OutcomeRow, GoalRow)
