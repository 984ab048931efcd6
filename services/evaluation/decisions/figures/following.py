"""What became of the tasks of an engagement that reach out to teams, from what followup and people said of each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from services.evaluation.domain.parts import Contact, Task, TaskState
from shared.events.base import Fact
from shared.events.evaluation import EvaluationOpened
from shared.events.followup import (
    ContactSuppressed,
    FollowUpDone,
    FollowUpFellDue,
    FollowUpLapsed,
    FollowUpScheduled,
    FollowUpSkipped,
    FollowUpWithdrawn,
    OfTask,
    Planned,
    ReminderSent,
)
from shared.playbooks.history import History
from shared.playbooks.model import Playbook

BECOMES: Mapping[type[OfTask], TaskState] = {
    FollowUpScheduled: "ahead",
    FollowUpFellDue: "open",
    FollowUpWithdrawn: "withdrawn",
    FollowUpLapsed: "lapsed",
    FollowUpDone: "settled",
    ContactSuppressed: "withheld",
}
"""What a task is after its ledger said this of it."""


def tasks(history: History, told: Sequence[Fact], playbook: Playbook | None, zone: ZoneInfo) -> tuple[Task, ...]:
    """Each task of which anything was said, as it stands."""
    kinds = {rule.name: rule.contact_as for rule in playbook.rules} if playbook else {}
    said: dict[str, list[Fact]] = {}
    for fact in told:
        if isinstance(fact.event, OfTask):
            said.setdefault(fact.event.task_id, []).append(fact)
    by_hand = {key for key, mark in history.marks.items() if mark.ended is not None and isinstance(
        mark.ended.event, FollowUpDone | FollowUpSkipped
    )}  # fmt: skip
    return tuple(_task(key, said.get(key, ()), history, kinds, zone) for key in sorted(said.keys() | by_hand))


def _task(key: str, told: Sequence[Fact], history: History, kinds: Mapping[str, str | None], zone: ZoneInfo) -> Task:
    state: TaskState = "ahead"
    team_id = contact = offered_on = done_on = forbidden_by = None
    for fact in sorted(told, key=lambda one: (getattr(one.event, "n", 0), one.time, one.id)):
        event: Any = fact.event
        if isinstance(event, ContactSuppressed) and event.left_out:
            continue
        state = BECOMES.get(type(event), state)
        team_id = event.team_id if isinstance(event, Planned) else team_id
        if isinstance(event, FollowUpFellDue):
            contact, offered_on = event.contact or contact, fact.time.astimezone(zone).date()
        forbidden_by = event.rule if isinstance(event, ContactSuppressed) else forbidden_by
    mark = history.marks.get(key)
    ended: Any = mark.ended.event if mark and mark.ended else None
    if isinstance(ended, FollowUpDone):
        state, done_on = "taken", ended.on
    elif isinstance(ended, FollowUpSkipped):
        state = "skipped"
    team = history.teams.get(team_id) if team_id else None
    return Task(
        key=key,
        contact=contact or kinds.get(key.split("/")[1] if key.count("/") else ""),
        team_id=team_id,
        place=team.jurisdiction if team else None,
        state=state,
        offered_on=offered_on,
        done_on=done_on,
        rule=forbidden_by if state == "withheld" else None,
    )


def contacts(history: History, told: Iterable[Fact], known: Iterable[Task], zone: ZoneInfo) -> tuple[Contact, ...]:
    """Each time that somebody reached out: a task fell due or was done, a round opened, a reminder was sent."""
    found = [*_by_tasks(known), *_by_rounds(told, zone)]
    member = {one.person_id: id for id, team in history.teams.items() for one in team.staff.members}
    for fact, event in history.said.of(ReminderSent):
        # Of whoever is in no team, no team got anything.
        if event.person_id in member:
            found.append(Contact("reminder", fact.time.astimezone(zone).date(), member[event.person_id]))
    return tuple(sorted(found, key=lambda one: (one.on, one.kind, one.team_id or "")))


def _by_tasks(known: Iterable[Task]) -> Iterator[Contact]:
    for task in known:
        on: date | None = task.done_on or task.offered_on
        if task.contact and on and task.state not in ("ahead", "withdrawn", "withheld"):
            yield Contact(task.contact, on, task.team_id)


def _by_rounds(told: Iterable[Fact], zone: ZoneInfo) -> Iterator[Contact]:
    for fact in told:
        if isinstance(fact.event, EvaluationOpened) and fact.event.contact:
            yield Contact(fact.event.contact, fact.time.astimezone(zone).date(), fact.event.team_id)
