"""The obligations on the line: tasks as the ledger has them, rounds as evaluation told them, and what is expected."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.followup.domain.entries import is_coming, is_expected_again
from services.followup.domain.inbox import why
from services.followup.domain.line.placed import WAS_EXPECTED, Lane, Placed
from services.followup.domain.settled import SETTLED, what_settled
from shared.drawing import State
from shared.events import evaluation as of_rounds
from shared.events import followup as of_tasks
from shared.events.base import Fact
from shared.obligations.reconcile import Row
from shared.playbooks.history import History
from shared.playbooks.model import TASK
from shared.playbooks.obligation import Obligation

ENDING = (of_tasks.FollowUpDone, of_tasks.FollowUpSkipped, of_tasks.FollowUpLapsed, of_tasks.ContactSuppressed)
ENDED_BY_SOMEBODY = ("done", "skipped")
"""States that name whoever brought them about, and nobody where a fact did: who held the role may not have."""
ROUND = {"mid": "Mid evaluation", "end": "Evaluation at the end", "later": "Later evaluation", "goal": "Look at a goal"}


@dataclass(frozen=True, slots=True)
class Ending:
    """When a task ended, and what was written beside it."""

    on: date | None
    at: datetime
    person_id: str | None
    note: str | None


def ends(told: Iterable[Fact]) -> dict[str, Ending]:
    """How tasks ended, by their keys; the last word counts."""
    found: dict[str, Ending] = {}
    for fact in told:
        event = fact.event
        if isinstance(event, ENDING) and not getattr(event, "left_out", ()):
            note = getattr(event, "note", None) or getattr(event, "reason", None)
            ending = Ending(getattr(event, "on", None), fact.time, getattr(event, "person_id", None), note)
            found[event.task_id] = ending
    return found


def tasks(
    history: History,
    rows: Mapping[str, Row],
    owed: Mapping[str, Obligation],
    ended: Mapping[str, Ending],
    now: datetime,
) -> Iterator[Placed]:
    """Every task that was ever said and still stands or ended, and those that are only expected."""
    recorded = {key: row for key, row in rows.items() if not is_expected_again(row, owed.get(key))}
    for key, row in recorded.items():
        if row.state != "withdrawn":
            yield _recorded(row, None if row.is_open else _ending(row, ended.get(key), history), _zone(history), now)
    for key, one in owed.items():
        if one.kind == TASK and key not in recorded and is_coming(one, history):
            yield _planned(one, "tasks", _zone(history), now)


def rounds(history: History, owed: Mapping[str, Obligation], told: Iterable[Fact], now: datetime) -> Iterator[Placed]:
    """Every evaluation round as evaluation told it last, and those that are only expected."""
    heard: dict[str, list[of_rounds.OfRound]] = {}
    times: dict[str, datetime] = {}
    for fact in told:
        if isinstance(fact.event, of_rounds.OfRound):
            heard.setdefault(fact.event.round_id, []).append(fact.event)
            times[fact.event.round_id] = fact.time
    gone = of_rounds.EvaluationWithdrawn
    standing = {key: events for key, events in heard.items() if not isinstance(events[-1], gone)}
    for key, events in standing.items():
        yield _round(key, events, times[key], owed.get(key), _zone(history))
    for key, one in owed.items():
        if one.kind != TASK and key not in standing and is_coming(one, history):
            yield _planned(one, "evaluation", _zone(history), now)


def _ending(row: Row, told: Ending | None, history: History) -> Ending | None:
    """How a task ended; what nobody did by hand ended with what settled it, and in nobody's name."""
    if row.state != "done" or row.by_hand:
        return told
    fact = history.facts.get(row.ended_because or "")
    return replace(told, on=None, at=fact.time, note=what_settled(fact)) if told and fact else told


def _recorded(row: Row, end: Ending | None, zone: ZoneInfo, now: datetime) -> Placed:
    """A task of the ledger, on the day on which it is due, or on which it ended."""
    state, told = _standing(row, now)
    at = row.due_at if end is None else None if end.on else end.at
    on = end.on if end is not None and end.on else (at or row.due_at).astimezone(zone).date()
    return Placed(
        key=row.key,
        lane="tasks",
        state=state,
        told=told,
        on=on,
        at=at,
        title=row.title,
        to=row.to,
        person_id=(end.person_id if end else None) if row.state in ENDED_BY_SOMEBODY else row.person_id,
        why=why(row),
        counted_from=row.moment_on,
        note=(end.note if end else None) or row.forbidden,
    )


def _standing(row: Row, now: datetime) -> tuple[State, str]:
    match row.state:
        case "done":
            return "done", "done" if row.by_hand else SETTLED
        case "skipped":
            return "skipped", "skipped"
        case "lapsed":
            return "lapsed", "not contacted" if row.forbidden else "lapsed"
    if row.is_overdue(now):
        return "overdue", "overdue"
    return "waiting", "due" if row.state == "due" else "scheduled"


def _planned(one: Obligation, lane: Lane, zone: ZoneInfo, now: datetime) -> Placed:
    """An obligation that nothing has said yet; what is held back beyond its day does not stand as if it were ahead."""
    expected = WAS_EXPECTED if one.held_back and one.falls_due_at < now else "expected"
    return Placed(
        key=one.key,
        lane=lane,
        state="waiting" if one.reached else "expected",
        told="scheduled" if one.reached else expected,
        on=one.falls_due_at.astimezone(zone).date(),
        at=one.falls_due_at,
        title=one.title,
        to=one.owed_by,
        person_id=one.person_id,
        why=why(one),
        counted_from=one.moment_on,
        waits_for=one.held_back,
    )


def _round(key: str, events: list[of_rounds.OfRound], at: datetime, one: Obligation | None, zone: ZoneInfo) -> Placed:
    """A round as the last word of evaluation has it."""
    last = events[-1]
    state, told = _standing_of_round(last)
    if isinstance(last, of_rounds.EvaluationScheduled | of_rounds.EvaluationMoved):
        at = last.due_at
    closes_at = last.closes_at if isinstance(last, of_rounds.EvaluationOpened) else None
    closed_on = last.on if isinstance(last, of_rounds.EvaluationClosed) else None
    named = (getattr(event, "title", None) for event in reversed(events))
    kind = str(getattr(last, "kind", ""))
    title = next(filter(None, named), None) or (one.title if one else None) or ROUND.get(kind, "Evaluation")
    return Placed(
        key=key,
        lane="evaluation",
        state=state,
        told=told,
        on=closed_on or at.astimezone(zone).date(),
        at=None if closed_on else at,
        until=closes_at.astimezone(zone).date() if closes_at else None,
        title=title,
        to=one.owed_by if one else None,
        person_id=one.person_id if one else None,
        why=why(one) if one else None,
        counted_from=one.moment_on if one else None,
        note=_answered(last),
    )


def _standing_of_round(last: of_rounds.OfRound) -> tuple[State, str]:
    match last:
        case of_rounds.EvaluationOpened():
            return "waiting", "open for answers"
        case of_rounds.EvaluationClosed():
            return "done", "closed"
        case of_rounds.EvaluationLapsed():
            return "lapsed", "lapsed"
    return "waiting", "scheduled"


def _answered(last: of_rounds.OfRound) -> str | None:
    if isinstance(last, of_rounds.EvaluationClosed) and last.answered is not None:
        return f"{last.answered} of {last.invited} answered" if last.invited else f"{last.answered} answered"
    return last.reason if isinstance(last, of_rounds.EvaluationLapsed) else None


def _zone(history: History) -> ZoneInfo:
    return ZoneInfo(history.engagement.time_zone if history.engagement else "UTC")
