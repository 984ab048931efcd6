"""From the facts of an engagement, or of a request, to what a report counts of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from services.evaluation.decisions.figures import following
from services.evaluation.decisions.figures.rounds import held
from services.evaluation.domain import Known, known
from services.evaluation.domain.parts import About, Gap, Invited, Part, PlanOf, Promise, Room, Stretch, Task, TeamOf
from shared.events.base import NO_ENGAGEMENT, Fact
from shared.obligations.reconcile import Row
from shared.playbooks.history import History
from shared.playbooks.model import Playbook
from shared.playbooks.topics import Topics
from shared.playbooks.views import Plan


def part(
    history: History,
    rows: Mapping[str, Row],
    told: Sequence[Fact],
    playbook: Playbook | None,
    topics: Topics,
    invited: Invited = Invited(),
) -> Part:
    """An engagement as its facts stand: `told` is what ledgers said of it."""
    engagement = history.engagement
    zone = ZoneInfo(engagement.time_zone if engagement else "UTC")
    of, tasks = known(history, rows), following.tasks(history, told, playbook, zone)
    caps = playbook.contacts.caps if playbook else ()
    return Part(
        about=_about(history, topics),
        teams=tuple(TeamOf(id, one.jurisdiction, one.left is not None) for id, one in sorted(history.teams.items())),
        promises=tuple(_promises(of, history)),
        never_promised=tuple(_never_promised(of, history)),
        rounds=held(history, rows, told, invited),
        tasks=tasks,
        contacts=following.contacts(history, told, tasks, zone, invited),
        caps=tuple(Room(cap.most, cap.within) for cap in caps if cap.by == "team"),
        plans=tuple(_plan(history, plan) for _, plan in sorted(history.plans.items())),
        to_follow_up=tuple(_to_follow_up(history, plan, tasks) for _, plan in sorted(history.plans.items())),
        gaps=tuple(_gaps(history)),
    )


def part_of_request(history: History, topics: Topics) -> Part | None:
    """A request as its facts stand; nothing where it was withdrawn, or none is there."""
    for request in history.requests.values():
        asked, answered = request.logged.event, request.answered.event if request.answered else None
        about = About(
            id=asked.request_id,
            topic=topics.slug_of(asked.topic),
            places=frozenset({asked.jurisdiction}),
            follows=asked.follows,
            answered_by=answered.engagement_id if answered and answered.engagement_id != NO_ENGAGEMENT else None,
        )
        stretch = Stretch(asked.jurisdiction, asked.logged_on, answered.answered_on if answered else None)
        return Part(about, to_answer=stretch, how=answered.how if answered else None)
    return None


def _about(history: History, topics: Topics) -> About:
    told = history.engagement
    if told is None:
        return About(history.line)
    words = told.words
    return About(
        id=told.id,
        title=words["title"],
        model=told.playbook,
        center=words["center"],
        topic=topics.slug_of(words["topic"]),
        places=frozenset(team.jurisdiction for team in history.teams.values()),
        opened_on=told.opened_on,
        closed_on=told.closed.event.closed_on if told.closed else None,
        answers=frozenset(words["answers"]),
    )


def _promises(of: Known, history: History) -> Iterator[Promise]:
    for goal in of.goals.values():
        places = {_place(history, one.jurisdiction, one.team_id) for one in of.seen_of(goal)}
        yield Promise(goal.by, tuple(sorted(places, key=str)), goal.is_judged, goal.verdict)


def _never_promised(of: Known, history: History) -> Iterator[str | None]:
    claimed = {one.outcome_id for goal in of.goals.values() for one in of.seen_of(goal)}
    for outcome in of.seen:
        if outcome.outcome_id not in claimed:
            yield _place(history, outcome.jurisdiction, outcome.team_id)


def _plan(history: History, plan: Plan) -> PlanOf:
    answer = "accepted" if plan.is_accepted else "rejected" if plan.is_rejected else "unanswered"
    reports = {step: plan.report(step) for step in plan.steps}
    barriers = [
        barrier
        for step in plan.steps
        for barrier in sorted({one.event.barrier for one in plan.reports.get(step, ()) if one.event.barrier})
    ]
    steps = tuple(one.event.status if one else "not_reported" for one in reports.values())
    return PlanOf(_place(history, None, plan.team_id), answer, steps, tuple(barriers))  # type: ignore[arg-type]


def _to_follow_up(history: History, plan: Plan, tasks: Sequence[Task]) -> Stretch:
    """From the day of a plan to the first that somebody did after it about the plan, or in reaching out to its team."""
    team, since = history.teams.get(plan.team_id), plan.submitted.event.submitted_on
    days: list[date] = [
        task.done_on
        for task in tasks
        if task.done_on and task.done_on >= since
        if _item(task.key).split("/")[0] == plan.id or (task.contact and task.team_id == plan.team_id)
    ]
    is_gone = not days and (plan.is_rejected or (team is not None and team.left is not None))
    return Stretch(_place(history, None, plan.team_id), since, min(days, default=None), is_gone)


def _gaps(history: History) -> Iterator[Gap]:
    for one in history.holders.vacancies():
        place = _place(history, None, one.team_id) if one.team_id else None
        yield Gap(one.role, Stretch(place, one.vacated_on, one.filled_on))


def _item(key: str) -> str:
    return "/".join(key.split("/")[2:-1])


def _place(history: History, jurisdiction: str | None, team_id: str | None) -> str | None:
    team = history.teams.get(team_id) if team_id else None
    return jurisdiction or (team.jurisdiction if team else None)
