"""What sessions says: meetings, attendance, homework, action plans and their steps."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from shared.events.base import Event, FactRetracted, OfEngagement, Part
from shared.events.fields import Day, Ids, Instant, Line, Lines, Role, Slug, Text, each_once

Number = Annotated[int, Field(strict=True, ge=1, le=1000, description="number of the session, from 1")]
Minutes = Annotated[int, Field(strict=True, ge=1, le=10_080, description="number of minutes")]
Barrier = Literal["leadership", "legislation", "cost", "conflicting_policy", "readiness", "turnover", "time"]


class SessionScheduled(OfEngagement):
    """A meeting has its time; said again with a higher revision, it has another."""

    type: ClassVar = "eng.sessions.session_scheduled.v1"
    identity: ClassVar = ("session_id",)

    session_id: Slug
    number: Number
    topic: Line
    starts_at: Instant
    minutes: Minutes
    mode: Literal["virtual", "in_person"]


class SessionCancelled(OfEngagement):
    """The meeting does not take place; its number may be scheduled again under a new id."""

    type: ClassVar = "eng.sessions.session_cancelled.v1"
    identity: ClassVar = ("session_id",)
    happened: ClassVar = "cancelled_on"

    session_id: Slug
    cancelled_on: Day
    reason: Text


class SessionHeld(OfEngagement):
    """The teams met; a team that is missing from the attendance was absent."""

    type: ClassVar = "eng.sessions.session_held.v1"
    identity: ClassVar = ("session_id",)
    happened: ClassVar = "held_at"

    session_id: Slug
    held_at: Instant
    minutes: Minutes
    attendance: Annotated[
        dict[Slug, Annotated[Ids, Field(max_length=200)]],
        Field(max_length=1000, description="ids of the persons who came, by team id"),
    ]
    resources: Lines = ()


class HomeworkAssigned(OfEngagement):
    """Every team has something to do until the next session."""

    type: ClassVar = "eng.sessions.homework_assigned.v1"
    identity: ClassVar = ("homework_id",)

    homework_id: Slug
    session_id: Slug
    due_on: Day
    text: Text


class HomeworkHandedIn(OfEngagement):
    """A team did its homework."""

    type: ClassVar = "eng.sessions.homework_handed_in.v1"
    identity: ClassVar = ("homework_id", "team_id")
    happened: ClassVar = "handed_in_on"

    homework_id: Slug
    team_id: Slug
    handed_in_on: Day


class Step(Part):
    """One thing that a team means to do."""

    step_id: Slug
    text: Text
    owner_role: Role
    due_on: Day | None = None


Steps = Annotated[tuple[Step, ...], Field(max_length=1000), AfterValidator(each_once("step_id"))]


class ActionPlanSubmitted(OfEngagement):
    """The team handed in its plan.

    Playbooks usually answer this one: a plan without a date to look back at it is forgotten.
    """

    type: ClassVar = "eng.sessions.action_plan_submitted.v1"
    identity: ClassVar = ("plan_id",)
    happened: ClassVar = "submitted_on"

    plan_id: Slug
    team_id: Slug
    submitted_on: Day
    steps: Steps


class ActionPlanAccepted(OfEngagement):
    """The lead agency stands behind the plan."""

    type: ClassVar = "eng.sessions.action_plan_accepted.v1"
    identity: ClassVar = ("plan_id",)
    happened: ClassVar = "on"

    plan_id: Slug
    team_id: Slug
    role: Role
    on: Day
    reason: Text | None = None


class ActionPlanRejected(OfEngagement):
    """The lead agency does not stand behind the plan."""

    type: ClassVar = "eng.sessions.action_plan_rejected.v1"
    identity: ClassVar = ("plan_id",)
    happened: ClassVar = "on"

    plan_id: Slug
    team_id: Slug
    role: Role
    on: Day
    reason: Text | None = None


class ActionStepReported(OfEngagement):
    """Somebody told how a step is coming along, and what stands in its way."""

    type: ClassVar = "eng.sessions.action_step_reported.v1"
    identity: ClassVar = ("plan_id", "step_id", "reported_on")
    happened: ClassVar = "reported_on"

    plan_id: Slug
    step_id: Slug
    status: Literal["under_way", "done", "blocked", "dropped"]
    barrier: Barrier | None = None
    reported_on: Day


class SessionsFactRetracted(FactRetracted):
    """A fact that sessions said was a mistake: it never was."""

    type: ClassVar = "eng.sessions.fact_retracted.v1"


EVENTS: tuple[type[Event], ...] = (
    SessionScheduled, SessionCancelled, SessionHeld, HomeworkAssigned, HomeworkHandedIn, ActionPlanSubmitted,
    ActionPlanAccepted, ActionPlanRejected, ActionStepReported, SessionsFactRetracted,
)  # fmt: skip
