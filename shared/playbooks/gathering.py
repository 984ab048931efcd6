"""From facts to what they tell together: each thing is known once the fact that begins it is said."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.events.base import Event, Fact
from shared.events.evaluation import EvaluationClosed, GoalAssessed
from shared.events.fields import is_slug
from shared.events.followup import FollowUpDone, FollowUpHandedOver, FollowUpSkipped, FollowUpSnoozed
from shared.events.intake import (
    ApprovalAnswered,
    ApprovalRequested,
    CohortAssigned,
    EngagementChanged,
    EngagementClosed,
    EngagementOpened,
    LeadershipSignedOff,
    PeersConnected,
    PeersSuggested,
    RoleFilled,
    RoleVacated,
    TaRequestAnswered,
    TaRequestLogged,
    TaRequestWithdrawn,
    TeamChanged,
    TeamFormed,
    TeamLeft,
    TopicInDemand,
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
)
from shared.playbooks.said import AllSaid, Said, grouped, latest
from shared.playbooks.staffing import staffing
from shared.playbooks.views import (
    Approval,
    DeclaredGoal,
    Engagement,
    Homework,
    Mark,
    Pair,
    Plan,
    Request,
    Session,
    Team,
)

CHANGEABLE = (
    "title", "playbook", "center", "topic", "opened_on", "time_zone", "people", "planned_sessions", "planned_close",
    "goals", "answers",
)  # fmt: skip


def engagement(said: AllSaid) -> Engagement | None:
    """The engagement; of several changes, each word's latest counts."""
    opened = said.of(EngagementOpened)
    if not opened:
        return None
    words: dict[str, Any] = {}
    sources: dict[str, Fact] = {}
    changes = sorted(said.of(EngagementChanged), key=lambda change: (change.event.changed_on, change.fact.id))
    tellings: list[Said[Any]] = [opened[0], *changes]
    for one in tellings:
        told = {name: value for name in CHANGEABLE if (value := getattr(one.event, name)) is not None}
        words |= told
        sources |= dict.fromkeys(told, one.fact)
    closed = said.of(EngagementClosed)
    return Engagement(opened[0].event.engagement_id, opened[0].fact, words, sources, closed[0] if closed else None)


def sessions(said: AllSaid) -> dict[str, Session]:
    """Sessions by id; one of which only the holding is known waits for its schedule."""
    held = {one.event.session_id: one for one in said.of(SessionHeld)}
    cancelled = {one.event.session_id: one for one in said.of(SessionCancelled)}
    return {
        (id := one.event.session_id): Session(one, held.get(id), cancelled.get(id)) for one in said.of(SessionScheduled)
    }


def teams(said: AllSaid) -> dict[str, Team]:
    """Teams by id, those that left among them."""
    changes = grouped(said.of(TeamChanged), lambda change: change.team_id)
    signed = grouped(said.of(LeadershipSignedOff), lambda sign: sign.team_id)
    left = {one.event.team_id: one for one in said.of(TeamLeft)}
    cohorts = said.of(CohortAssigned)
    told: list[Said[Any]] = [*said.of(RoleVacated), *said.of(RoleFilled)]
    roles = grouped(told, lambda role: role.team_id)
    return {
        (id := one.event.team_id): _team(one, changes.get(id, []), roles.get(id, []), signed, left.get(id), cohorts)
        for one in said.of(TeamFormed)
    }


def _team(
    formed: Said[TeamFormed],
    changes: list[Said[TeamChanged]],
    roles: list[Said[Any]],
    signed: Mapping[str, list[Said[LeadershipSignedOff]]],
    left: Said[TeamLeft] | None,
    cohorts: list[Said[CohortAssigned]],
) -> Team:
    id = formed.event.team_id
    changed = latest(changes, lambda change: change.changed_on)
    now = changed.event if changed else formed.event
    tellings: list[Said[Any]] = [formed, *changes]
    told = [(one.fact.time, one.fact.id, one.event.cohort) for one in tellings]
    told += [
        (one.fact.time, one.fact.id, one.event.cohort) for one in cohorts if now.jurisdiction in one.event.jurisdictions
    ]
    cohort = max((one for one in told if one[2] is not None), default=(None, "", None))[2]
    signed_off = latest(signed.get(id, ()), lambda sign: sign.signed_on)
    return Team(formed, now, cohort, signed_off, left, staffing(formed, [*changes, *roles]))


def homework(said: AllSaid) -> dict[str, Homework]:
    """Homework by id."""
    handed_in = grouped(said.of(HomeworkHandedIn), lambda one: one.homework_id)
    return {
        (id := one.event.homework_id): Homework(one, {each.event.team_id: each for each in handed_in.get(id, ())})
        for one in said.of(HomeworkAssigned)
    }


def plans(said: AllSaid) -> dict[str, Plan]:
    """Action plans by id."""
    accepted = {one.event.plan_id: one for one in said.of(ActionPlanAccepted)}
    rejected = {one.event.plan_id: one for one in said.of(ActionPlanRejected)}
    in_order = sorted(said.of(ActionStepReported), key=lambda one: one.event.reported_on)
    reports = grouped(in_order, lambda one: one.plan_id)
    return {
        (id := one.event.plan_id): Plan(
            one,
            accepted.get(id),
            rejected.get(id),
            grouped(reports.get(id, ()), lambda report: report.step_id),
        )
        for one in said.of(ActionPlanSubmitted)
    }


def approvals(said: AllSaid) -> dict[str, Approval]:
    """Approvals by id."""
    answered = {one.event.approval_id: one for one in said.of(ApprovalAnswered)}
    return {(id := one.event.approval_id): Approval(one, answered.get(id)) for one in said.of(ApprovalRequested)}


def peers(said: AllSaid) -> dict[tuple[str, str, str], Pair]:
    """Pairs by team, jurisdiction and need; either may be said first, or alone."""
    suggested = {_pair(one.event): one for one in said.of(PeersSuggested)}
    connected = {_pair(one.event): one for one in said.of(PeersConnected)}
    pairs = sorted(suggested.keys() | connected.keys())
    return {pair: Pair(suggested.get(pair), connected.get(pair)) for pair in pairs}


def _pair(event: PeersSuggested | PeersConnected) -> tuple[str, str, str]:
    return event.from_team, event.to_jurisdiction, event.need


def goals(said: AllSaid) -> dict[str, DeclaredGoal]:
    """The goals that the engagement has now, by id; each declared by the first fact that told of it."""
    current = engagement(said)
    if current is None:
        return {}
    assessed = {one.event.goal_id: one for one in said.of(GoalAssessed)}
    declared: dict[str, tuple[date, Fact]] = {}
    for day, one in sorted(_tellings(said), key=lambda telling: (telling[0], telling[1].fact.id)):
        for goal in one.event.goals or ():
            declared.setdefault(goal.goal_id, (day, one.fact))
    return {
        goal.goal_id: DeclaredGoal(
            goal,
            *declared[goal.goal_id],
            current.sources["goals"],
            assessed.get(goal.goal_id),
        )
        for goal in current.words["goals"]
    }


def _tellings(said: AllSaid) -> list[tuple[date, Said[Any]]]:
    opened = [(one.event.opened_on, one) for one in said.of(EngagementOpened)]
    return [*opened, *((one.event.changed_on, one) for one in said.of(EngagementChanged))]


def requests(said: AllSaid) -> dict[str, Request]:
    """Requests by id, without those that were withdrawn."""
    withdrawn = {one.event.request_id for one in said.of(TaRequestWithdrawn)}
    answered = {one.event.request_id: one for one in said.of(TaRequestAnswered)}
    return {
        (id := one.event.request_id): Request(one, answered.get(id))
        for one in said.of(TaRequestLogged)
        if one.event.request_id not in withdrawn
    }


def demands(said: AllSaid) -> tuple[Said[TopicInDemand], ...]:
    """Each time that a topic was in demand; one that is named in words instead of a slug can have no tasks."""
    return tuple(one for one in said.of(TopicInDemand) if is_slug(one.event.topic))


def marks(said: AllSaid) -> dict[str, Mark]:
    """What was done by hand, by the key of the obligation."""
    done = grouped(said.of(FollowUpDone), lambda one: one.task_id)
    skipped = grouped(said.of(FollowUpSkipped), lambda one: one.task_id)
    closed = grouped(said.of(EvaluationClosed), lambda one: one.round_id)
    snoozed = grouped(said.of(FollowUpSnoozed), lambda one: one.task_id)
    handed_over = grouped(said.of(FollowUpHandedOver), lambda one: one.task_id)
    keys = done.keys() | skipped.keys() | closed.keys() | snoozed.keys() | handed_over.keys()
    return {
        key: Mark(
            latest((*done.get(key, ()), *skipped.get(key, ()), *closed.get(key, ())), _day),
            latest(snoozed.get(key, ()), _day),
            latest(handed_over.get(key, ()), _day),
        )
        for key in keys
    }


def _day(event: Event) -> date:
    day: date = getattr(event, "on")  # noqa: B009 - each of these events has it, and mypy cannot know
    return day
