"""What happened in an engagement, and what its people planned: sessions, plans, approvals, teams. Pure."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from zoneinfo import ZoneInfo

from services.followup.domain.line.placed import Lane, Placed
from shared.drawing import State
from shared.events.evaluation import GoalAssessed, OutcomeRecorded
from shared.events.intake import RoleFilled, RoleVacated
from shared.playbooks.history import History
from shared.playbooks.views import Approval, Homework, Plan, Session

LONGEST = 120
"""Letters of a text that somebody wrote at length; the rest is where it was written."""
ABOUT = {
    "invite": "Approval to invite",
    "connect": "Approval to connect two states",
    "speaker": "Approval of a speaker",
    "materials": "Approval of materials",
}


def happened(history: History, now: datetime) -> Iterator[Placed]:
    """All that people and trackers told, as it stands now."""
    today = now.astimezone(_zone(history)).date()
    yield from _engagement(history, today)
    yield from _teams(history)
    yield from _roles(history)
    yield from (_session(session, now, _zone(history)) for session in history.sessions.values())
    yield from (_homework(homework, history, today) for homework in history.homework.values())
    yield from chain.from_iterable(_plan(plan, history) for plan in history.plans.values())
    yield from (_approval(approval, today) for approval in history.approvals.values())
    yield from _changes(history)


def _engagement(history: History, today: date) -> Iterator[Placed]:
    told = history.engagement
    if told is None:
        return
    center = str(told.words["center"])
    yield _done(told.opened.id, "engagement", told.opened_on, f"{center} opened the engagement", "opened")
    if told.closed:
        event = told.closed.event
        yield _done(told.closed.fact.id, "engagement", event.closed_on, "The engagement closed", event.reason)
    elif told.planned_close:
        late = told.planned_close < today
        yield Placed(
            key="close",
            lane="engagement",
            state="waiting" if late else "expected",
            told="not closed yet" if late else "planned",
            on=told.planned_close,
            title="The engagement is to close",
        )


def _teams(history: History) -> Iterator[Placed]:
    for team in history.teams.values():
        place = team.jurisdiction
        yield _done(team.formed.fact.id, "engagement", team.formed_on, f"{place} has its team", "formed")
        if team.signed_off:
            signed = team.signed_off
            title = f"The leadership of {place} stands behind its team"
            yield _done(signed.fact.id, "engagement", signed.event.signed_on, title, "signed off")
        if team.left:
            left = team.left
            told = _done(left.fact.id, "engagement", left.event.left_on, f"{place} takes part no more", "left")
            yield told.but(note=left.event.reason)
    for pair in history.peers.values():
        if pair.connected and (helped := history.teams.get(pair.connected.event.from_team)):
            event, fact = pair.connected.event, pair.connected.fact
            title = f"{helped.jurisdiction} was introduced to {event.to_jurisdiction}"
            yield _done(fact.id, "engagement", event.connected_on, title, "introduced").but(note=event.need)


def _roles(history: History) -> Iterator[Placed]:
    """Who gave up or took on a role."""
    for vacated in history.said.of(RoleVacated):
        yield _role(vacated.fact.id, vacated.event, history, "given up")
    for filled in history.said.of(RoleFilled):
        yield _role(filled.fact.id, filled.event, history, "taken on")


def _role(fact_id: str, event: RoleVacated | RoleFilled, history: History, told: str) -> Placed:
    team = history.teams.get(event.team_id or "")
    whose = f" of {team.jurisdiction}" if team else ""
    role = event.role.replace("_", " ")
    title = f"The role of {role}{whose} was {told}"
    return _done(fact_id, "engagement", event.on, title, told).but(to=event.role, person_id=event.person_id)


def _session(session: Session, now: datetime, zone: ZoneInfo) -> Placed:
    event = session.scheduled.event
    one = Placed(
        key=session.scheduled.fact.id,
        lane="sessions",
        state="waiting",
        told="not recorded yet" if event.starts_at < now else "scheduled",
        on=event.starts_at.astimezone(zone).date(),
        at=event.starts_at,
        title=f"Session {event.number}: {event.topic}",
    )
    if session.cancelled:
        return one.but(state="skipped", told="cancelled", note=session.cancelled.event.reason)
    if session.held:
        at = session.held.event.held_at
        came = sum(bool(people) for people in session.held.event.attendance.values())
        note = f"{came} team{'' if came == 1 else 's'} came"
        return one.but(state="done", told="held", at=at, on=at.astimezone(zone).date(), note=note)
    return one


def _homework(homework: Homework, history: History, today: date) -> Placed:
    event = homework.assigned.event
    teams = {id: team.jurisdiction for id, team in history.teams.items() if team.left is None}
    missing = sorted(place for id, place in teams.items() if id not in homework.handed_in)
    state: State = "done" if not missing else "overdue" if event.due_on < today else "waiting"
    told = "handed in by all" if not missing else "not handed in by all" if event.due_on < today else "given"
    return Placed(
        key=homework.assigned.fact.id,
        lane="plans",
        state=state,
        told=told,
        on=event.due_on,
        title=f"Homework: {_short(event.text)}",
        note=f"still missing: {', '.join(missing)}" if missing else None,
    )


def _plan(plan: Plan, history: History) -> Iterator[Placed]:
    """What became of a plan, and the steps of it that are done."""
    team = history.teams.get(plan.team_id)
    place = team.jurisdiction if team else plan.team_id
    submitted = plan.submitted
    yield _done(submitted.fact.id, "plans", submitted.event.submitted_on, f"{place} handed in its plan", "handed in")
    for judged, told in ((plan.accepted, "accepted"), (plan.rejected, "rejected")):
        if judged:
            one = _done(judged.fact.id, "plans", judged.event.on, f"The plan of {place} was {told}", told)
            yield one.but(note=judged.event.reason, to=judged.event.role)
    for step_id, step in plan.steps.items():
        report = plan.report(step_id)
        if report and report.event.status == "done":
            title = f"{place} has done a step of its plan"
            yield _done(report.fact.id, "plans", report.event.reported_on, title, "done").but(note=_short(step.text))


def _approval(approval: Approval, today: date) -> Placed:
    asked, answered = approval.asked.event, approval.answered
    whom = f"region {asked.region}" if asked.region else "a regional office"
    about = f"{ABOUT[asked.about]}{f' {asked.jurisdiction}' if asked.jurisdiction else ''}, from {whom}"
    one = Placed(
        key=approval.asked.fact.id,
        lane="approvals",
        state="waiting",
        told="asked, no answer yet",
        on=asked.asked_on,
        until=max(today, asked.asked_on),
        title=about,
    )
    if answered is None:
        return one
    state: State = "done" if answered.event.answer == "granted" else "lapsed"
    return one.but(state=state, told=answered.event.answer, on=answered.event.answered_on, until=asked.asked_on)


def _changes(history: History) -> Iterator[Placed]:
    """What was seen to change, and how goals were judged."""
    for seen in history.said.of(OutcomeRecorded):
        outcome = seen.event
        title = f"A change was seen, at the level of {outcome.level}"
        one = _done(seen.fact.id, "evaluation", outcome.seen_on, title, "seen")
        yield one.but(note=_short(outcome.statement))
    for judged in history.said.of(GoalAssessed):
        verdict = judged.event.verdict.replace("_", " ")
        goal = history.goals.get(judged.event.goal_id)
        one = _done(judged.fact.id, "evaluation", judged.event.on, "A goal was judged", verdict)
        yield one.but(note=_short(goal.goal.statement) if goal else None)


def _done(key: str, lane: Lane, on: date, title: str, told: str) -> Placed:
    return Placed(key=key, lane=lane, state="done", told=told, on=on, title=title)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def _zone(history: History) -> ZoneInfo:
    return ZoneInfo(history.engagement.time_zone if history.engagement else "UTC")
