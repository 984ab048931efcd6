"""Evaluation rounds, and what was answered in them."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from shared.tabular.columns import DataRow


class RoundRow(DataRow):
    """One evaluation round."""

    table: ClassVar = "rounds"
    key: ClassVar = ("engagement_id", "round_id")

    engagement_id: str = Field(description="the engagement")
    round_id: str = Field(description="the round")
    kind: str = Field(description="mid, end, later, semiannual, improvement_review or goal")
    title: str = Field(description="what it is called")
    instrument: str | None = Field(default=None, description="the questions that it asks")
    asks: str | None = Field(default=None, description="whom it asks: a role, leads, members or sample")
    team_id: str | None = Field(default=None, description="the team that it is about; empty for all of them")
    state: Literal["planned", "open", "closed", "skipped", "lapsed", "withdrawn"] = Field(
        description="what became of it"
    )
    due_at: datetime = Field(description="when it opens or was to open", json_schema_extra={"unit": "UTC"})
    opened_at: datetime | None = Field(default=None, description="when it opened", json_schema_extra={"unit": "UTC"})
    closes_at: datetime | None = Field(
        default=None, description="when it closes or closed by itself", json_schema_extra={"unit": "UTC"}
    )
    invited: int | None = Field(
        default=None,
        description="people, or teams that answer as one, who were asked by a link",
        json_schema_extra={"unit": "invitations"},
    )
    answered: int = Field(description="answers that came, late ones among them", json_schema_extra={"unit": "answers"})


class AnswersRow(DataRow):
    """How many chose one answer to one question of a round."""

    table: ClassVar = "answer_counts"
    key: ClassVar = ("engagement_id", "round_id", "question", "value")

    engagement_id: str = Field(description="the engagement")
    round_id: str = Field(description="the round")
    question: str = Field(description="the question, by its name in the instrument")
    value: str = Field(
        description="the answer, the same in all languages; `answered` and `not answered` of the whole question"
    )
    question_en: str = Field(description="the question in English")
    value_en: str | None = Field(default=None, description="the answer in English")
    type: Literal["scale", "one_of", "any_of", "yes_no", "number", "day", "text"] = Field(
        description="how it is answered"
    )
    people: int | None = Field(
        default=None,
        description="how many; of people, empty where it would tell of fewer than five",
        json_schema_extra={"unit": "answers", "suppressed": True},
    )


class AnswerRow(DataRow):
    """One answer to one question, for evaluators of the engagement; of people where five have answered the round."""

    table: ClassVar = "answers"
    key: ClassVar = ("engagement_id", "round_id", "answer_id", "question", "part")

    engagement_id: str = Field(description="the engagement")
    round_id: str = Field(description="the round")
    answer_id: str = Field(description="what holds together what was sent off at once")
    question: str = Field(description="the question, by its name in the instrument")
    part: int = Field(description="1, 2, ... where several answers were chosen; else 1")
    team_id: str | None = Field(
        default=None,
        description="the team, where five of it have answered or it answers as one",
        json_schema_extra={"suppressed": True},
    )
    person_id: str | None = Field(
        default=None,
        description="whose it is, where they said that it may be known, and have not taken that back",
        json_schema_extra={"suppressed": True},
    )
    type: Literal["scale", "one_of", "any_of", "yes_no", "number", "day", "text"] | None = Field(
        default=None, description="how it is answered; empty where the form is not known"
    )
    value: str = Field(
        description="the answer, the same in all languages: a name, a number, true or false, a day, or words",
        json_schema_extra={"suppressed": True},
    )
    number: float | None = Field(
        default=None, description="the same as a number, where it is one", json_schema_extra={"suppressed": True}
    )
    question_en: str | None = Field(default=None, description="the question in English")
    value_en: str | None = Field(default=None, description="the answer in English, where it was chosen")
