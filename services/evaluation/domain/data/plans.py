"""Action plans and their steps."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from shared.tabular.columns import DataRow


class PlanRow(DataRow):
    """A plan that a team handed in."""

    table: ClassVar = "plans"
    key: ClassVar = ("engagement_id", "plan_id")

    engagement_id: str = Field(description="the engagement")
    plan_id: str = Field(description="the plan")
    team_id: str = Field(description="whose plan it is")
    jurisdiction: str | None = Field(default=None, description="whose team it is")
    submitted_on: date = Field(description="the day on which it was handed in")
    state: Literal["submitted", "accepted", "rejected"] = Field(description="the last word of the lead agency on it")
    judged_on: date | None = Field(default=None, description="the day of that word")
    judged_by: str | None = Field(default=None, description="the role whose word it was")
    judged_because: str | None = Field(default=None, description="why, in the words of staff")
    steps: int = Field(description="its steps", json_schema_extra={"unit": "steps"})
    steps_done: int = Field(description="of them, those that are done", json_schema_extra={"unit": "steps"})
    steps_open: int = Field(
        description="of them, those that are neither done nor dropped", json_schema_extra={"unit": "steps"}
    )


class StepRow(DataRow):
    """One step of a plan, and how it stands."""

    table: ClassVar = "steps"
    key: ClassVar = ("engagement_id", "plan_id", "step_id")

    engagement_id: str = Field(description="the engagement")
    plan_id: str = Field(description="the plan")
    step_id: str = Field(description="the step")
    team_id: str = Field(description="whose plan it is")
    text: str = Field(description="what is to be done, in the words of the team")
    owner_role: str = Field(description="the role that is to do it")
    due_on: date | None = Field(default=None, description="the day by which it is to be done")
    status: Literal["planned", "under_way", "done", "blocked", "dropped"] = Field(
        description="how it stood when last reported; planned where nobody has reported"
    )
    barrier: (
        Literal["leadership", "legislation", "cost", "conflicting_policy", "readiness", "turnover", "time"] | None
    ) = Field(default=None, description="what stood in its way when last reported")
    reported_on: date | None = Field(default=None, description="the day of the last report")
    reports: int = Field(description="how often it was reported", json_schema_extra={"unit": "reports"})
    barriers_met: str | None = Field(default=None, description='all that ever stood in its way, with "; " between them')
