"""The rows of sessions: what lists are filtered by, beside the whole thing as a document."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from shared.storage.types import UtcDateTime


class SessionRow(SQLModel, table=True):
    """One meeting."""

    __tablename__ = "session"

    engagement_id: str = Field(primary_key=True)
    session_id: str = Field(primary_key=True, index=True)
    number: int
    starts_at: datetime = Field(sa_type=UtcDateTime)
    state: str
    document: str


class HomeworkRow(SQLModel, table=True):
    """What the teams have to do until a session."""

    __tablename__ = "homework"

    engagement_id: str = Field(primary_key=True)
    homework_id: str = Field(primary_key=True, index=True)
    session_id: str
    due_on: date
    document: str


class PlanRow(SQLModel, table=True):
    """A team's action plan with its steps."""

    __tablename__ = "plan"

    engagement_id: str = Field(primary_key=True)
    plan_id: str = Field(primary_key=True, index=True)
    team_id: str
    state: str
    submitted_on: date
    document: str


TABLES: tuple[type[SQLModel], ...] = (SessionRow, HomeworkRow, PlanRow)
