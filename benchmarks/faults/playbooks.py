"""The playbooks of the harness: cheap to plan, with a rule of each kind, and with hours that come while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.playbooks.places import PLACES

DESK_FROM = 10
"""The first version of the desk that the harness publishes: after the one that comes with the product."""

MINUTE = """
playbook: {name}
version: 1
title: What is due at {at}
sessions: {{planned: 2, minutes: 60}}
window: {{wait: 1 month, after: closed}}
calendar: {{holidays: none, at: "{at}", roll: none}}
rules:
- name: greet
  each: team
  task: "Greet {{team.jurisdiction}}"
  to: facilitator
  due: {{after: formed}}
  done_by: plan_submitted
  escalate: {{wait: 1 day, to: supervisor}}
- name: absent
  each: attendance
  when: {{present: false}}
  task: "Send {{team.jurisdiction}} the summary of session {{session.number}}"
  to: facilitator
  due: {{after: held}}
  lapse: 1 day
- name: look
  each: plan
  when: {{rejected: false}}
  task: "Look at the plan of {{team.jurisdiction}}, {{plan.steps_open}} steps open"
  to: facilitator
  due: {{after: submitted}}
  repeat: {{every: 1 day, times: 3}}
- name: mid
  each: engagement
  evaluation: mid
  due: {{after: opened}}
  open_for: 1 day
- name: call
  each: team
  task: "Call {{team.jurisdiction}}"
  to: facilitator
  contact: true
  due: {{after: closed}}
  repeat: {{every: 2 weeks, times: 6}}
- name: remind
  each: session
  task: "Remind all of session {{session.number}}"
  to: facilitator
  due: {{wait: 1 day, before: start}}
  done_by: held
"""
WORKDAYS = """
playbook: workdays
version: 1
title: Counted in working days, each where the team is
sessions: {planned: 2, minutes: 60}
calendar: {holidays: US, at: "09:00", roll: next}
rules:
- name: ask
  each: team
  when: {size: {at_least: 2}}
  task: "Ask {team.jurisdiction} for its plan"
  to: facilitator
  due: {wait: 2 business days, after: formed}
  done_by: plan_accepted
  escalate: {wait: 10 business days, to: supervisor}
- {name: goal, each: goal, task: "Judge the goal", to: evaluator, due: {after: by}, done_by: assessed}
- name: step
  each: step
  when: {status: {not: dropped}}
  task: "Ask about the step"
  to: facilitator
  due: {after: due}
  done_by: done
- {name: end, each: engagement, evaluation: end, due: {wait: 1 month, after: closed}}
- {name: later, each: engagement, evaluation: later, due: {wait: 6 months, after: opened}, open_for: 2 weeks}
"""
DESK = """
playbook: desk
version: {version}
title: Requests, due at {at}
calendar: {{holidays: none, at: "{at}", roll: none}}
rules:
- name: answer-request
  each: request
  task: "Answer {{request.jurisdiction}}: {{request.topic}}"
  to: facilitator
  due: {{after: logged}}
  done_by: answered
  escalate: {{wait: 1 day, to: supervisor}}
"""
HERD_RULE = '- {{name: h{number}, each: team, task: "Step {number}", to: facilitator, due: {{after: formed}}}}\n'
HERD = """
playbook: {name}
version: 1
title: Many tasks at {at}
calendar: {{holidays: none, at: "{at}", roll: none}}
rules:
"""


@dataclass(frozen=True, slots=True)
class Here:
    """A jurisdiction in which it is about noon, so that no midnight falls into a run."""

    jurisdiction: str
    zone: str

    def local(self, moment: datetime) -> datetime:
        """What the clocks show there."""
        return moment.astimezone(ZoneInfo(self.zone))

    def today(self, moment: datetime) -> date:
        return self.local(moment).date()

    def hour(self, moment: datetime) -> str:
        """The wall time there, as playbooks write it."""
        return f"{self.local(moment):%H:%M}"


def around_noon(now: datetime) -> Here:
    """The jurisdiction of the table in which it is nearest to noon."""

    def distance(here: Here) -> float:
        local = here.local(now)
        return abs(local.hour + local.minute / 60 - 12)

    return min((Here(place.code, place.zone) for place in PLACES.values()), key=distance)


def next_minute(now: datetime, minutes: int = 1) -> datetime:
    """The full minute that comes next, or some minutes after it."""
    return now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)


def of_minute(here: Here, moment: datetime) -> tuple[str, str]:
    """The playbook (its name, its text) by which things fall due at this minute of the day."""
    at = here.hour(moment)
    name = f"minute-{at.replace(':', '')}"
    return name, MINUTE.format(name=name, at=at)


def of_desk(here: Here, moment: datetime, version: int) -> str:
    """The playbook by which requests from here fall due at this minute of the day."""
    return DESK.format(version=DESK_FROM + version, at=here.hour(moment))


def of_herd(here: Here, moment: datetime, rules: int) -> tuple[str, str]:
    """A playbook (its name, its text) that obliges each team to so many things at one minute."""
    at = here.hour(moment)
    name = f"herd-{at.replace(':', '')}-{rules}"
    numbers: Sequence[int] = range(1, rules + 1)
    return name, HERD.format(name=name, at=at) + "".join(HERD_RULE.format(number=number) for number in numbers)
