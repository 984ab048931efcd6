"""What sessions knows of an engagement, what it may be asked to do, and what it shows of it to people."""

from services.sessions.domain.commands import (
    AssignHomework,
    CancelSession,
    HandInHomework,
    HoldSession,
    JudgePlan,
    MoveSession,
    ReportStep,
    ScheduleSession,
    SubmitPlan,
)
from services.sessions.domain.known import (
    Engagement,
    Homework,
    Known,
    Plan,
    PlanState,
    Session,
    SessionState,
    Step,
    Team,
    known,
)
from services.sessions.domain.showing import Meeting, Overview, Seat, Table, clock_time, overview

__all__ = [
    "AssignHomework", "CancelSession", "Engagement", "HandInHomework", "HoldSession", "Homework", "JudgePlan",
    "Known", "Meeting", "MoveSession", "Overview", "Plan", "PlanState", "ReportStep", "ScheduleSession", "Seat",
    "Session", "SessionState", "Step", "SubmitPlan", "Table", "Team", "clock_time", "known", "overview",
]  # fmt: skip
