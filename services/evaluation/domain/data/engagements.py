"""Engagements, their teams, who took on and gave up roles, and what agencies asked for."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from shared.tabular.columns import DataRow


class EngagementRow(DataRow):
    """One run of a model on one topic."""

    table: ClassVar = "engagements"
    key: ClassVar = ("engagement_id",)

    engagement_id: str = Field(description="the engagement")
    title: str = Field(description="what it is called")
    model: str = Field(description="the playbook that rules it")
    center: str = Field(description="the center that runs it")
    topic: str = Field(description="what it is about")
    opened_on: date = Field(description="the day on which it was opened")
    planned_close: date | None = Field(default=None, description="the day on which it is to close")
    closed_on: date | None = Field(default=None, description="the day on which it closed")
    closed_because: Literal["completed", "stopped"] | None = Field(default=None, description="why it closed")
    time_zone: str = Field(description="the zone in which its days are counted")
    facilitator: str | None = Field(default=None, description="who runs it, by id")
    evaluator: str | None = Field(default=None, description="who evaluates it, by id")
    supervisor: str | None = Field(default=None, description="who supervises it, by id")
    teams: int = Field(description="teams that were ever formed", json_schema_extra={"unit": "teams"})
    teams_left: int = Field(description="of them, those that left", json_schema_extra={"unit": "teams"})
    planned_sessions: int | None = Field(
        default=None,
        description="sessions that were planned when it was opened or changed",
        json_schema_extra={"unit": "sessions"},
    )
    sessions_held: int = Field(description="sessions that were held", json_schema_extra={"unit": "sessions"})
    goals: int = Field(description="goals that stand", json_schema_extra={"unit": "goals"})


class TeamRow(DataRow):
    """The people of one jurisdiction in one engagement."""

    table: ClassVar = "teams"
    key: ClassVar = ("engagement_id", "team_id")

    engagement_id: str = Field(description="the engagement")
    team_id: str = Field(description="the team")
    jurisdiction: str = Field(description="its state or territory by USPS code, or its Tribe")
    cohort: str | None = Field(default=None, description="the cohort in which it learns")
    formed_on: date = Field(description="the day on which it was formed")
    left_on: date | None = Field(default=None, description="the day on which it left")
    left_because: str | None = Field(default=None, description="why it left, in the words of staff")
    lead: str | None = Field(default=None, description="who leads it, by id; empty where nobody does")
    people: int = Field(description="people in it now, or when it left", json_schema_extra={"unit": "people"})
    has_lead_agency: bool = Field(description="whether somebody of the lead agency is in it")
    vacant_roles: str | None = Field(
        default=None, description='roles that somebody gave up and nobody has taken on, with "; " between them'
    )
    signed_off_on: date | None = Field(
        default=None, description="the last day on which the leadership of an agency stood behind its work"
    )


class RoleChangeRow(DataRow):
    """Somebody took on or gave up a role, of a team or of the engagement: turnover."""

    table: ClassVar = "role_changes"
    key: ClassVar = ("engagement_id", "team_id", "role", "person_id", "on", "change")

    engagement_id: str = Field(description="the engagement")
    team_id: str | None = Field(default=None, description="the team; empty for a role of the engagement")
    role: str = Field(description="the role")
    person_id: str = Field(description="who, by id")
    on: date = Field(description="the day")
    change: Literal["filled", "vacated"] = Field(description="whether the role was taken on or given up")
    filled_on: date | None = Field(
        default=None, description="of a role that then stood empty: the day on which somebody took it on again"
    )
    days_empty: int | None = Field(
        default=None,
        description="of a role that then stood empty and was taken on again: for how long",
        json_schema_extra={"unit": "days"},
    )


class RequestRow(DataRow):
    """What an agency asked for in a tracker; requests that were withdrawn are gone."""

    table: ClassVar = "requests"
    key: ClassVar = ("request_id",)

    request_id: str = Field(description="the request")
    source: str = Field(description="the tracker that told us")
    external_id: str = Field(description="its id in that tracker")
    jurisdiction: str = Field(description="who asked: a state or territory by USPS code, or a Tribe")
    topic: str = Field(description="what it is about")
    need: str = Field(description="what was asked for, in the words of the tracker")
    logged_on: date = Field(description="the day on which it was logged")
    follows: str | None = Field(
        default=None, description="the engagement after which it was asked, if the tracker told one"
    )
    answered_on: date | None = Field(default=None, description="the day on which it was answered")
    answered_how: Literal["engagement", "one_on_one", "peer_to_peer", "resource", "declined"] | None = Field(
        default=None, description="how it was answered"
    )
    days_to_answer: int | None = Field(
        default=None, description="from the day it was logged to its answer", json_schema_extra={"unit": "days"}
    )
