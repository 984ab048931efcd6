"""Letters about evaluation rounds: who is invited, who is reminded when, and what policy withholds. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.followup.decisions.contacts import Spared
from services.followup.decisions.mail import CHANNEL
from services.followup.domain.asking import Asking, Meant, key_of
from services.followup.domain.contacts import Candidate, Reached
from services.followup.domain.mail import Intended, Kind, Letter
from shared.consent import Consent, declined
from shared.events.followup import ContactSuppressed, ReminderSent
from shared.invited import Round
from shared.playbooks.history import History
from shared.playbooks.model import Contacts
from shared.playbooks.views import Team

LONGEST = timedelta(days=60)
"""How long somebody is still invited to a round that nobody closes."""
A_DAY = timedelta(days=1)
"""How often it is looked who else is asked by now."""


def invitations(asking: Asking, found: Round, now: datetime) -> list[Meant]:
    """A letter to each who is asked: once for ever, however often it is looked."""
    return _letters("invitation", asking, found, found.closes_at or now + LONGEST)


def reminders(asking: Asking, found: Round, invited: Mapping[str, Letter], now: datetime) -> list[Meant]:
    """A reminder to each who was sent an invitation before it was time to remind, and has not answered.

    Of several for which it is time at once, because nobody was there to send them, there is one: the latest.
    """
    times = [at for at in sorted(found.remind_at) if found.closes_at is None or at < found.closes_at]
    number = sum(at <= now for at in times)
    if not number:
        return []
    later = [*times[number:], *([found.closes_at] if found.closes_at else [])]
    meant = _letters("reminder", asking, found, min(later, default=now + LONGEST), number)
    before = times[number - 1]
    return [one for one in meant if (it := invited.get(one.letter.person_id)) and _was_sent(it, before)]


def next_look(found: Round, now: datetime) -> datetime:
    """When it is next looked who is asked: when somebody is to be reminded, else in a day; for people join teams."""
    return min([now + A_DAY, *(at for at in found.remind_at if at > now)])


def candidate(asking: Asking, meant: Meant, policy: Contacts) -> Candidate:
    """A letter as the governor of contacts judges it.

    An invitation is the contact that the round is: it counts on the day of the opening, and once with it. A reminder is
    one more.
    """
    is_first = meant.letter.kind == "invitation"
    key = asking.round_id if is_first else f"{asking.round_id}/reminder-{meant.number}"
    kind = asking.kind if is_first else "reminder"
    return Candidate(key, asking.n, asking.engagement_id, kind, "normal", asking.opened_at, meant.reached, policy)


def withheld(asking: Asking, meant: Meant, spared: Spared, n: int) -> ContactSuppressed:
    """That a letter was not written, because policy forbids it."""
    reached, forbidden = spared
    return ContactSuppressed(
        engagement_id=asking.engagement_id,
        task_id=asking.round_id,
        n=n,
        team_id=reached.team_id,
        rule=forbidden.rule,
        due_at=asking.opened_at,
        reason=forbidden.reason,
        used_up_by=forbidden.used_up_by,
        person_id=meant.letter.person_id,
        letter="reminder" if meant.letter.kind == "reminder" else "invitation",
    )


def times_withheld(history: History, round_id: str) -> int:
    """How many letters about a round were withheld so far."""
    return sum(event.task_id == round_id for _, event in history.said.of(ContactSuppressed))


def reminded(history: History, round_id: str, person_id: str) -> ReminderSent:
    """That somebody was reminded of a form, once more."""
    earlier = [event.n for _, event in history.said.of(ReminderSent) if _is_of(event, round_id, person_id)]
    return ReminderSent(
        engagement_id=history.line,
        task_id=round_id,
        n=max(earlier, default=0) + 1,
        channel=CHANNEL,
        person_id=person_id,
    )


def is_in_a_team(history: History, person_id: str) -> bool:
    """Whether somebody takes part; who runs the engagement is asked about their own work."""
    return any(person_id in _people(team) for team in history.teams.values())


def judged(letter: Intended, spared: Spared | None) -> Intended:
    """The letter as it goes on record: to be sent, or withheld with the reason."""
    return replace(letter, withheld=spared[1].reason) if spared else letter


def declines(history: History, person_id: str, kind: Kind, said: Sequence[Consent]) -> bool:
    """Whether somebody, or a team of theirs, asked not to be contacted since a letter to them was meant."""
    teams: list[str | None] = [team.id for team in history.teams.values() if person_id in _people(team)]
    about = "evaluation" if kind == "invitation" else "reminder"
    return any(declined(history.line, about, team_id, person_id, said) for team_id in teams or [None])


def _people(team: Team) -> set[str]:
    return {team.staff.lead, *(member.person_id for member in team.staff.members)}


def _is_of(event: ReminderSent, round_id: str, person_id: str) -> bool:
    return (event.task_id, event.person_id) == (round_id, person_id)


def _was_sent(letter: Letter, before: datetime) -> bool:
    return letter.state == "sent" and letter.intended_at < before


def _letters(kind: Kind, asking: Asking, found: Round, expires_at: datetime, number: int = 0) -> list[Meant]:
    meant: dict[str, Meant] = {}
    for one in found.waiting:
        for person in one.people:
            key = key_of(kind, asking.round_id, person, number)
            letter = Intended(kind, person, key, expires_at, (asking.round_id,))
            before = meant[person].reached if person in meant else ()
            reached = dict.fromkeys((*before, Reached(one.team_id, one.jurisdiction, person)))
            meant[person] = Meant(letter, tuple(reached), number)
    return list(meant.values())
