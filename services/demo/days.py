"""A day of the story as lines for people: what is alike is told together, and what is much is counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from services.demo.gathered import lines
from services.demo.news import ORDER, News
from services.demo.sentences.saying import Saying, together
from services.demo.story import Told

MOST = 3
"""The most lines with the same words before them; what is left is counted."""
LATER = "answered"
"""What is told when the round closes: all answers together."""
BY_HAND = ("done", "done_late", "skipped")
GOES_WITHOUT_SAYING = {"put_off": "moved", "handed_over": "handed_on"}
"""News that only repeat what people said."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line, what kind of thing it tells, and how far it stands in."""

    kind: str
    text: str
    depth: int = 0


@dataclass
class _Passage:
    """What was said, in one sentence, and all that followed from it; or what happened to tasks meanwhile."""

    kind: str
    sayings: list[Saying] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    news: list[News] = field(default_factory=list)


def told(day: Sequence[Told], on: date) -> list[Line]:
    """The lines of one day."""
    done = {news.key for turn in day for news in turn.news if news.kind in BY_HAND}
    to_tell = [turn for turn in day if not any(entry.kind == LATER for entry in turn.said)]
    return [line for passage in _passages(to_tell) for line in _lines(passage, on, done)]


def _passages(day: Sequence[Told]) -> Iterator[_Passage]:
    """The turns of a day; those together that can be told in one sentence."""
    passage: _Passage | None = None
    for turn in day:
        sayings = [entry.saying for entry in turn.said if entry.saying]
        if passage is None or not _goes_with(sayings, passage.sayings):
            if passage:
                yield passage
            passage = _Passage(turn.said[0].kind if turn.said else "")
        passage.sayings += sayings
        passage.answers += [turn.answer] if turn.answer else []
        passage.news += turn.news
    if passage:
        yield passage


def _goes_with(sayings: Sequence[Saying], before: Sequence[Saying]) -> bool:
    """Whether what was said goes into one sentence with what was said before; of time, there is nothing to say."""
    if not sayings or not before:
        return not sayings and not before
    return len(sayings) == 1 and sayings[0].goes_with(before[0])


def _lines(passage: _Passage, on: date, done: set[str]) -> Iterator[Line]:
    if passage.sayings:
        yield Line(passage.kind, together(passage.sayings))
    for answer in passage.answers:
        yield Line("answer", answer, 1)
    at_once = {one.key for one in passage.news if one.kind == "obliged" and one.day < on}
    news = [
        one
        for one in passage.news
        if not (one.kind == "fell_due" and one.key in done | at_once)
        and one.kind != GOES_WITHOUT_SAYING.get(passage.kind)
    ]
    news.sort(key=lambda one: (ORDER.index(one.kind.removesuffix("_late")), one.lead))
    for lead, group in groupby(news, lambda one: one.lead):
        yield from _alike(lead, list(group), on, 1 if passage.sayings else 0)


def _alike(lead: str, group: Sequence[News], on: date, depth: int) -> Iterator[Line]:
    """The lines of news with the same words before them."""
    kind = group[0].kind
    if kind in ("window_closed", "at_risk"):
        yield Line(kind, f"{lead}.", depth if kind == "at_risk" else 0)
        return
    found = lines(group, on, in_short=True)
    shown = found if len(found) <= MOST + 1 else found[:MOST]
    words = f"{lead}: " if lead and kind != "obliged" else ""
    for text, _ in shown:
        yield Line(kind, f"{words}{text}", depth)
    if more := sum(number for _, number in found[len(shown) :]):
        yield Line(kind, f"and {more} more", depth)
