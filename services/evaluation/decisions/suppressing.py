"""What may be told of how people answered: no number of fewer than five, nor what it could be worked out from."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.evaluation.domain.asking import FEWEST

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Line(Generic[K]):
    """Numbers of people that are told with their sum; None for what is kept back."""

    cells: Mapping[K, int | None]
    total: int | None


def is_small(people: int) -> bool:
    """Whether this number tells of so few people that it could be seen who they are; zero tells of nobody."""
    return 0 < people < FEWEST


def line(counts: Mapping[K, int], always: Collection[K] = ()) -> Line[K]:
    """Numbers beside their sum, without the small ones, and without what the sum would give away.

    What is in `always` is kept back whatever it counts.
    """
    total = sum(counts.values())
    kept = kept_back(counts, always)
    return Line({name: None if name in kept else n for name, n in counts.items()}, None if is_small(total) else total)


def kept_back(counts: Mapping[K, int], always: Collection[K] = ()) -> frozenset[K]:
    """The names of a line that may not be told: each of them might count five people, for all that its sum tells.

    Of what is kept back beside zeros, each counts somebody: so their sum less one for each other must reach five.
    Where it does not, the next larger numbers are kept back, too; if there are none, the zeros as well.
    """
    if is_small(sum(counts.values())):
        return frozenset(counts)
    kept = {name for name, n in counts.items() if is_small(n) or (name in always and n)}
    rest = sorted((name for name, n in counts.items() if n and name not in kept), key=lambda name: counts[name])
    while kept and (len(kept) == 1 or sum(counts[name] for name in kept) - (len(kept) - 1) < FEWEST):
        if not rest:
            return frozenset(counts)
        kept.add(rest.pop(0))
    return frozenset(kept)
