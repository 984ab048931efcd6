"""A round that is open, and whose people are written to; and one letter about it that is meant for one of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.followup.domain.contacts import Reached
from services.followup.domain.mail import Intended, Kind, letter_of
from shared.events.base import Fact
from shared.events.evaluation import EvaluationOpened


@dataclass(frozen=True, slots=True)
class Asking:
    """A round of which was heard that it opened."""

    round_id: str
    n: int
    engagement_id: str
    kind: str
    """For what it reaches out: as its rule says, else as an evaluation."""
    opened_at: datetime


def opened(facts: Iterable[Fact], now: datetime, news: timedelta) -> list[Asking]:
    """The rounds that may be open still, whenever it is heard: until they close; without an end, as long as it is news.

    What has closed was told by a log that is read in.
    """
    return [
        Asking(event.round_id, event.n, event.engagement_id, event.contact or "evaluation", fact.time)
        for fact in facts
        if isinstance(event := fact.event, EvaluationOpened)
        and now < (event.closes_at or min(fact.time, fact.recorded) + news)
    ]


@dataclass(frozen=True, slots=True)
class Meant:
    """A letter about a round, and in whose name it would be counted as a contact."""

    letter: Intended
    reached: tuple[Reached, ...]
    """Whoever leads several teams is reached for each of them by one letter."""
    number: int = 0
    """Of a reminder, which one it is."""

    @property
    def is_contact(self) -> bool:
        """Whether it reaches out to a team; who runs the engagement is asked about their own work."""
        return any(one.team_id is not None for one in self.reached)


def key_of(kind: Kind, round_id: str, person_id: str, number: int = 0) -> str:
    """The reason for which somebody is written to about a round; of reminders there are several."""
    return "/".join((kind, round_id, person_id, *([str(number)] if number else [])))


def invitation_of(round_id: str, person_id: str) -> str:
    """The id of the letter by which somebody is invited to a round."""
    return letter_of(key_of("invitation", round_id, person_id))
