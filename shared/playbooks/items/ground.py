"""What all items of one history stand on: the engagement, its sessions and its teams, worked out once."""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from shared.playbooks import risks
from shared.playbooks.calendar import Calendar
from shared.playbooks.history import History
from shared.playbooks.items.item import Values, local
from shared.playbooks.model import Playbook
from shared.playbooks.moments import Moment, Moments, holding
from shared.playbooks.places import zone_named
from shared.playbooks.risks import Standing
from shared.playbooks.views import Engagement, Plan, Session, Team

UTC = ZoneInfo("UTC")


class Ground:
    """What is known of one history, by the playbook that rules it."""

    def __init__(self, playbook: Playbook, history: History, calendar: Calendar) -> None:
        self.playbook = playbook
        self.history = history
        self.calendar = calendar

    @cached_property
    def engagement(self) -> Engagement:
        engagement = self.history.engagement
        assert engagement is not None
        return engagement

    @cached_property
    def zone(self) -> ZoneInfo:
        return zone_named(self.engagement.time_zone) or UTC

    @cached_property
    def planned(self) -> int | None:
        return self.engagement.planned_sessions or self.playbook.sessions.planned

    @cached_property
    def sessions(self) -> list[Session]:
        """The sessions that were not called off, by their start."""
        standing = (session for session in self.history.sessions.values() if session.cancelled is None)
        return sorted(standing, key=_start)

    @cached_property
    def held(self) -> list[Session]:
        return [session for session in self.sessions if session.held]

    @cached_property
    def teams(self) -> Mapping[str, Team]:
        """The teams that take part: those that left are no items any more."""
        return {id: team for id, team in self.history.teams.items() if team.left is None}

    @cached_property
    def zones(self) -> Mapping[str, ZoneInfo]:
        places = self.calendar.places
        return {id: places.zone_of(team.jurisdiction) or self.zone for id, team in self.teams.items()}

    @cached_property
    def engagement_moments(self) -> Moments:
        """The moments of the engagement, which its teams share; none before it is opened."""
        if self.history.engagement is None:
            return {}
        engagement, closed = self.engagement, self.engagement.closed
        moments = {"opened": Moment(engagement.opened_on, engagement.sources["opened_on"].id)}
        if closed:
            moments["closed"] = Moment(closed.event.closed_on, closed.fact.id)
        elif engagement.planned_close:
            moments["closed"] = Moment(engagement.planned_close, engagement.sources["planned_close"].id, reached=False)
        return moments | self._moments_of_sessions()

    def _moments_of_sessions(self) -> Moments:
        """first_session, half_of_sessions, last_session: as held, as scheduled, or as the closing leaves them."""
        numbers = {"first_session": 1}
        if self.planned:
            numbers |= {"half_of_sessions": (self.planned + 1) // 2, "last_session": self.planned}
        moments = {name: it for name, number in numbers.items() if (it := self._moment_of_number(number)) is not None}
        if closed := self.engagement.closed:
            for name in ("half_of_sessions", "last_session"):
                if name in moments and not moments[name].reached:
                    del moments[name]
            moments.setdefault("last_session", Moment(closed.event.closed_on, closed.fact.id))
        return moments

    def _moment_of_number(self, number: int) -> Moment | None:
        """When the session of this number was or will be held; of several, one that was held, then the earliest."""
        numbered = [session for session in self.sessions if session.number == number]
        return holding(min(numbered, key=lambda session: session.held is None)) if numbered else None

    @cached_property
    def around(self) -> Values:
        words = self.engagement.words
        return {
            "engagement.model": words["playbook"],
            "engagement.topic": words["topic"],
            "engagement.center": words["center"],
            "engagement.sessions_planned": self.planned,
            "engagement.sessions_held": len(self.held),
            "engagement.teams": len(self.teams),
            "engagement.goals": len(self.history.goals),
        }

    def session_values(self, session: Session) -> Values:
        return self._values_of_sessions[session.id]

    @cached_property
    def _values_of_sessions(self) -> Mapping[str, Values]:
        return {id: self._values_of_session(session) for id, session in self.history.sessions.items()}

    def _values_of_session(self, session: Session) -> Values:
        words = session.scheduled.event
        return {
            "session.number": words.number,
            "session.topic": words.topic,
            "session.minutes": words.minutes,
            "session.mode": words.mode,
            "session.gap_days": self._gap(session),
        }

    def _gap(self, session: Session) -> int | None:
        place = bisect_left(self.sessions, (session.starts_at, session.id), key=_start)
        if not place:
            return None
        return (local(session.starts_at, self.zone) - local(self.sessions[place - 1].starts_at, self.zone)).days

    @cached_property
    def current_plans(self) -> Mapping[str, Plan]:
        """Of each team, the plan that it submitted last."""
        return {plan.team_id: plan for plan in sorted(self.history.plans.values(), key=_submission)}

    @cached_property
    def team_values(self) -> Mapping[str, Values]:
        return {id: self._values_of(team) for id, team in self.teams.items()}

    def _values_of(self, team: Team) -> Values:
        standing = self.standings[team.id]
        counted = [session.was_there(team.id) for session in standing.sessions]
        plan, missing = standing.plan, risks.missing_roles(self.playbook, team.staff)
        return {
            "team.jurisdiction": team.jurisdiction,
            "team.cohort": team.cohort,
            "team.size": team.staff.size,
            "team.has_lead_agency": "lead_agency" in team.staff.roles,
            "team.is_signed_off": team.signed_off is not None,
            "team.attended": sum(counted),
            "team.missed": len(counted) - sum(counted),
            "team.plan_accepted": plan is not None and plan.is_accepted,
            "team.has_lead": team.staff.has_lead,
            "team.contractor_led": team.staff.contractor_led,
            "team.missing_roles": ", ".join(map(risks.spelled, missing)) or None,
            "team.missed_in_a_row": len(standing.missed_in_a_row),
            "team.at_risk": any(risk.puts_at_risk for risk in risks.risks(self.playbook, standing)),
        }

    @cached_property
    def standings(self) -> Mapping[str, Standing]:
        """What each team is judged by."""
        return {id: self._standing_of(team) for id, team in self.teams.items()}

    def _standing_of(self, team: Team) -> Standing:
        zone = self.zones[team.id]
        known = self.engagement_moments | {"formed": Moment(team.formed_on, team.formed.fact.id)}
        come = [moment.day(zone) for moment in map(holding, self.held)]
        if closed := self.engagement.closed:
            come.append(closed.event.closed_on)
        return Standing(
            team=team,
            sessions=tuple(session for session in self.held if self.was_due_at(team, session)),
            plan=self.current_plans.get(team.id),
            sign_off_due=risks.sign_off_due(self.playbook, known, zone, self.calendar),
            until=max(come, default=None),
            zone=zone,
        )

    def was_due_at(self, team: Team, session: Session) -> bool:
        """Whether the team had been formed by the day on which the session was held."""
        return session.held is not None and team.formed_on <= local(session.held.event.held_at, self.zones[team.id])


def _start(session: Session) -> tuple[datetime, str]:
    return session.starts_at, session.id


def _submission(plan: Plan) -> tuple[date, datetime, str]:
    return plan.submitted.event.submitted_on, plan.submitted.fact.time, plan.submitted.fact.id
