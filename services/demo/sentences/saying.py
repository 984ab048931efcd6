"""A sentence that can be said of several at once: Delaware hands in, Delaware and Florida hand in."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.demo.known import listed


@dataclass(frozen=True, slots=True)
class Saying:
    """What comes before the subject, the subject, what comes after; and the same for several subjects."""

    before: str
    subject: str
    after: str
    of_several: tuple[str, str] | None = None
    """What comes before and after several subjects; none where each is told alone."""

    @property
    def sentence(self) -> str:
        return f"{self.before}{self.subject}{self.after}"

    def goes_with(self, other: "Saying") -> bool:
        """Whether both can be told in one sentence."""
        mine = (self.before, self.after, self.of_several)
        return self.of_several is not None and mine == (other.before, other.after, other.of_several)


def alone(sentence: str) -> Saying:
    """A sentence that is always told by itself."""
    return Saying("", sentence, "")


def together(sayings: Sequence[Saying]) -> str:
    """One sentence for sayings that go with one another."""
    first = sayings[0]
    if len(sayings) == 1 or first.of_several is None:
        return first.sentence
    before, after = first.of_several
    return f"{before}{listed([saying.subject for saying in sayings])}{after}"
