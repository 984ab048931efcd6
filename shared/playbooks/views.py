"""What a history is about: the engagement, its sessions, teams, plans and so on, as the facts tell them together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.events.base import Fact
from shared.events.evaluation import GoalAssessed
from shared.events.followup import FollowUpHandedOver, FollowUpSkipped, FollowUpSnoozed
from shared.events.intake import (
    ApprovalAnswered,
    ApprovalRequested,
    EngagementClosed,
    Goal,
    LeadershipSignedOff,
    PeersConnected,
    PeersSuggested,
    TaRequestAnswered,
    TaRequestLogged,
    TeamChanged,
    TeamFormed,
    TeamLeft,
)
from shared.events.sessions import (
    ActionPlanAccepted,
    ActionPlanRejected,
    ActionPlanSubmitted,
    ActionStepReported,
    HomeworkAssigned,
    HomeworkHandedIn,
    SessionCancelled,
    SessionHeld,
    SessionScheduled,
    Step,
)
from shared.playbooks.said import Said
from shared.playbooks.staffing import Staff


@dataclass(frozen=True, slots=True)
class Engagement:
    """The engagement as opened and changed since; what a change does not name stays as it was."""

    id: str
    opened: Fact
    words: Mapping[str, Any]
    sources: Mapping[str, Fact]
    """The fact that told each of the words."""
    closed: Said[EngagementClosed] | None

    @property
    def playbook(self) -> str:
        return str(self.words["playbook"])

    @property
    def time_zone(self) -> str:
        return str(self.words["time_zone"])

    @property
    def opened_on(self) -> date:
        day: date = self.words["opened_on"]
        return day

    @property
    def planned_sessions(self) -> int | None:
        return self.words.get("planned_sessions")

    @property
    def planned_close(self) -> date | None:
        return self.words.get("planned_close")


@dataclass(frozen=True, slots=True)
class Session:
    """One meeting: when it is to be, whether it was held or called off."""

    scheduled: Said[SessionScheduled]
    held: Said[SessionHeld] | None
    cancelled: Said[SessionCancelled] | None

    @property
    def id(self) -> str:
        return self.scheduled.event.session_id

    @property
    def number(self) -> int:
        return self.scheduled.event.number

    @property
    def starts_at(self) -> datetime:
        return self.scheduled.event.starts_at

    @property
    def was_held(self) -> bool:
        """Held, and not called off since."""
        return self.held is not None and self.cancelled is None

    def who_came(self, team_id: str) -> frozenset[str]:
        """The people of this team that were there."""
        return frozenset(self.held.event.attendance.get(team_id, ())) if self.held is not None else frozenset()

    def was_there(self, team_id: str) -> bool:
        """Whether anybody of this team was."""
        return self.held is not None and bool(self.held.event.attendance.get(team_id))


@dataclass(frozen=True, slots=True)
class Team:
    """One team as formed and changed since."""

    formed: Said[TeamFormed]
    now: TeamFormed | TeamChanged
    cohort: str | None
    signed_off: Said[LeadershipSignedOff] | None
    left: Said[TeamLeft] | None
    staffing: tuple[Staff, ...]
    """Who it was made of, the latest last."""

    @property
    def id(self) -> str:
        return self.formed.event.team_id

    @property
    def staff(self) -> Staff:
        """Who it is made of."""
        return self.staffing[-1]

    @property
    def jurisdiction(self) -> str:
        return self.now.jurisdiction

    def staff_on(self, day: date) -> Staff:
        """Who it was made of on a day; before the first that is told, whoever was the first."""
        return next((staff for staff in reversed(self.staffing) if staff.since <= day), self.staffing[0])

    def lead_on(self, day: date) -> str:
        """Who led it on a day."""
        return self.staff_on(day).lead

    @property
    def formed_on(self) -> date:
        return self.formed.event.formed_on


@dataclass(frozen=True, slots=True)
class Homework:
    """What every team has to do, and which of them did it."""

    assigned: Said[HomeworkAssigned]
    handed_in: Mapping[str, Said[HomeworkHandedIn]]


@dataclass(frozen=True, slots=True)
class Plan:
    """An action plan, how it was judged, and how its steps are coming along."""

    submitted: Said[ActionPlanSubmitted]
    accepted: Said[ActionPlanAccepted] | None
    rejected: Said[ActionPlanRejected] | None
    reports: Mapping[str, list[Said[ActionStepReported]]]
    """By step, the earliest first."""

    @property
    def id(self) -> str:
        return self.submitted.event.plan_id

    @property
    def team_id(self) -> str:
        return self.submitted.event.team_id

    @property
    def is_accepted(self) -> bool:
        """Whether the last word on it is acceptance."""
        return self.accepted is not None and not self.is_rejected

    @property
    def is_rejected(self) -> bool:
        """Whether the last word on it is rejection; on one day, rejection is the last."""
        if self.rejected is None or self.accepted is None:
            return self.rejected is not None
        return self.rejected.event.on >= self.accepted.event.on

    @property
    def steps(self) -> Mapping[str, Step]:
        return {step.step_id: step for step in self.submitted.event.steps}

    def report(self, step_id: str) -> Said[ActionStepReported] | None:
        """How a step stood when last reported."""
        reports = self.reports.get(step_id)
        return reports[-1] if reports else None

    @property
    def steps_open(self) -> int:
        """How many steps are neither done nor dropped."""
        latest_reports = [self.report(step_id) for step_id in self.steps]
        return sum(report is None or report.event.status not in ("done", "dropped") for report in latest_reports)


@dataclass(frozen=True, slots=True)
class Pair:
    """A team and the jurisdiction that can help it: suggested, introduced, or both."""

    suggested: Said[PeersSuggested] | None
    connected: Said[PeersConnected] | None


@dataclass(frozen=True, slots=True)
class Approval:
    """What a regional office was asked, and whether it answered."""

    asked: Said[ApprovalRequested]
    answered: Said[ApprovalAnswered] | None


@dataclass(frozen=True, slots=True)
class DeclaredGoal:
    """A goal that stands, since when, and how it was judged last."""

    goal: Goal
    declared_on: date
    declared: Fact
    source: Fact
    """The fact that tells its words now."""
    assessed: Said[GoalAssessed] | None


@dataclass(frozen=True, slots=True)
class Request:
    """A TA request that was not withdrawn."""

    logged: Said[TaRequestLogged]
    answered: Said[TaRequestAnswered] | None


@dataclass(frozen=True, slots=True)
class Mark:
    """What people did to one obligation by hand; of each, the latest counts."""

    ended: Said[Any] | None
    """FollowUpDone, FollowUpSkipped, or EvaluationClosed."""
    snoozed: Said[FollowUpSnoozed] | None
    handed_over: Said[FollowUpHandedOver] | None

    @property
    def skipped(self) -> bool:
        return self.ended is not None and isinstance(self.ended.event, FollowUpSkipped)
