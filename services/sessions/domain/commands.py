"""What sessions may be asked to do."""

from typing import Literal

from shared.commands import Command
from shared.events import sessions as said
from shared.events.base import Day, Instant, Line, Role, Slug, Text


class ScheduleSession(Command):
    """Give a session its time."""

    engagement_id: Slug
    session_id: Slug
    number: said.Number
    topic: Line
    starts_at: Instant
    minutes: said.Minutes
    mode: Literal["virtual", "in_person"] = "virtual"


class MoveSession(Command):
    """Give a session another time; what is not named stays as it was."""

    engagement_id: Slug
    session_id: Slug
    starts_at: Instant
    topic: Line | None = None
    minutes: said.Minutes | None = None
    mode: Literal["virtual", "in_person"] | None = None


class CancelSession(Command):
    """Call a session off."""

    engagement_id: Slug
    session_id: Slug
    cancelled_on: Day | None = None
    reason: Text


class HoldSession(Command):
    """Tell that a session was held, and who was there."""

    engagement_id: Slug
    session_id: Slug
    held_at: Instant
    minutes: said.Minutes | None = None
    attendance: dict[Slug, tuple[Slug, ...]]
    resources: tuple[Line, ...] = ()


class AssignHomework(Command):
    """Give all teams something to do until the next session."""

    engagement_id: Slug
    homework_id: Slug
    session_id: Slug
    due_on: Day
    text: Text


class HandInHomework(Command):
    """Tell that a team did its homework."""

    engagement_id: Slug
    homework_id: Slug
    team_id: Slug
    handed_in_on: Day | None = None


class SubmitPlan(Command):
    """Hand in a team's action plan."""

    engagement_id: Slug
    plan_id: Slug
    team_id: Slug
    submitted_on: Day | None = None
    steps: tuple[said.Step, ...] = ()


class JudgePlan(Command):
    """Accept or reject a plan for the lead agency."""

    engagement_id: Slug
    plan_id: Slug
    role: Role = "lead_agency"
    on: Day | None = None
    reason: Text | None = None


class ReportStep(Command):
    """Tell how a step of a plan is coming along."""

    engagement_id: Slug
    plan_id: Slug
    step_id: Slug
    status: Literal["under_way", "done", "blocked", "dropped"]
    barrier: said.Barrier | None = None
    reported_on: Day | None = None
