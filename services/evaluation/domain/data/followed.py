"""Tasks of follow-up, and contacts that were made or withheld."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from shared.tabular.columns import DataRow


class TaskRow(DataRow):
    """Something that somebody owes, as its playbook and people say."""

    table: ClassVar = "tasks"
    key: ClassVar = ("engagement_id", "task_id")

    engagement_id: str = Field(description="the engagement; - for what is owed to a request or topic")
    task_id: str = Field(description="the task")
    rule: str | None = Field(default=None, description="the rule of the playbook")
    title: str | None = Field(default=None, description="what is to be done")
    to: str | None = Field(default=None, description="the role that owes it")
    team_id: str | None = Field(default=None, description="the team that it is about")
    state: Literal["scheduled", "due", "done", "skipped", "lapsed", "withdrawn", "withheld"] = Field(
        description="what became of it"
    )
    due_at: datetime | None = Field(
        default=None, description="when it falls or fell due", json_schema_extra={"unit": "UTC"}
    )
    fell_due_at: datetime | None = Field(
        default=None, description="when it came to its desk", json_schema_extra={"unit": "UTC"}
    )
    ended_at: datetime | None = Field(
        default=None, description="when it was done, skipped, withdrawn or lapsed", json_schema_extra={"unit": "UTC"}
    )
    by_hand: bool | None = Field(
        default=None, description="of what is done: whether a person said so; else a fact showed it"
    )
    person_id: str | None = Field(default=None, description="who did or skipped it, by id")
    reason: str | None = Field(default=None, description="why it was skipped, withdrawn, withheld or lapsed")
    contact: str | None = Field(default=None, description="for what it reaches out to a team, if it does")
    times_moved: int = Field(description="how often its day moved with its reason", json_schema_extra={"unit": "times"})
    times_put_off: int = Field(description="how often a person put it off", json_schema_extra={"unit": "times"})
    was_escalated: bool = Field(description="whether somebody above was told that it waited")


class ContactRow(DataRow):
    """Something by which a team is reached, and what became of it; one row for each team or person left out besides."""

    table: ClassVar = "contacts"
    key: ClassVar = ("engagement_id", "task_id", "team_id", "person_id", "what", "n")

    engagement_id: str = Field(description="the engagement")
    task_id: str = Field(description="the task or round that reaches out")
    team_id: str | None = Field(default=None, description="the team; empty for all of them")
    person_id: str | None = Field(
        default=None, description="to whom a reminder went, or a letter about a round did not, by id"
    )
    what: Literal["task", "round", "invitation", "reminder", "letter"] = Field(
        description="by what: a task, a round with `contact`, the invitations to another round, a reminder; "
        "`letter` of a withheld one of which an earlier version did not tell whether it was an invitation or a reminder"
    )
    n: int = Field(
        default=0, description="which one of several reminders, openings of a round, or letters and tasks withheld"
    )
    kind: str | None = Field(default=None, description="for what it reaches out")
    became: Literal["due", "made", "withheld", "settled", "skipped", "lapsed", "withdrawn"] = Field(
        description="made where a person says so, settled where a fact showed it, withheld by policy"
    )
    at: datetime | None = Field(
        default=None, description="when it fell due, or would have", json_schema_extra={"unit": "UTC"}
    )
    withheld_by: Literal["window", "cap", "consent", "quota"] | None = Field(
        default=None, description="the policy that forbade it"
    )
    reason: str | None = Field(default=None, description="why it was withheld, in words")
