"""The items that rules stand on, as a history has them: each with its zone, its moments and its attributes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from shared.playbooks.calendar import Calendar
from shared.playbooks.history import History
from shared.playbooks.model import Playbook
from shared.playbooks.moments import Moment, Moments, holding, of_homework, of_plan, of_session, of_step
from shared.playbooks.places import zone_named
from shared.playbooks.scopes import NOT_REPORTED
from shared.playbooks.views import Engagement, Plan, Session, Team
from shared.playbooks.words import Value

UTC = ZoneInfo("UTC")
Values = Mapping[str, Value]
"""Attributes by their full name, like team.size."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a rule stands on."""

    id: str
    zone: ZoneInfo
    moments: Mapping[str, Moment]
    values: tuple[Values, ...]
    """Its own, and those of what is around it."""
    team_id: str | None = None

    def value(self, name: str) -> Value:
        """An attribute by its full name; None where the item has none."""
        return next((values[name] for values in self.values if name in values), None)


class Items:
    """All items of one history."""

    def __init__(self, playbook: Playbook, history: History, calendar: Calendar) -> None:
        self._playbook = playbook
        self._history = history
        self._calendar = calendar
        self._made: dict[str, list[Item]] = {}

    def of(self, scope: str) -> list[Item]:
        """The items of one scope; except for requests, there are none before the engagement is opened."""
        if scope not in self._made:
            known = scope == "request" or self._history.engagement is not None
            self._made[scope] = list(self._makers[scope]()) if known else []
        return self._made[scope]

    @property
    def _makers(self) -> Mapping[str, Callable[[], Iterator[Item]]]:
        return {
            "engagement": self._engagements,
            "session": self._session_items,
            "team": self._team_items,
            "attendance": self._attendance,
            "homework": self._homework,
            "plan": self._plan_items,
            "step": self._steps,
            "approval": self._approvals,
            "goal": self._goals,
            "request": self._requests,
        }

    @cached_property
    def _engagement(self) -> Engagement:
        engagement = self._history.engagement
        assert engagement is not None
        return engagement

    @cached_property
    def _zone(self) -> ZoneInfo:
        return zone_named(self._engagement.time_zone) or UTC

    @cached_property
    def _planned(self) -> int | None:
        return self._engagement.planned_sessions or self._playbook.sessions.planned

    @cached_property
    def _sessions(self) -> list[Session]:
        """The sessions that were not called off, by their start."""
        standing = (session for session in self._history.sessions.values() if session.cancelled is None)
        return sorted(standing, key=lambda session: (session.starts_at, session.id))

    @cached_property
    def _held(self) -> list[Session]:
        return [session for session in self._sessions if session.held]

    @cached_property
    def _teams(self) -> Mapping[str, Team]:
        """The teams that take part: those that left are no items any more."""
        return {id: team for id, team in self._history.teams.items() if team.left is None}

    @cached_property
    def _zones(self) -> Mapping[str, ZoneInfo]:
        places = self._calendar.places
        return {id: places.zone_of(team.jurisdiction) or self._zone for id, team in self._teams.items()}

    @cached_property
    def engagement_moments(self) -> Moments:
        """The moments of the engagement, which its teams share; none before it is opened."""
        if self._history.engagement is None:
            return {}
        engagement, closed = self._engagement, self._engagement.closed
        moments = {"opened": Moment(engagement.opened_on, engagement.sources["opened_on"].id)}
        if closed:
            moments["closed"] = Moment(closed.event.closed_on, closed.fact.id)
        elif engagement.planned_close:
            moments["closed"] = Moment(engagement.planned_close, engagement.sources["planned_close"].id, reached=False)
        return moments | self._moments_of_sessions()

    def _moments_of_sessions(self) -> Moments:
        """first_session, half_of_sessions, last_session: as held, as scheduled, or as the closing leaves them."""
        numbers = {"first_session": 1}
        if self._planned:
            numbers |= {"half_of_sessions": (self._planned + 1) // 2, "last_session": self._planned}
        moments = {name: it for name, number in numbers.items() if (it := self._moment_of_number(number)) is not None}
        if closed := self._engagement.closed:
            for name in ("half_of_sessions", "last_session"):
                if name in moments and not moments[name].reached:
                    del moments[name]
            moments.setdefault("last_session", Moment(closed.event.closed_on, closed.fact.id))
        return moments

    def _moment_of_number(self, number: int) -> Moment | None:
        """When the session of this number was or will be held; of several, one that was held, then the earliest."""
        numbered = [session for session in self._sessions if session.number == number]
        return holding(min(numbered, key=lambda session: session.held is None)) if numbered else None

    @cached_property
    def _around(self) -> Values:
        words = self._engagement.words
        return {
            "engagement.model": words["playbook"],
            "engagement.topic": words["topic"],
            "engagement.center": words["center"],
            "engagement.sessions_planned": self._planned,
            "engagement.sessions_held": len(self._held),
            "engagement.teams": len(self._teams),
        }

    def _engagements(self) -> Iterator[Item]:
        yield Item(self._engagement.id, self._zone, self.engagement_moments, (self._around,))

    def _session_items(self) -> Iterator[Item]:
        for session in self._history.sessions.values():
            yield Item(session.id, self._zone, of_session(session), (self._session_values(session), self._around))

    def _session_values(self, session: Session) -> Values:
        words = session.scheduled.event
        return {
            "session.number": words.number,
            "session.topic": words.topic,
            "session.minutes": words.minutes,
            "session.mode": words.mode,
            "session.gap_days": self._gap(session),
        }

    def _gap(self, session: Session) -> int | None:
        own = (session.starts_at, session.id)
        before = [other.starts_at for other in self._sessions if (other.starts_at, other.id) < own]
        return (_local(session.starts_at, self._zone) - _local(before[-1], self._zone)).days if before else None

    def _team_items(self) -> Iterator[Item]:
        shared = {name: moment for name, moment in self.engagement_moments.items() if name != "opened"}
        for team in self._teams.values():
            values = (self._team_values[team.id], self._around)
            moments = shared | self._moments_of_team(team)
            yield Item(team.id, self._zones[team.id], moments, values, team.id)

    def _moments_of_team(self, team: Team) -> Moments:
        moments = {"formed": Moment(team.formed_on, team.formed.fact.id)}
        if team.signed_off:
            moments["signed_off"] = Moment(team.signed_off.event.signed_on, team.signed_off.fact.id)
        if plan := self._current_plans.get(team.id):
            moments |= {f"plan_{name}": moment for name, moment in of_plan(plan).items()}
        return moments

    @cached_property
    def _current_plans(self) -> Mapping[str, Plan]:
        """Of each team, the plan that it submitted last."""
        return {plan.team_id: plan for plan in sorted(self._history.plans.values(), key=_submission)}

    @cached_property
    def _team_values(self) -> Mapping[str, Values]:
        return {id: self._values_of(team) for id, team in self._teams.items()}

    def _values_of(self, team: Team) -> Values:
        counted = [session.was_there(team.id) for session in self._held if self._was_due_at(team, session)]
        plan = self._current_plans.get(team.id)
        return {
            "team.jurisdiction": team.jurisdiction,
            "team.cohort": team.cohort,
            "team.size": len(team.now.members),
            "team.has_lead_agency": any(member.role == "lead_agency" for member in team.now.members),
            "team.is_signed_off": team.signed_off is not None,
            "team.attended": sum(counted),
            "team.missed": len(counted) - sum(counted),
            "team.plan_accepted": plan is not None and plan.is_accepted,
        }

    def _was_due_at(self, team: Team, session: Session) -> bool:
        """Whether the team had been formed by the day on which the session was held."""
        return session.held is not None and team.formed_on <= _local(session.held.event.held_at, self._zones[team.id])

    def _attendance(self) -> Iterator[Item]:
        for session in self._held:
            held = {"held": holding(session)}
            for team in self._teams.values():
                if self._was_due_at(team, session):
                    present: Values = {"attendance.present": session.was_there(team.id)}
                    values = (present, self._session_values(session), self._team_values[team.id], self._around)
                    yield Item(f"{team.id}@{session.id}", self._zones[team.id], held, values, team.id)

    def _homework(self) -> Iterator[Item]:
        for homework in self._history.homework.values():
            for team in self._teams.values():
                zone = self._zones[team.id]
                if team.formed_on <= _local(homework.assigned.fact.time, zone):
                    item_id = f"{team.id}@{homework.assigned.event.homework_id}"
                    values = (self._team_values[team.id], self._around)
                    yield Item(item_id, zone, of_homework(homework, team.id), values, team.id)

    def _plans(self) -> Iterator[tuple[Plan, ZoneInfo, tuple[Values, ...]]]:
        """The plans of the teams that take part, with their zone and what can be said of them."""
        for plan in self._history.plans.values():
            if plan.team_id in self._teams:
                values = (_values_of_plan(plan), self._team_values[plan.team_id], self._around)
                yield plan, self._zones[plan.team_id], values

    def _plan_items(self) -> Iterator[Item]:
        for plan, zone, values in self._plans():
            yield Item(plan.id, zone, of_plan(plan), values, plan.team_id)

    def _steps(self) -> Iterator[Item]:
        for plan, zone, around in self._plans():
            for step_id in plan.steps:
                report = plan.report(step_id)
                values: Values = {
                    "step.status": report.event.status if report else NOT_REPORTED,
                    "step.barrier": report.event.barrier if report else None,
                }
                moments = of_step(plan, step_id)
                yield Item(f"{plan.id}/{step_id}", zone, moments, (values, *around), plan.team_id)

    def _approvals(self) -> Iterator[Item]:
        for id, approval in self._history.approvals.items():
            asked, answered = approval.asked, approval.answered
            moments = {"asked": Moment(asked.event.asked_on, asked.fact.id)}
            if answered:
                moments["answered"] = Moment(answered.event.answered_on, answered.fact.id)
            values: Values = {"approval.about": asked.event.about, "approval.region": asked.event.region}
            yield Item(id, self._zone, moments, (values, self._around))

    def _goals(self) -> Iterator[Item]:
        for id, declared in self._history.goals.items():
            moments = {"declared": Moment(declared.declared_on, declared.declared.id)}
            if declared.goal.by:
                moments["by"] = Moment(declared.goal.by, declared.source.id)
            if declared.assessed:
                moments["assessed"] = Moment(declared.assessed.event.on, declared.assessed.fact.id)
            yield Item(id, self._zone, moments, ({"goal.level": declared.goal.level}, self._around))

    def _requests(self) -> Iterator[Item]:
        for id, request in self._history.requests.items():
            logged, answered = request.logged, request.answered
            moments = {"logged": Moment(logged.event.logged_on, logged.fact.id)}
            if answered:
                moments["answered"] = Moment(answered.event.answered_on, answered.fact.id)
            values: Values = {
                "request.topic": logged.event.topic,
                "request.jurisdiction": logged.event.jurisdiction,
                "request.source": logged.event.source,
            }
            zone = self._calendar.places.zone_of(logged.event.jurisdiction) or self._calendar.default_zone
            yield Item(id, zone, moments, (values,))


def _local(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def _values_of_plan(plan: Plan) -> Values:
    return {"plan.steps_open": plan.steps_open, "plan.accepted": plan.is_accepted, "plan.rejected": plan.is_rejected}


def _submission(plan: Plan) -> tuple[date, datetime, str]:
    return plan.submitted.event.submitted_on, plan.submitted.fact.time, plan.submitted.fact.id
