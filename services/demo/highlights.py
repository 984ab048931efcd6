"""What to look for in the story: the moments for which this software is made, as far as they happened."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.demo.known import plural
from services.demo.story import Entry, Told
from shared.events.base import Event
from shared.events.evaluation import EvaluationOpened
from shared.events.intake import RoleFilled
from shared.events.sessions import ActionPlanRejected, SessionHeld, SessionScheduled


@dataclass(frozen=True, slots=True)
class Highlight:
    """One such moment, by the day on which it was told."""

    name: str
    date: date
    sentence: str


def highlights(story: Sequence[Told]) -> list[Highlight]:
    """Each moment, the first time it happened, in the order in which they are listed below."""
    found = ((name, find(story)) for name, find in MOMENTS.items())
    return [Highlight(name, *moment) for name, moment in found if moment is not None]


Moment = tuple[date, str] | None


def _session_moved(story: Sequence[Told]) -> Moment:
    for told in _with(story, SessionScheduled):
        if moved := _count(told, "moved"):
            return told.date, f"{_words(told)} {plural(moved, 'follow-up')} move with it."
    return None


def _team_missed(story: Sequence[Told]) -> Moment:
    for told in _with(story, SessionHeld):
        owed = [entry.sentence for entry in told.entries if entry.kind == "obliged" and entry.news and entry.news.code]
        if owed:
            return told.date, f"{_words(told)} {owed[0]}."
    return None


def _plan_rejected(story: Sequence[Told]) -> Moment:
    for told in _with(story, ActionPlanRejected):
        if gone := _count(told, "withdrawn"):
            return told.date, f"{_words(told)} {plural(gone, 'follow-up')} of it are withdrawn."
    return None


def _facilitator_replaced(story: Sequence[Told]) -> Moment:
    filled = (told for told in _with(story, RoleFilled) if "facilitator" in _words(told))
    return next(((told.date, _words(told)) for told in filled), None)


def _opened(kind: str) -> Callable[[Sequence[Told]], Moment]:
    def find(story: Sequence[Told]) -> Moment:
        for entry in _entries(story):
            if isinstance(entry.fact.event, EvaluationOpened) and entry.fact.event.kind == kind:
                return entry.date, entry.sentence
        return None

    return find


def _first(kind: str) -> Callable[[Sequence[Told]], Moment]:
    return lambda story: next(((entry.date, entry.sentence) for entry in _entries(story) if entry.kind == kind), None)


MOMENTS: dict[str, Callable[[Sequence[Told]], Moment]] = {
    "a team at risk": _first("at_risk"),
    "a team that missed a session": _team_missed,
    "a session moved": _session_moved,
    "a task done late": _first("done_late"),
    "the mid evaluation opened": _opened("mid"),
    "a facilitator replaced": _facilitator_replaced,
    "the end evaluation opened": _opened("end"),
    "a plan rejected, its follow-ups withdrawn": _plan_rejected,
    "the six-month window closing": _first("window_closed"),
}


def _entries(story: Iterable[Told]) -> Iterable[Entry]:
    return (entry for told in story for entry in told.entries)


def _with(story: Iterable[Told], kind: type[Event]) -> Iterable[Told]:
    """The turns in which such a fact was said."""
    return (told for told in story if any(isinstance(entry.fact.event, kind) for entry in told.said))


def _words(told: Told) -> str:
    return " ".join(entry.sentence for entry in told.said)


def _count(told: Told, kind: str) -> int:
    return sum(entry.kind == kind for entry in told.entries)
