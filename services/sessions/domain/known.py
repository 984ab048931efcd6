"""What sessions knows of an engagement, as its facts stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from shared.entities import Entity, gather
from shared.events import intake
from shared.events import sessions as said
from shared.events.base import Fact
from shared.playbooks.history import History

Verdict = Literal["accepted", "rejected"]
SessionState = Literal["scheduled", "held", "cancelled"]
PlanState = Literal["submitted", "accepted", "rejected"]


class Engagement(Entity):
    """The engagement that the sessions belong to, as far as sessions needs it."""

    engagement_id: str
    time_zone: str
    opened_on: date
    closed_on: date | None = None


class Team(Entity):
    """A team that takes part."""

    team_id: str
    jurisdiction: str
    left_on: date | None = None


class Session(Entity):
    """One meeting."""

    engagement_id: str
    session_id: str
    number: int
    topic: str
    starts_at: datetime
    minutes: int
    mode: str
    state: SessionState = "scheduled"
    revision: int = 0
    held_at: datetime | None = None
    attendance: dict[str, tuple[str, ...]] | None = None
    resources: tuple[str, ...] = ()
    cancelled_on: date | None = None
    reason: str | None = None


class Homework(Entity):
    """What the teams have to do until a session, and who did it when."""

    engagement_id: str
    homework_id: str
    session_id: str
    due_on: date
    text: str
    handed_in: dict[str, date] = {}


class Step(Entity):
    """One step of a plan, and how it is coming along."""

    step_id: str
    text: str
    owner_role: str
    due_on: date | None = None
    status: str = "open"
    barrier: str | None = None
    reported_on: date | None = None


class Plan(Entity):
    """A team's action plan."""

    engagement_id: str
    plan_id: str
    team_id: str
    submitted_on: date
    steps: tuple[Step, ...]
    state: PlanState = "submitted"
    judged_on: date | None = None
    reason: str | None = None
    revisions: dict[str, int] = {}
    """Of each verdict that was given, the revision at which it was said last."""


@dataclass(frozen=True)
class Known:
    """All that sessions knows of one engagement."""

    engagement: Engagement | None
    teams: Mapping[str, Team]
    sessions: Mapping[str, Session]
    homework: Mapping[str, Homework]
    plans: Mapping[str, Plan]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.engagement.time_zone if self.engagement else "UTC")


def known(history: History) -> Known:
    """What sessions knows, as the facts of the engagement stand."""
    engagements = gather(history, intake.EngagementOpened, "engagement_id", _engagement)
    return Known(
        engagement=next(iter(engagements.values()), None),
        teams=gather(history, intake.TeamFormed, "team_id", _team),
        sessions=gather(history, said.SessionScheduled, "session_id", _session),
        homework=gather(history, said.HomeworkAssigned, "homework_id", _homework),
        plans=gather(history, said.ActionPlanSubmitted, "plan_id", _plan),
    )


def _engagement(known: Engagement | None, fact: Fact) -> Engagement | None:
    match fact.event, known:
        case intake.EngagementOpened() as event, _:
            return Engagement(engagement_id=event.engagement_id, time_zone=event.time_zone, opened_on=event.opened_on)
        case intake.EngagementChanged() as event, Engagement():
            return known.but(time_zone=event.time_zone or known.time_zone, opened_on=event.opened_on or known.opened_on)
        case intake.EngagementClosed() as event, Engagement():
            return known.but(closed_on=event.closed_on)
    return known


def _team(known: Team | None, fact: Fact) -> Team | None:
    match fact.event, known:
        case intake.TeamFormed() as event, _:
            return Team(team_id=event.team_id, jurisdiction=event.jurisdiction)
        case intake.TeamChanged() as event, Team():
            return known.but(jurisdiction=event.jurisdiction)
        case intake.TeamLeft() as event, Team():
            return known.but(left_on=event.left_on)
    return known


def _session(known: Session | None, fact: Fact) -> Session | None:
    match fact.event, known:
        case said.SessionScheduled() as event, _:
            return Session(**event.model_dump())
        case said.SessionHeld() as event, Session():
            return known.but(
                state="cancelled" if known.state == "cancelled" else "held",
                held_at=event.held_at,
                minutes=event.minutes,
                attendance=event.attendance,
                resources=event.resources,
            )
        case said.SessionCancelled() as event, Session():
            return known.but(state="cancelled", cancelled_on=event.cancelled_on, reason=event.reason)
    return known


def _homework(known: Homework | None, fact: Fact) -> Homework | None:
    match fact.event, known:
        case said.HomeworkAssigned() as event, _:
            return Homework(**event.model_dump())
        case said.HomeworkHandedIn() as event, Homework():
            return known.but(handed_in={**known.handed_in, event.team_id: event.handed_in_on})
    return known


def _plan(known: Plan | None, fact: Fact) -> Plan | None:
    match fact.event, known:
        case said.ActionPlanSubmitted() as event, _:
            return Plan(**event.model_dump())
        case (said.ActionPlanAccepted() | said.ActionPlanRejected()) as event, Plan():
            return _judged(known, event)
        case said.ActionStepReported() as event, Plan():
            return known.but(steps=tuple(_step(step, event) for step in known.steps))
    return known


def _judged(plan: Plan, event: said.ActionPlanAccepted | said.ActionPlanRejected) -> Plan:
    """The plan with one more verdict: the latest stands, and of two on one day the rejection."""
    state: Verdict = "accepted" if isinstance(event, said.ActionPlanAccepted) else "rejected"
    judged = plan.but(revisions={**plan.revisions, state: event.revision})
    if plan.judged_on and (event.on, state) < (plan.judged_on, plan.state):
        return judged
    return judged.but(state=state, judged_on=event.on, reason=event.reason)


def _step(step: Step, event: said.ActionStepReported) -> Step:
    if step.step_id != event.step_id:
        return step
    return step.but(status=event.status, barrier=event.barrier, reported_on=event.reported_on)
