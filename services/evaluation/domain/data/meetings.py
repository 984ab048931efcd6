"""Sessions, who came to them, and homework."""

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from shared.tabular.columns import DataRow


class SessionRow(DataRow):
    """One meeting of an engagement."""

    table: ClassVar = "sessions"
    key: ClassVar = ("engagement_id", "session_id")

    engagement_id: str = Field(description="the engagement")
    session_id: str = Field(description="the session")
    number: int = Field(description="its number in the engagement, from 1")
    topic: str = Field(description="what it is about")
    mode: Literal["virtual", "in_person"] = Field(description="how people meet")
    state: Literal["scheduled", "held", "cancelled"] = Field(description="whether it took place")
    starts_at: datetime = Field(description="when it is or was to begin", json_schema_extra={"unit": "UTC"})
    planned_minutes: int = Field(description="how long it is or was to take", json_schema_extra={"unit": "minutes"})
    held_at: datetime | None = Field(default=None, description="when it began", json_schema_extra={"unit": "UTC"})
    minutes: int | None = Field(default=None, description="how long it took", json_schema_extra={"unit": "minutes"})
    cancelled_on: date | None = Field(default=None, description="the day on which it was called off")
    cancelled_because: str | None = Field(default=None, description="why, in the words of staff")
    teams_there: int | None = Field(
        default=None, description="teams of which somebody came", json_schema_extra={"unit": "teams"}
    )
    people_there: int | None = Field(default=None, description="people who came", json_schema_extra={"unit": "people"})


class AttendanceRow(DataRow):
    """One team at one session that was held, among those formed by then and not gone."""

    table: ClassVar = "attendance"
    key: ClassVar = ("engagement_id", "session_id", "team_id")

    engagement_id: str = Field(description="the engagement")
    session_id: str = Field(description="the session")
    team_id: str = Field(description="the team")
    number: int = Field(description="the number of the session")
    jurisdiction: str = Field(description="whose team it is")
    was_there: bool = Field(description="whether anybody of it came")
    people_there: int = Field(description="people of it who came", json_schema_extra={"unit": "people"})
    people: int = Field(description="people in it on that day", json_schema_extra={"unit": "people"})


class HomeworkRow(DataRow):
    """What one team was to do until a session."""

    table: ClassVar = "homework"
    key: ClassVar = ("engagement_id", "homework_id", "team_id")

    engagement_id: str = Field(description="the engagement")
    homework_id: str = Field(description="the homework")
    team_id: str = Field(description="the team")
    session_id: str = Field(description="the session")
    text: str = Field(description="what is to be done")
    due_on: date = Field(description="the day by which it is to be handed in")
    handed_in_on: date | None = Field(default=None, description="the day on which it was handed in")
    days_late: int | None = Field(
        default=None,
        description="from its day to when it was handed in; below zero where it was early",
        json_schema_extra={"unit": "days"},
    )
