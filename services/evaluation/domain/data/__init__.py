"""The tables that evaluators take with them: what a row of each is, and what each column means."""

from services.evaluation.domain.data.asked import AnswerRow, AnswersRow, RoundRow
from services.evaluation.domain.data.engagements import EngagementRow, RequestRow, RoleChangeRow, TeamRow
from services.evaluation.domain.data.followed import ContactRow, TaskRow
from services.evaluation.domain.data.meetings import AttendanceRow, HomeworkRow, SessionRow
from services.evaluation.domain.data.plans import PlanRow, StepRow
from services.evaluation.domain.data.seen import AssessmentRow, GoalRow, OutcomeRow
from services.evaluation.domain.data.source import Source
from shared.tabular.columns import DataRow

__all__ = [
    "TABLES",
    "AnswerRow",
    "AnswersRow",
    "AssessmentRow",
    "AttendanceRow",
    "ContactRow",
    "EngagementRow",
    "GoalRow",
    "HomeworkRow",
    "OutcomeRow",
    "PlanRow",
    "RequestRow",
    "RoleChangeRow",
    "RoundRow",
    "SessionRow",
    "Source",
    "StepRow",
    "TaskRow",
    "TeamRow",
]  # fmt: skip

TABLES: tuple[type[DataRow], ...] = (
    EngagementRow, TeamRow, RoleChangeRow, RequestRow, SessionRow, AttendanceRow, HomeworkRow, PlanRow, StepRow,
    TaskRow, ContactRow, RoundRow, AnswersRow, AnswerRow, GoalRow, AssessmentRow, OutcomeRow,
)  # fmt: skip
"""All tables, in the order of the process."""
