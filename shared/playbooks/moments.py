"""Moments: the times in the life of each thing, as its facts tell them; reached, or only expected."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.events.base import Fact
from shared.playbooks.views import Homework, Plan, Session


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in the life of an item: a day, or an instant; reached, or only expected."""

    when: date | datetime
    because: str
    """The id of the fact that tells it."""
    reached: bool = True

    def day(self, zone: ZoneInfo) -> date:
        """The local date, in this zone."""
        return self.when.astimezone(zone).date() if isinstance(self.when, datetime) else self.when


Moments = dict[str, Moment]


def holding(session: Session) -> Moment:
    """When it was held, or is to be."""
    if session.held:
        return Moment(session.held.event.held_at, session.held.fact.id)
    return Moment(session.starts_at, session.scheduled.fact.id, reached=False)


def of_session(session: Session) -> Moments:
    """A session that was called off keeps no moment but that one."""
    if session.cancelled:
        return {"cancelled": Moment(session.cancelled.event.cancelled_on, session.cancelled.fact.id)}
    return {"start": Moment(session.starts_at, session.scheduled.fact.id), "held": holding(session)}


def of_homework(homework: Homework, team_id: str) -> Moments:
    """When a team got its homework, has to hand it in, and did."""
    fact, words = homework.assigned
    done = homework.handed_in.get(team_id)
    return {
        "assigned": Moment(fact.time, fact.id),
        "due": Moment(words.due_on, fact.id),
        "handed_in": Moment(done.event.handed_in_on, done.fact.id) if done else _expected(words.due_on, fact),
    }


def of_plan(plan: Plan) -> Moments:
    """When it was submitted, and how it was judged last."""
    moments = {"submitted": Moment(plan.submitted.event.submitted_on, plan.submitted.fact.id)}
    if plan.accepted:
        moments["accepted"] = Moment(plan.accepted.event.on, plan.accepted.fact.id)
    if plan.rejected:
        moments["rejected"] = Moment(plan.rejected.event.on, plan.rejected.fact.id)
    return moments


def of_step(plan: Plan, step_id: str) -> Moments:
    """A step is done at the first report that says so and that no later report contradicts."""
    moments: Moments = {}
    if due_on := plan.steps[step_id].due_on:
        moments["due"] = Moment(due_on, plan.submitted.fact.id)
        moments["done"] = _expected(due_on, plan.submitted.fact)
    if report := plan.report(step_id):
        moments["reported"] = Moment(report.event.reported_on, report.fact.id)
    for said in reversed(plan.reports.get(step_id, ())):
        if said.event.status != "done":
            break
        moments["done"] = Moment(said.event.reported_on, said.fact.id)
    return moments


def _expected(day: date, fact: Fact) -> Moment:
    return Moment(day, fact.id, reached=False)
