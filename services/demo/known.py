"""What a listener has learned so far: the names behind the ids, and what each task was when it was last spoken of."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from shared.events import evaluation, followup, intake, sessions
from shared.events.base import Event, Fact
from shared.playbooks.places import Places

WASHINGTON = "America/New_York"
HALF_A_YEAR = 183
REGION = "region "

BY_ID: dict[type[Event], tuple[str, str]] = {
    intake.TaRequestLogged: ("requests", "request_id"),
    intake.ApprovalRequested: ("approvals", "approval_id"),
    intake.TeamFormed: ("teams", "team_id"),
    intake.TeamChanged: ("teams", "team_id"),
    sessions.SessionScheduled: ("meetings", "session_id"),
    sessions.HomeworkAssigned: ("homework", "homework_id"),
    sessions.ActionPlanSubmitted: ("plans", "plan_id"),
}
"""What is remembered as it was said: on which shelf, by which id."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A task or an evaluation round as it was last told."""

    rule: str
    title: str
    to: str
    due_at: datetime
    team_id: str | None = None
    is_round: bool = False


def round_of(event: evaluation.EvaluationScheduled | evaluation.EvaluationMoved) -> Owed:
    """The round that an event tells of."""
    title = event.title or f"{event.kind.capitalize()} evaluation"
    return Owed(event.rule, title, event.to or "evaluator", event.due_at, is_round=True)


@dataclass
class Known:
    """Names and dates, as far as they were told."""

    places: Places
    zone: str = WASHINGTON
    center: str = "The center"
    teams: dict[str, intake.TeamFormed | intake.TeamChanged] = field(default_factory=dict)
    requests: dict[str, intake.TaRequestLogged] = field(default_factory=dict)
    approvals: dict[str, intake.ApprovalRequested] = field(default_factory=dict)
    meetings: dict[str, sessions.SessionScheduled] = field(default_factory=dict)
    homework: dict[str, sessions.HomeworkAssigned] = field(default_factory=dict)
    plans: dict[str, sessions.ActionPlanSubmitted] = field(default_factory=dict)
    goals: dict[str, intake.Goal] = field(default_factory=dict)
    cancelled: set[int] = field(default_factory=set)
    """The numbers of sessions that were cancelled and not yet scheduled again."""
    owed: dict[str, Owed] = field(default_factory=dict)
    fell_due: dict[str, date] = field(default_factory=dict)
    """The day on which each task came onto a desk, if it did."""
    overdue: set[str] = field(default_factory=set)
    """The tasks whose grace ended before somebody did them; whoever knows the ledger fills it in."""
    closed_on: date | None = None
    window_closed: bool = False
    long_ago: datetime = datetime(1900, 1, 1, tzinfo=UTC)
    """When something was due of which nobody has told."""
    answers: dict[str, list[str]] = field(default_factory=dict)
    """Where those are from who have answered each round."""
    closed_rounds: set[str] = field(default_factory=set)
    sentences: dict[str, str] = field(default_factory=dict)
    """How each fact was told, by its id."""

    def learn(self, fact: Fact, on: date) -> None:
        """Remember what a fact tells; to be called once it was told."""
        if kept := BY_ID.get(type(fact.event)):
            shelf, name = kept
            getattr(self, shelf)[getattr(fact.event, name)] = fact.event
        match fact.event:
            case intake.EngagementOpened() as event:
                self.zone, self.center = event.time_zone, event.center
                self.goals = {goal.goal_id: goal for goal in event.goals}
            case intake.EngagementClosed() as event:
                self.closed_on = event.closed_on
            case sessions.SessionScheduled() as event:
                self.cancelled.discard(event.number)
            case sessions.SessionCancelled() as event if event.session_id in self.meetings:
                self.cancelled.add(self.meetings[event.session_id].number)
            case evaluation.EvaluationAnswered() as event:
                self.answers.setdefault(event.round_id, []).append(self.team(event.team_id))
            case evaluation.EvaluationClosed() as event:
                self.closed_rounds.add(event.round_id)
            case _:
                self._learn_owed(fact, on)

    def _learn_owed(self, fact: Fact, on: date) -> None:
        match fact.event:
            case followup.Planned() as event:
                self.owed[event.task_id] = Owed(event.rule, event.title, event.to, event.due_at, event.team_id)
                if isinstance(event, followup.FollowUpFellDue):
                    self.fell_due[event.task_id] = on
                elif isinstance(event, followup.FollowUpMoved):
                    self.fell_due.pop(event.task_id, None)
            case (evaluation.EvaluationScheduled() | evaluation.EvaluationMoved()) as event:
                self.owed[event.round_id] = round_of(event)

    def place(self, jurisdiction: str | None) -> str:
        """The name of a jurisdiction: Kentucky for KY; of a Tribe that nobody told us of, its id."""
        place = self.places.get(jurisdiction or "")
        return place.name if place else jurisdiction or "somebody"

    def team(self, team_id: str | None) -> str:
        """The place that a team comes from."""
        known = self.teams.get(team_id or "")
        return self.place(known.jurisdiction) if known else team_id or "somebody"

    def subject(self, key: str, team_id: str | None) -> str | None:
        """Whom or what a task is about, as its title writes it: FL, region 4, network."""
        item = (*key.split("/"), "", "")[2]
        if item in self.requests:
            return self.requests[item].jurisdiction
        if item in self.approvals:
            return f"{REGION}{self.approvals[item].region}"
        return self.goals[item].level if item in self.goals else self.code(team_id)

    def code(self, team_id: str | None) -> str | None:
        """A team's jurisdiction as titles write it."""
        known = self.teams.get(team_id or "")
        return known.jurisdiction if known else None

    def session(self, session_id: str) -> str:
        """`session 3`, for ids of sessions."""
        known = self.meetings.get(session_id)
        return f"session {known.number}" if known else session_id

    def of_homework(self, homework_id: str) -> str:
        """`homework after session 2`."""
        known = self.homework.get(homework_id)
        return f"homework after {self.session(known.session_id)}" if known else homework_id

    def of_plan(self, plan_id: str) -> str:
        """The place whose plan it is."""
        known = self.plans.get(plan_id)
        return self.team(known.team_id) if known else plan_id

    def step(self, plan_id: str, step_id: str) -> str:
        """What a step of a plan says."""
        steps = self.plans[plan_id].steps if plan_id in self.plans else ()
        return next((step.text for step in steps if step.step_id == step_id), step_id).rstrip(".")

    def title(self, key: str) -> str:
        """What a task asks for."""
        return self.owed[key].title if key in self.owed else key

    def zone_of(self, team_id: str | None = None) -> tzinfo:
        """Where days begin: at the team's, else at the engagement's."""
        code = self.code(team_id)
        return (self.places.zone_of(code) if code else None) or ZoneInfo(self.zone)

    def day(self, moment: datetime, team_id: str | None = None) -> date:
        """The date of an instant there."""
        return moment.astimezone(self.zone_of(team_id)).date()


def written(day: date, beside: date | None = None) -> str:
    """`Thu 14 Dec`; with its year unless it is within half a year of the date beside it."""
    year = "" if beside is not None and abs((day - beside).days) < HALF_A_YEAR else f" {day.year}"
    return f"{day:%a} {day.day} {day:%b}{year}"


def listed(words: list[str]) -> str:
    """`Delaware, Florida and Indiana`; who is named twice is counted."""
    counted = [f"{word} ({times})" if times > 1 else word for word, times in Counter(words).items()]
    return counted[0] if len(counted) == 1 else f"{', '.join(counted[:-1])} and {counted[-1]}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 person`, `3 people`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
