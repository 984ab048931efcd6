"""The story: turn by turn what was said and what followed from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from services.demo.gathered import sentence
from services.demo.known import Known, written
from services.demo.news import ORDER, News, at_risk, news_of, window_closed
from services.demo.sentences import tell
from services.demo.sentences.saying import Saying
from services.demo.watch import Watch
from shared.events import evaluation, followup
from shared.events.base import Event, Fact

SAID_AS: dict[type[Event], str] = {
    followup.FollowUpSnoozed: "put_off",
    followup.FollowUpHandedOver: "handed_over",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that happened, and the facts that it brought: somebody said something, or time passed."""

    at: datetime
    facts: Sequence[Fact]
    answer: str | None = None
    """What the bus answered to whoever said it there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that the story tells: people's words, or news of a task."""

    date: date
    kind: str
    sentence: str
    fact: Fact
    saying: Saying | None = None
    news: News | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A turn, told."""

    date: date
    entries: tuple[Entry, ...]
    answer: str | None = None

    @property
    def said(self) -> list[Entry]:
        """The entries that are people's words."""
        return [entry for entry in self.entries if entry.saying]

    @property
    def news(self) -> list[News]:
        return [entry.news for entry in self.entries if entry.news]


@dataclass
class Story:
    """Hears turn after turn, and tells each."""

    known: Known
    told: list[Told] = field(default_factory=list)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(self.known.places)

    @property
    def entries(self) -> Iterator[Entry]:
        """All that was told, in order."""
        return (entry for told in self.told for entry in told.entries)

    def hear(self, turn: Turn) -> Told:
        """Tell one more turn: first what was said, then what followed from it."""
        on, because = self.known.day(turn.at), None
        said, followed = list[Entry](), list[Entry]()
        for fact in sorted(turn.facts, key=lambda fact: fact.event.from_ledger):
            news = news_of(fact, self.known, because, on)
            if news is None:
                because = fact.event
                said.append(self._said(fact, on))
            else:
                followed += self._window(fact, news, on)
                followed.append(Entry(on, news.kind, sentence(news, on), fact, news=news))
            self.known.learn(fact, on)
        followed += self._risks(turn, on)
        told = Told(on, (*said, *sorted(followed, key=_order)), turn.answer)
        self.told.append(told)
        return told

    def _said(self, fact: Fact, on: date) -> Entry:
        saying = tell(fact, self.known, on)
        self.known.sentences[fact.id] = saying.sentence
        return Entry(on, self._kind(fact.event), saying.sentence, fact, saying=saying)

    def _kind(self, event: Event) -> str:
        if isinstance(event, evaluation.EvaluationAnswered):
            return "said" if event.round_id in self.known.closed_rounds else "answered"
        return SAID_AS.get(type(event), "said")

    def _risks(self, turn: Turn, on: date) -> Iterator[Entry]:
        """The teams that have come to be at risk: no fact says so, it is told with the fact by which one can tell."""
        for found in self.watch.look(turn.facts, turn.at):
            news = at_risk(found, self.known, on)
            yield Entry(on, news.kind, f"{news.lead}.", found.fact, news=news)

    def _window(self, fact: Fact, news: News, on: date) -> list[Entry]:
        """That the window has closed: no fact says it, so it is told with the first task that lapses of it."""
        last = window_closed(fact.event)
        if last is None or self.known.window_closed:
            return []
        self.known.window_closed = True
        months = _months(self.known.closed_on, last)
        words = f"The {months}window closed on {written(last, on)}. From now on no team is contacted any more"
        return [Entry(on, "window_closed", f"{words}.", fact, news=replace(news, kind="window_closed", lead=words))]


def _order(entry: Entry) -> tuple[object, ...]:
    """Within a turn: in the order of kinds; then by date."""
    assert entry.news is not None
    return ORDER.index(entry.kind.removesuffix("_late")), entry.news.day, entry.news.owed.rule, entry.news.key


def _months(start: date | None, end: date) -> str:
    """How long the window was, where that is known."""
    months = 12 * (end.year - start.year) + end.month - start.month if start else 0
    return f"{months}-month " if months else ""
