"""What is known of an engagement before it is opened, for whoever imagines it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.events.fields import RUNNERS
from shared.events.intake import Goal

PERSON = "somebody"


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of an engagement that is imagined; of the rest, words that stand for it."""

    center: str = "center"
    topic: str = "topic"
    session_topic: str = "topic {n}"
    need: str = "need"
    people: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(RUNNERS, PERSON))
    goals: Sequence[Goal] = ()
    regions: Sequence[int] = ()
    """Whose offices are asked; where none is known, one that is not named."""


UNTOLD = Told()
