"""What was promised, how it was judged, and what was seen."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from shared.events.evaluation import Verdict
from shared.events.fields import Level
from shared.tabular.columns import DataRow


class GoalRow(DataRow):
    """One line of the theory of change, and how it was judged last."""

    table: ClassVar = "goals"
    key: ClassVar = ("engagement_id", "goal_id")

    engagement_id: str = Field(description="the engagement")
    goal_id: str = Field(description="the goal")
    level: Level = Field(description="what should change")
    statement: str = Field(description="the promise")
    by: date | None = Field(default=None, description="the day by which it should be so")
    indicator: str | None = Field(default=None, description="how it will be noticed")
    declared_on: date = Field(description="the day from which it stands")
    verdict: Verdict | None = Field(default=None, description="how it was judged last; empty where nobody has")
    assessed_on: date | None = Field(default=None, description="the day of that verdict")


class AssessmentRow(DataRow):
    """Each time that a goal was held against what was seen."""

    table: ClassVar = "assessments"
    key: ClassVar = ("engagement_id", "goal_id", "revision")

    engagement_id: str = Field(description="the engagement")
    goal_id: str = Field(description="the goal")
    revision: int = Field(description="0 for the first verdict; the highest counts")
    verdict: Verdict = Field(description="how it was judged")
    on: date = Field(description="the day")
    outcomes: str | None = Field(
        default=None, description='the outcomes on which the verdict rests, with "; " between them'
    )
    is_last: bool = Field(description="whether it counts now")


class OutcomeRow(DataRow):
    """A change that was seen, or may have been."""

    table: ClassVar = "outcomes"
    key: ClassVar = ("engagement_id", "outcome_id")

    engagement_id: str = Field(description="the engagement")
    outcome_id: str = Field(description="the outcome")
    state: Literal["recorded", "proposed", "dismissed"] = Field(
        description="recorded by somebody, proposed by watching, or looked at and dismissed"
    )
    level: Level = Field(description="what changed")
    statement: str = Field(description="the change")
    evidence: str | None = Field(default=None, description="what shows it")
    seen_on: date = Field(description="the day on which it was seen")
    source: Literal["round", "report", "watch"] | None = Field(default=None, description="how it came to be known")
    jurisdiction: str | None = Field(default=None, description="where: a state or territory by USPS code, or a Tribe")
    team_id: str | None = Field(default=None, description="of which team")
    goal_id: str | None = Field(default=None, description="the goal that it stands under")
    dismissed_because: str | None = Field(default=None, description="why it is none, in the words of staff")
