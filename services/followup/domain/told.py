"""Contacts that follow from what others said: reminders that were sent, and rounds that opened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.followup.domain.contacts import Contact, Reached, all_teams, day_of, one_team
from shared.events.base import Fact
from shared.events.evaluation import EvaluationOpened
from shared.events.followup import ReminderSent
from shared.playbooks.history import History

NOBODY = Reached(None, None, None)


@dataclass(frozen=True)
class Heard:
    """A line, and the rounds that opened in it: a ledger said so, and what ledgers say is not in a history."""

    history: History
    opened: tuple[Fact, ...]


def told(heard: Heard) -> Mapping[tuple[str | int, ...], Contact]:
    """The contacts that were told of, by task or round, whichever fact came first."""
    contacts = [*_reminders(heard.history), *_rounds(heard)]
    return {(one.task_id, one.n, one.kind, one.team_id or "", one.person_id or ""): one for one in contacts}


def _reminders(history: History) -> Iterator[Contact]:
    """Each person who was reminded, in the name of a team of theirs."""
    for fact, event in history.said.of(ReminderSent):
        whose = next(_teams_of(history, fact, event.person_id), NOBODY)
        yield _contact(
            event.task_id, event.n, "reminder", fact, Reached(whose.team_id, whose.jurisdiction, event.person_id)
        )


def _teams_of(history: History, fact: Fact, person_id: str) -> Iterator[Reached]:
    """The teams that a person led or was in when something was said."""
    day = day_of(history, fact.time)
    for id, team in sorted(history.teams.items()):
        staff = team.staff_on(day)
        if person_id in {staff.lead, *(member.person_id for member in staff.members)}:
            yield Reached(id, team.jurisdiction, person_id)


def _rounds(heard: Heard) -> Iterator[Contact]:
    """Each round with a contact, for its team, or for every team that took part when it opened."""
    for fact in heard.opened:
        event = fact.event
        if isinstance(event, EvaluationOpened) and event.contact is not None:
            one, when = event.team_id, fact.time
            for reached in one_team(heard.history, one, when) if one else all_teams(heard.history, when):
                yield _contact(event.round_id, event.n, event.contact, fact, reached)


def _contact(task_id: str, n: int, kind: str, fact: Fact, reached: Reached) -> Contact:
    return Contact(
        task_id=task_id,
        n=n,
        engagement_id=fact.event.engagement_id,
        kind=kind,
        at=fact.time,
        team_id=reached.team_id,
        jurisdiction=reached.jurisdiction,
        person_id=reached.person_id,
    )
