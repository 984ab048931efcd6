"""What became of the tasks of an engagement that reach out to teams, from what followup and people said of each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from services.evaluation.domain.parts import Contact, Invited, Task, TaskState
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
from shared.playbooks.views import Team

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
            contact, offered_on = event.contact or contact, _day(fact, zone)
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


def contacts(
    history: History, told: Iterable[Fact], known: Iterable[Task], zone: ZoneInfo, invited: Invited = Invited()
) -> tuple[Contact, ...]:
    """Each time that somebody reached out to a team, or to all: by a task, a round, its invitations or a reminder."""
    opened = [fact for fact in told if isinstance(fact.event, EvaluationOpened)]
    made = {*_by_tasks(known), *_by_rounds(opened, zone)}
    made |= {*_by_invitations(history, opened, zone, invited), *_by_reminders(history, opened, zone)}
    return tuple(sorted(made, key=lambda one: (one.on, one.kind, one.about, one.team_id or "")))


def _by_tasks(known: Iterable[Task]) -> Iterator[Contact]:
    for task in known:
        on: date | None = task.done_on or task.offered_on
        if task.contact and on and task.state not in ("ahead", "withdrawn", "withheld"):
            yield Contact(task.contact, on, task.team_id, task.key)


def _by_rounds(opened: Iterable[Fact], zone: ZoneInfo) -> Iterator[Contact]:
    for fact in opened:
        event: Any = fact.event
        if event.contact:
            yield Contact(event.contact, _day(fact, zone), event.team_id, event.round_id)


def _by_invitations(history: History, opened: Iterable[Fact], zone: ZoneInfo, invited: Invited) -> Iterator[Contact]:
    """Of rounds that do not reach out by themselves; each is invited once, however often the round opens."""
    for fact, team_id in written_to(history, opened, zone, invited):
        yield Contact("evaluation", _day(fact, zone), team_id, _round(fact).round_id)


def written_to(
    history: History, opened: Iterable[Fact], zone: ZoneInfo, invited: Invited
) -> Iterator[tuple[Fact, str]]:
    """The openings of such rounds, each with every team to which an invitation went."""
    first = {_round(fact).round_id: fact for fact in sorted(opened, key=lambda one: one.time, reverse=True)}
    days = {key: _day(fact, zone) for key, fact in first.items()}
    spared = Counter(
        (event.task_id, event.team_id)
        for fact, event in history.said.of(ContactSuppressed)
        if event.person_id and _is_invitation(event, _day(fact, zone), days.get(event.task_id))
    )
    for key, fact in first.items():
        for team_id, letters in invited.letters.get(key, {}).items() if not _round(fact).contact else ():
            if letters > spared[key, team_id]:
                yield fact, team_id


def _is_invitation(event: ContactSuppressed, on: date, opened_on: date | None) -> bool:
    """Whether an invitation was withheld; where nobody told, what was so later than the opening was a reminder."""
    return event.letter == "invitation" if event.letter else on == opened_on


def _by_reminders(history: History, opened: Iterable[Fact], zone: ZoneInfo) -> Iterator[Contact]:
    for fact, event, team_id in reminded(history, opened, zone):
        yield Contact("reminder", _day(fact, zone), team_id, event.task_id)


def reminded(history: History, opened: Iterable[Fact], zone: ZoneInfo) -> Iterator[tuple[Fact, ReminderSent, str]]:
    """Each reminder to somebody in a team, and that team."""
    of_team = {_round(fact).round_id: _round(fact).team_id for fact in opened}
    for fact, event in history.said.of(ReminderSent):
        on = _day(fact, zone)
        theirs = [id for id, team in sorted(history.teams.items()) if event.person_id in _people(team, on)]
        # Of whoever is in no team, no team got anything; who is in two is asked for the first.
        if theirs:
            meant = of_team.get(event.task_id)
            yield fact, event, meant if meant in theirs else theirs[0]


def _people(team: Team, on: date) -> set[str]:
    staff = team.staff_on(on)
    return {staff.lead, *(member.person_id for member in staff.members)}


def _round(fact: Fact) -> EvaluationOpened:
    assert isinstance(fact.event, EvaluationOpened)
    return fact.event


def _day(fact: Fact, zone: ZoneInfo) -> date:
    return fact.time.astimezone(zone).date()
