"""What comes of each row: facts to be recorded, nothing where all was said before, or what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from services.intake.decisions.importing.guessing import Sheet
from services.intake.decisions.importing.telling import Told, places_of, problem, text_of_reason
from services.intake.domain.imports import Looked, Name, Outcome, RowProblem
from services.intake.domain.requests import LogRequest
from shared.events import intake as said
from shared.events.base import HISTORIC, Event, Fact, say
from shared.playbooks.history import History
from shared.playbooks.places import Places

E = TypeVar("E", bound=Event)

TOLD_TWICE = "is told otherwise in row {row}: one request has one row, so take out one of them"
SAME_ID = "is too much like {other} in row {row}: both would have one id here. Rename one of them in the tracker"
TAKEN = "has an id here that belongs to another request: log it by hand, with a request_id of its own"
CLOSED = (
    "is closed there, and nothing tells how it was answered: add a column How (engagement, one on one, peer to peer, "
    "resource or declined), or leave the row out"
)
NO_DAY_OF_ANSWER = "is missing: the request is closed there, so add the day on which it was answered"
BEFORE_IT_WAS_LOGGED = "is before the request was logged"
ONLY_STAFF = "is closed there: only the staff of the center tell how a request was answered"
WITHDRAWN_HERE = "waits there, but was withdrawn here: if the agency asks again, take the withdrawal back on its page"


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of the request that a row is about."""

    request_id: str
    history: History


@dataclass(frozen=True, slots=True)
class Ground:
    """What has to be known to judge all rows alike."""

    now: datetime
    places: Places
    zone: str
    historic: bool
    may_answer: bool
    """Whether whoever hands in the file may say that a request was answered."""

    def zone_of(self, jurisdiction: str) -> ZoneInfo:
        """Where the days of an agency begin."""
        return self.places.zone_of(jurisdiction) or ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class Judged:
    """What comes of one row."""

    told: Told
    outcome: Outcome
    facts: tuple[Fact, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    note: RowProblem | None = None


class _Wrong(Exception):
    """A row cannot be taken in as things stand: what it is about, and why."""

    def __init__(self, name: Name, reason: str) -> None:
        self.name = name
        self.reason = reason


def judge(
    told: Sequence[Told], before: Mapping[str, Before], sheet: Sheet, looked: Looked, ground: Ground
) -> list[Judged]:
    """What comes of every row; `before` tells what is known of the request of each, by the id of its tracker."""
    places = places_of(sheet, looked)
    seen: dict[str, Told] = {}
    ids: dict[str, Told] = {}
    judged: list[Judged] = []
    for one in told:
        try:
            if one.command is None:
                judged.append(Judged(one, "refused", problems=one.problems))
            elif _is_told_again(one, seen):
                judged.append(Judged(one, "same"))
            else:
                known = before[one.external_id]
                _has_its_own_id(one, known.request_id, ids)
                facts = _facts(one, one.command, known, ground)
                note = problem(one.row, "status", WITHDRAWN_HERE, places, sheet.labels) if _waits(one, known) else None
                judged.append(Judged(one, _outcome(facts), facts, note=note))
                seen[one.external_id] = ids[known.request_id] = one
        except _Wrong as wrong:
            what = problem(one.row, wrong.name, wrong.reason, places, sheet.labels)
            judged.append(Judged(one, "refused", problems=(what,)))
    return judged


def _is_told_again(told: Told, seen: Mapping[str, Told]) -> bool:
    """Whether a row above says the same. Raises where one says otherwise."""
    above = seen.get(told.external_id)
    if above is not None and above.words != told.words:
        raise _Wrong("external_id", TOLD_TWICE.format(row=above.row.number))
    return above is not None


def _has_its_own_id(told: Told, request_id: str, ids: Mapping[str, Told]) -> None:
    if other := ids.get(request_id):
        raise _Wrong("external_id", SAME_ID.format(other=other.external_id, row=other.row.number))


def _facts(told: Told, command: LogRequest, before: Before, ground: Ground) -> tuple[Fact, ...]:
    """All that a row makes true, and was not true before."""
    logged = _standing(before.history, said.TaRequestLogged)
    if logged and (logged.source, logged.external_id) != (command.source, command.external_id):
        raise _Wrong("external_id", TAKEN)
    zone = ground.zone_of(command.jurisdiction)
    today = ground.now.astimezone(zone).date()
    asked = _asked(command, before.request_id, logged, today)
    events: list[Event] = [] if asked == logged else [_next(before.history, asked)]
    events += _ends(told, asked, before, ground)
    extensions = {HISTORIC: True} if ground.historic else {}
    return tuple(replace(say(event, ground.now, zone), extensions=extensions) for event in events)


def _asked(
    command: LogRequest, request_id: str, logged: said.TaRequestLogged | None, today: date
) -> said.TaRequestLogged:
    """The request as the row tells it; a row without a day does not change the day that was told."""
    day = command.logged_on or (logged.logged_on if logged else today)
    if logged is None:
        return command.as_event(said.TaRequestLogged, request_id=request_id, logged_on=day)
    words = {"jurisdiction": command.jurisdiction, "topic": command.topic, "need": command.need, "logged_on": day}
    return logged.model_copy(update=words)


def _ends(told: Told, asked: said.TaRequestLogged, before: Before, ground: Ground) -> Iterator[Event]:
    """That it was withdrawn, or answered; what has ended here has ended."""
    history = before.history
    withdrawn = _standing(history, said.TaRequestWithdrawn)
    if withdrawn or told.status not in ("withdrawn", "closed"):
        return
    if told.status == "withdrawn":
        event = said.TaRequestWithdrawn(request_id=asked.request_id, reason=text_of_reason(told))
        yield _next(history, event)
    elif _standing(history, said.TaRequestAnswered) is None:
        yield _next(history, _answer(told, asked, ground))


def _answer(told: Told, asked: said.TaRequestLogged, ground: Ground) -> said.TaRequestAnswered:
    if not ground.may_answer:
        raise _Wrong("status", ONLY_STAFF)
    if told.how is None:
        raise _Wrong("how", CLOSED)
    if told.answered_on is None:
        raise _Wrong("answered_on", NO_DAY_OF_ANSWER)
    if told.answered_on < asked.logged_on:
        raise _Wrong("answered_on", f"{BEFORE_IT_WAS_LOGGED} ({asked.logged_on})")
    return said.TaRequestAnswered(request_id=asked.request_id, answered_on=told.answered_on, how=told.how)


def _standing(history: History, kind: type[E]) -> E | None:
    """What stands of this kind in the line of a request."""
    found = history.said.of(kind)
    return found[-1].event if found else None


def _next(history: History, event: E) -> E:
    """The event in the revision that makes it count, whatever was said and taken back before."""
    alike = (fact.event for fact in history.facts.values() if fact.event.type == event.type)
    before = [other.revision for other in alike if other.names == event.names]
    return event.model_copy(update={"revision": max(before, default=-1) + 1})


def _waits(told: Told, before: Before) -> bool:
    """Whether the tracker says that a request waits which was withdrawn here."""
    return told.status == "waits" and _standing(before.history, said.TaRequestWithdrawn) is not None


def _outcome(facts: Sequence[Fact]) -> Outcome:
    events = [fact.event for fact in facts]
    if any(isinstance(event, said.TaRequestWithdrawn) for event in events):
        return "withdrawn"
    if any(isinstance(event, said.TaRequestAnswered) for event in events):
        return "answered"
    logged = next((event for event in events if isinstance(event, said.TaRequestLogged)), None)
    return "same" if logged is None else "corrected" if logged.revision else "new"
