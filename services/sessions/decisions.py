"""What sessions answers to a command: the facts that it makes true, or why it refuses."""

from datetime import date, datetime, timedelta
from typing import TypeVar

from services.sessions import domain
from services.sessions.domain import Engagement, Known, Plan, Session
from shared.errors import Conflict, Malformed, Unknown
from shared.events import sessions as said
from shared.events.base import Event

T = TypeVar("T")


class NotHeldIfCancelled(Conflict):
    """Session {session_id} was cancelled. Schedule its number again under a new session_id."""


class NotCancelledIfHeld(Conflict):
    """Session {session_id} was held. Retract that fact first if it was a mistake."""


class NotMovedAnyMore(Conflict):
    """Session {session_id} is {state}; only a session that is still to come can be moved."""


class AnotherThen(Conflict):
    """Session {number}, {topic}, takes place at that time. Name another, or schedule it all the same."""


class TeamGone(Conflict):
    """Team {team_id} left the engagement on {left_on}."""


def schedule(command: domain.ScheduleSession, known: Known, now: datetime) -> list[Event]:
    """A session has its time."""
    _engagement(known, command.engagement_id)
    return [command.as_event(said.SessionScheduled)]


def nothing_else_then(command: domain.ScheduleSession, known: Known) -> None:
    """Refuse a session while another of the engagement takes place: nearly always it is the same one, told twice."""
    ends = command.starts_at + timedelta(minutes=command.minutes)
    for one in known.sessions.values():
        if one.state == "cancelled" or one.session_id == command.session_id:
            continue
        if one.starts_at < ends and command.starts_at < one.starts_at + timedelta(minutes=one.minutes):
            raise AnotherThen("starts_at", number=one.number, topic=one.topic)


def move(command: domain.MoveSession, known: Known, now: datetime) -> list[Event]:
    """The session is scheduled again, with the next revision."""
    session = _session(known, command.engagement_id, command.session_id)
    if session.state != "scheduled":
        raise NotMovedAnyMore("session_id", session_id=session.session_id, state=session.state)
    moved = command.as_event(
        said.SessionScheduled,
        number=session.number,
        topic=command.topic or session.topic,
        minutes=command.minutes or session.minutes,
        mode=command.mode or session.mode,
        revision=session.revision,
    )
    if _is_as_scheduled(moved, session):
        return [moved]
    return [moved.model_copy(update={"revision": max(session.revision + 1, command.revision)})]


def cancel(command: domain.CancelSession, known: Known, now: datetime) -> list[Event]:
    """The session does not take place."""
    session = _session(known, command.engagement_id, command.session_id)
    if session.state == "held":
        raise NotCancelledIfHeld("session_id", session_id=session.session_id)
    if not command.reason.strip():
        raise Malformed("is missing: whoever meant to come wants to know why", "reason")
    return [command.as_event(said.SessionCancelled, cancelled_on=command.cancelled_on or _today(known, now))]


def hold(command: domain.HoldSession, known: Known, now: datetime) -> list[Event]:
    """The session took place."""
    session = _session(known, command.engagement_id, command.session_id)
    if session.state == "cancelled":
        raise NotHeldIfCancelled("session_id", session_id=session.session_id)
    if command.held_at > now:
        raise Malformed("is in the future; tell it once the session was held", "held_at")
    for team_id in command.attendance:
        _found(known.teams.get(team_id), "team", team_id, command.engagement_id, f"attendance.{team_id}")
    return [command.as_event(said.SessionHeld, minutes=command.minutes or session.minutes)]


def assign_homework(command: domain.AssignHomework, known: Known, now: datetime) -> list[Event]:
    """All teams have something to do."""
    _session(known, command.engagement_id, command.session_id)
    if not command.text.strip():
        raise Malformed("is missing: tell the teams what to do", "text")
    return [command.as_event(said.HomeworkAssigned)]


def hand_in_homework(command: domain.HandInHomework, known: Known, now: datetime) -> list[Event]:
    """A team did its homework."""
    _engagement(known, command.engagement_id)
    homework = known.homework.get(command.homework_id)
    _found(homework, "homework", command.homework_id, command.engagement_id, "homework_id")
    _present_team(known, command.engagement_id, command.team_id)
    return [command.as_event(said.HomeworkHandedIn, handed_in_on=command.handed_in_on or _today(known, now))]


def submit_plan(command: domain.SubmitPlan, known: Known, now: datetime) -> list[Event]:
    """The team handed in its plan."""
    _present_team(known, command.engagement_id, command.team_id)
    steps = [step.step_id for step in command.steps]
    for number, step_id in enumerate(steps):
        if step_id in steps[:number]:
            raise Malformed("is the id of an earlier step; each step needs its own", f"steps[{number}].step_id")
    submitted_on = command.submitted_on or _submitted_before(known, command.plan_id) or _today(known, now)
    return [command.as_event(said.ActionPlanSubmitted, submitted_on=submitted_on)]


def accept_plan(command: domain.JudgePlan, known: Known, now: datetime) -> list[Event]:
    """The lead agency stands behind the plan."""
    return [_judged(said.ActionPlanAccepted, "accepted", command, known, now)]


def reject_plan(command: domain.JudgePlan, known: Known, now: datetime) -> list[Event]:
    """The lead agency does not stand behind the plan."""
    if not command.reason:
        raise Malformed("is missing: a team can mend only what it is told", "reason")
    return [_judged(said.ActionPlanRejected, "rejected", command, known, now)]


def report_step(command: domain.ReportStep, known: Known, now: datetime) -> list[Event]:
    """Somebody told how a step is coming along."""
    plan = _plan(known, command.engagement_id, command.plan_id)
    if command.step_id not in {step.step_id for step in plan.steps}:
        raise Unknown("step", command.step_id, command.engagement_id, "step_id")
    return [command.as_event(said.ActionStepReported, reported_on=command.reported_on or _today(known, now))]


J = TypeVar("J", said.ActionPlanAccepted, said.ActionPlanRejected)


def _judged(event: type[J], verdict: str, command: domain.JudgePlan, known: Known, now: datetime) -> J:
    """A verdict; one that was given before, and is given anew, is its next revision."""
    plan = _plan(known, command.engagement_id, command.plan_id)
    on = command.on or _today(known, now)
    if on < plan.submitted_on:
        raise Malformed(f"is before the plan was submitted ({plan.submitted_on})", "on")
    before = plan.revisions.get(verdict, -1)
    repeated = (plan.state, plan.judged_on, plan.reason) == (verdict, on, command.reason)
    revision = command.revision or max(before + (not repeated), 0)
    return command.as_event(event, team_id=plan.team_id, on=on, revision=revision)


def _today(known: Known, now: datetime) -> date:
    return now.astimezone(known.zone).date()


def _submitted_before(known: Known, plan_id: str) -> date | None:
    plan = known.plans.get(plan_id)
    return plan.submitted_on if plan else None


def _is_as_scheduled(event: said.SessionScheduled, session: Session) -> bool:
    return all(getattr(session, name) == value for name, value in event.model_dump().items() if name != "revision")


def _found(thing: T | None, kind: str, id: str, engagement: str, field: str) -> T:
    if thing is None:
        raise Unknown(kind, id, engagement, field)
    return thing


def _engagement(known: Known, engagement_id: str) -> Engagement:
    if known.engagement is None:
        raise Unknown("engagement", engagement_id, field="engagement_id")
    return known.engagement


def _session(known: Known, engagement_id: str, session_id: str) -> Session:
    _engagement(known, engagement_id)
    return _found(known.sessions.get(session_id), "session", session_id, engagement_id, "session_id")


def _plan(known: Known, engagement_id: str, plan_id: str) -> Plan:
    _engagement(known, engagement_id)
    return _found(known.plans.get(plan_id), "plan", plan_id, engagement_id, "plan_id")


def _present_team(known: Known, engagement_id: str, team_id: str) -> None:
    _engagement(known, engagement_id)
    team = _found(known.teams.get(team_id), "team", team_id, engagement_id, "team_id")
    if team.left_on:
        raise TeamGone("team_id", team_id=team_id, left_on=team.left_on)
