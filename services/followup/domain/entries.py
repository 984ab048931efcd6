"""What stands in a person's calendar of one engagement: what is due, what is expected, and the sessions. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.events.base import Fact, FactRetracted
from shared.events.fields import RUNNERS
from shared.events.sessions import SessionCancelled, SessionScheduled
from shared.obligations.reconcile import Row
from shared.playbooks.history import History
from shared.playbooks.model import TASK
from shared.playbooks.obligation import Obligation
from shared.playbooks.planner import UNTOUCHED
from shared.playbooks.views import Session

KEPT = timedelta(days=30)
"""How long an entry that is not to be any more says so: calendars that look rarely have to hear of it, too."""
LOOKED_BACK = timedelta(days=365)
"""How long a session stays in the calendar after it was held."""
RECORDED = 1_000_000
"""What is recorded outranks all that was only expected: no engagement has as many facts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: of a day (`on`), or from an instant on for some minutes."""

    uid: str
    title: str
    engagement: str
    """What the engagement is called."""
    notes: tuple[str, ...]
    told_at: datetime
    """When what it tells of was said."""
    sequence: int
    """Higher than that of whatever stood here before."""
    on: date | None = None
    starts_at: datetime | None = None
    minutes: int = 0
    zone: str = "UTC"
    """The zone of the engagement, in which its hours are told."""
    is_expected: bool = False
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is known of an engagement's obligations: recorded, planned, and when those that ended did so."""

    rows: Mapping[str, Row]
    owed: Mapping[str, Obligation]
    ended: Mapping[str, datetime]


def entries(person_id: str, history: History, ahead: Ahead, now: datetime) -> list[Entry]:
    """What a person has to see of an engagement; nothing if they hold no role of those that run it."""
    if history.engagement is None or not roles(person_id, history):
        return []
    kept = [
        *_recorded(person_id, history, ahead, now),
        *_expected(person_id, history, ahead, now),
        *_sessions(history, now),
    ]
    return sorted(kept, key=lambda entry: entry.uid)


def roles(person_id: str, history: History) -> list[str]:
    """The roles of the engagement that this person holds."""
    return [role for role in RUNNERS if person_id in history.holders.seat(role).people]


def _recorded(person_id: str, history: History, ahead: Ahead, now: datetime) -> Iterator[Entry]:
    for key, row in ahead.rows.items():
        if row.kind != TASK or row.person_id != person_id or is_expected_again(row, ahead.owed.get(key)):
            continue
        ended_at = ahead.ended.get(key)
        if row.is_open:
            yield _task(history, row, RECORDED + 2 * row.n)
        elif ended_at is not None and ended_at > now - KEPT:
            yield _task(history, row, RECORDED + 2 * row.n, ended_at)


def _expected(person_id: str, history: History, ahead: Ahead, now: datetime) -> Iterator[Entry]:
    for key, owed in ahead.owed.items():
        row = ahead.rows.get(key)
        is_theirs = owed.kind == TASK and owed.person_id == person_id and not owed.reached
        is_ahead = owed.falls_due_at >= now and is_coming(owed, history)
        if is_theirs and is_ahead and (row is None or is_expected_again(row, owed)):
            yield _task(history, owed, RECORDED + 2 * row.n + 1 if row else len(history.facts))


def is_expected_again(row: Row, owed: Obligation | None) -> bool:
    """Whether it was withdrawn because its moment was taken back, and waits for it anew."""
    return row.state == "withdrawn" and owed is not None and not owed.reached


def is_coming(owed: Obligation, history: History) -> bool:
    """Whether it will be said yet: no fact and nobody's hand has ended it before its moment."""
    return not owed.done and history.marks.get(owed.key, UNTOUCHED).ended is None


def _task(history: History, of: Row | Obligation, sequence: int, ended_at: datetime | None = None) -> Entry:
    """A task, on its day in the zone of the engagement."""
    zone = _zone(history)
    due_at = of.falls_due_at if isinstance(of, Obligation) else of.due_at
    cause = history.facts.get(of.because)
    told_at = ended_at or (cause.recorded if cause else due_at)
    is_expected = isinstance(of, Obligation)
    return Entry(
        uid=f"{of.key}@throughline",
        title=of.title,
        engagement=_title(history),
        notes=(*_role(of), _due(due_at, zone, of.zone), *_why(of, is_expected)),
        told_at=told_at,
        sequence=sequence,
        on=due_at.astimezone(zone).date(),
        is_expected=is_expected,
        is_cancelled=ended_at is not None,
    )


def _role(of: Row | Obligation) -> Iterator[str]:
    to = of.owed_by if isinstance(of, Obligation) else of.to
    yield f"Yours as {to.replace('_', ' ')}."


def _due(due_at: datetime, zone: ZoneInfo, there: str) -> str:
    """When it is due in the engagement's zone, and in that of the place it is about where the clocks differ."""
    told = f"Due {_moment(due_at, zone)}"
    other = ZoneInfo(there)
    if due_at.astimezone(other).utcoffset() != due_at.astimezone(zone).utcoffset():
        return f"{told}; there it is {_moment(due_at, other)}."
    return f"{told}."


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%A, %Y-%m-%d, %H:%M} ({zone.key})"


def _why(of: Row | Obligation, is_expected: bool) -> Iterator[str]:
    counted = of.wait.replace("_", " ")
    if is_expected:
        yield f"Only expected so far: {counted}, which may still move."
    else:
        yield f"Why: {counted}, {of.moment_on.isoformat()}."


def _sessions(history: History, now: datetime) -> Iterator[Entry]:
    for session in history.sessions.values():
        cancelled, event = session.cancelled, session.scheduled.event
        is_gone = cancelled is not None and cancelled.fact.recorded <= now - KEPT
        if not is_gone and event.starts_at > now - LOOKED_BACK:
            yield _meeting(history, session)


def _meeting(history: History, session: Session) -> Entry:
    """A session, at its time."""
    event, cancelled = session.scheduled.event, session.cancelled
    how = "virtual" if event.mode == "virtual" else "in person"
    told = cancelled.fact if cancelled else session.scheduled.fact
    return Entry(
        uid=f"{history.line}/{session.id}@throughline",
        title=f"Session {event.number}: {event.topic}",
        engagement=_title(history),
        notes=(f"{event.minutes} minutes, {how}.", *([f"Cancelled: {cancelled.event.reason}"] if cancelled else [])),
        told_at=told.recorded,
        sequence=_told_of(history, session.id) - 1,
        starts_at=event.starts_at,
        minutes=event.minutes,
        zone=_zone(history).key,
        is_cancelled=cancelled is not None,
    )


def _told_of(history: History, session_id: str) -> int:
    """How often something was said of when a session is, what was corrected and taken back among it."""
    ours = {id for id, fact in history.facts.items() if _is_about(fact, session_id)}
    back = (it for it in history.facts.values() if isinstance(it.event, FactRetracted) and it.event.fact_id in ours)
    return len(ours) + sum(1 for _ in back)


def _is_about(fact: Fact, session_id: str) -> bool:
    return isinstance(fact.event, SessionScheduled | SessionCancelled) and fact.event.session_id == session_id


def _zone(history: History) -> ZoneInfo:
    assert history.engagement is not None
    return ZoneInfo(history.engagement.time_zone)


def _title(history: History) -> str:
    assert history.engagement is not None
    return str(history.engagement.words["title"])
