"""Which letters are meant for whom, and when; and what becomes of one that could not be sent."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.followup.domain.inbox import when
from services.followup.domain.mail import ABOUT_ROUNDS, Choice, Claimed, Intended, Kind, State, Tried
from shared.events.base import Fact
from shared.events.fields import RUNNERS
from shared.events.followup import FollowUpHandedOver, ReminderSent
from shared.obligations.reconcile import Change, Row
from shared.people import Person
from shared.playbooks.calendar import instant, works
from shared.playbooks.history import History

LATE_BY = timedelta(hours=4)
"""A digest is still one of the morning for so long: what falls due later in the day, the next one tells."""
NEWS = timedelta(days=1)
"""What was said longer ago is no news: a log that is read in, a database that was restored."""
URGENT_FOR = timedelta(days=3)
LINK_FOR = timedelta(minutes=15)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
"""How long is waited after each attempt that failed; the last again and again."""
CHANNEL = "mail"


def owners(row: Row, history: History) -> tuple[str, ...]:
    """The people whose task it is now, and those above who were told; nobody who gave the role up."""
    roles = dict.fromkeys(role for role in (row.to, row.escalated_to) if role)
    return tuple(dict.fromkeys(one for role in roles for one in history.holders.reach(role, row.team_id)))


def is_told(row: Row, person_id: str, history: History) -> bool:
    """Whether a digest tells somebody of a task of theirs.

    Who runs the engagement reads of all that they owe. To write to a team's member is a contact: so it waits until
    policy let the task fall due, and is made once for each change of it, not each morning.
    """
    if person_id not in history.holders.reach(row.to, row.team_id) or row.to in RUNNERS:
        return True
    return row.state == "due" and _reminder(row, person_id).derived_id not in history.facts


def is_reachable(person: Person | None) -> bool:
    """Whether anybody may and can write to them."""
    return person is not None and person.address is not None and not person.left


def digests(
    owed: Mapping[str, Sequence[Row]],
    people: Mapping[str, Person],
    choices: Mapping[str, Choice],
    now: datetime,
    at: time,
    holidays: str = "US",
) -> list[Intended]:
    """The digest of each person whose morning has come, and for whom anything is overdue or due today."""
    found = []
    for person_id, rows in sorted(owed.items()):
        choice = choices.get(person_id, Choice(person_id=person_id))
        if not is_reachable(people.get(person_id)) or "digest" in choice.stopped:
            continue
        zone = zone_of(people.get(person_id), rows)
        today = now.astimezone(zone).date()
        morning = instant(today, choice.at or at, zone)
        is_time = works(holidays, today) and morning <= now < morning + LATE_BY
        if is_time and any(when(row, now, zone) in ("overdue", "today") for row in rows):
            found.append(Intended("digest", person_id, f"digest/{person_id}/{today}", morning + LATE_BY))
    return found


def next_morning(
    owed: Mapping[str, Sequence[Row]],
    people: Mapping[str, Person],
    choices: Mapping[str, Choice],
    now: datetime,
    at: time,
) -> datetime | None:
    """The next instant at which it is time for somebody's digest."""
    moments = []
    for person_id, rows in owed.items():
        chosen = choices.get(person_id)
        hour, zone = (chosen.at if chosen and chosen.at else at), zone_of(people.get(person_id), rows)
        today = now.astimezone(zone).date()
        both = (instant(day, hour, zone) for day in (today, today + timedelta(days=1)))
        moments += [moment for moment in both if moment > now][:1]
    return min(moments, default=None)


def zone_of(person: Person | None, rows: Sequence[Row], otherwise: str = "UTC") -> ZoneInfo:
    """Where a person's day is: as the directory says, else where the first of their tasks is."""
    return ZoneInfo((person.zone if person else None) or (rows[0].zone if rows else otherwise))


def told_at_once(changes: Iterable[Change], histories: Mapping[str, History], now: datetime) -> list[Intended]:
    """A letter to each whom something was escalated to: one, however much it was at this moment."""
    found: dict[str, list[Row]] = {}
    for change in changes:
        row = change.row
        if change.kind == "escalate" and row.escalated_to:
            for person in histories[row.key].holders.reach(row.escalated_to, row.team_id):
                found.setdefault(person, []).append(row)
    return [_urgent("escalation", person, [(row.key, row.n) for row in rows], now) for person, rows in found.items()]


def handed_over(
    facts: Iterable[Fact], rows: Mapping[str, Row], histories: Mapping[str, History], now: datetime
) -> list[Intended]:
    """A letter to each to whom somebody else has just handed something over."""
    found: dict[str, list[tuple[str, object]]] = {}
    for fact in facts:
        event = fact.event
        if isinstance(event, FollowUpHandedOver) and now - fact.recorded < NEWS and event.task_id in rows:
            row = rows[event.task_id]
            for person in histories[row.key].holders.reach(event.to, row.team_id):
                if person != event.person_id:
                    found.setdefault(person, []).append((row.key, fact.id))
    return [_urgent("handover", person, which, now) for person, which in found.items()]


def sign_in(person_id: str, now: datetime) -> Intended:
    """A link for whoever asks for one; asked for twice within a minute, it is sent once."""
    return Intended("sign_in", person_id, f"sign_in/{person_id}/{now:%Y-%m-%dT%H:%M}", now + LINK_FOR)


def reminders(rows: Iterable[Row], person_id: str, histories: Mapping[str, History]) -> list[ReminderSent]:
    """Which tasks a team's member was reminded of by a letter; who runs the engagement only reads of their own work."""
    return [
        _reminder(row, person_id)
        for row in rows
        if row.to not in RUNNERS and person_id in histories[row.key].holders.reach(row.to, row.team_id)
    ]


def _reminder(row: Row, person_id: str) -> ReminderSent:
    return ReminderSent(engagement_id=row.engagement, task_id=row.key, n=row.n, channel=CHANNEL, person_id=person_id)


def ended_before(
    letter: Claimed, person: Person | None, choice: Choice | None, rows: Sequence[Row], now: datetime
) -> tuple[State, str] | None:
    """What becomes of a letter that is not to be sent any more, and why; nothing where it is."""
    if person is not None and person.left:
        return "needless", "They left."
    if choice and (letter.kind in choice.stopped or _goes_with(letter.kind) in choice.stopped):
        return "needless", "They do not want such letters."
    if now >= letter.expires_at:
        return "given_up", "It would have come too late."
    if letter.kind in ("sign_in", *ABOUT_ROUNDS):
        return None
    zone = zone_of(person, rows)
    if letter.kind == "digest" and not any(when(row, now, zone) in ("overdue", "today") for row in rows):
        return "needless", "Nothing is due any more."
    return None if rows else ("needless", "It is done, or somebody else's.")


def _goes_with(kind: Kind) -> Kind:
    """What is stopped with another kind: who wants no invitations is not reminded of them."""
    return "invitation" if kind == "reminder" else kind


def after(letter: Claimed, tried: Tried, now: datetime) -> tuple[State, datetime | None]:
    """What becomes of a letter after an attempt, and when the next one is."""
    if tried.outcome in ("sent", "not_sent", "needless", "refused"):
        return tried.outcome, None
    again = now + PAUSES[min(letter.tries, len(PAUSES)) - 1]
    return ("waiting", again) if again < letter.expires_at else ("given_up", None)


def _urgent(
    kind: Literal["escalation", "handover"], person: str, which: Sequence[tuple[str, object]], now: datetime
) -> Intended:
    first, n = which[0]
    about = tuple(task_id for task_id, _ in which)
    return Intended(kind, person, f"{kind}/{person}/{first}/{n}", now + URGENT_FOR, about)
