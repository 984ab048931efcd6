"""What may be told of how people answered: no number of fewer than five, nor what it could be worked out from."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from services.evaluation.domain.asking import FEWEST

K = TypeVar("K", bound=Hashable)
R = TypeVar("R", bound=Hashable)
C = TypeVar("C", bound=Hashable)
ALL: Literal["*"] = "*"
"""Stands for the sum over a row or column, in the place of its name."""


@dataclass(frozen=True, slots=True)
class Line(Generic[K]):
    """Numbers of people that are told with their sum; None for what is kept back."""

    cells: Mapping[K, int | None]
    total: int | None


@dataclass(frozen=True, slots=True)
class Table(Generic[R, C]):
    """Numbers of people by two things at once, with the sums of both; None for what is kept back."""

    cells: Mapping[tuple[R, C], int | None]
    rows: Mapping[R, int | None]
    columns: Mapping[C, int | None]
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


def table(counts: Mapping[tuple[R, C], int]) -> Table[R, C]:
    """Numbers by two things, without the small ones, and without what sums of rows and columns would give away."""
    grid = _Grid({(row, column): n for (row, column), n in counts.items()})
    told = grid.told()
    return Table(
        {(row, column): told[row, column] for row, column in counts},
        {row: told[row, ALL] for row, _ in counts},
        {column: told[ALL, column] for _, column in counts},
        told[ALL, ALL],
    )


Cell = tuple[Hashable, Hashable]


class _Grid:
    """A table with its sums as one more row and column: each of its lines adds up to the last in it."""

    def __init__(self, counts: Mapping[Cell, int]) -> None:
        self.rows: list[Hashable] = list(dict.fromkeys(row for row, _ in counts))
        self.columns: list[Hashable] = list(dict.fromkeys(column for _, column in counts))
        self.all = {(row, column): counts.get((row, column), 0) for row in self.rows for column in self.columns}
        self.all |= {(row, ALL): sum(self.all[row, column] for column in self.columns) for row in self.rows}
        self.all |= {(ALL, column): sum(self.all[row, column] for row in self.rows) for column in (*self.columns, ALL)}
        self.kept = {cell for cell, n in self.all.items() if is_small(n)}

    def told(self) -> dict[Cell, int | None]:
        """What may be told of each cell and sum."""
        if is_small(self.all[ALL, ALL]):
            self.kept = set(self.all)
        while more := self._more():
            self.kept |= more
        return {cell: None if cell in self.kept else n for cell, n in self.all.items()}

    def _more(self) -> set[Cell]:
        """What must be kept back besides; nothing once nothing can be worked out."""
        for parts, whole in self._lines():
            if whole not in self.kept:
                more = kept_back({cell: self.all[cell] for cell in parts}, self.kept) - self.kept
                if more:
                    return set(more)
        for row, column in sorted(_bridges(self.kept), key=str):
            beside = [cell for cell in self.all if cell not in self.kept and (cell[0] == row or cell[1] == column)]
            if beside:
                return {min(beside, key=lambda cell: (not self.all[cell], self.all[cell], str(cell)))}
        return set()

    def _lines(self) -> Iterator[tuple[Sequence[Cell], Cell]]:
        for row in (*self.rows, ALL):
            yield [(row, column) for column in self.columns], (row, ALL)
        for column in (*self.columns, ALL):
            yield [(row, column) for row in self.rows], (ALL, column)


def _bridges(kept: Collection[Cell]) -> set[Cell]:
    """Of what is kept back, what adding and subtracting whole lines gives away all the same.

    Rows and columns are the places, what is kept back the roads between them: it is a road that lies on no round trip.
    """
    roads: dict[Cell, list[tuple[Cell, Cell]]] = {}
    for cell in kept:
        ends = ("row", cell[0]), ("column", cell[1])
        roads.setdefault(ends[0], []).append((ends[1], cell))
        roads.setdefault(ends[1], []).append((ends[0], cell))
    return {cell for cell in kept if not _is_on_a_round_trip(cell, roads)}


def _is_on_a_round_trip(cell: Cell, roads: Mapping[Cell, Sequence[tuple[Cell, Cell]]]) -> bool:
    start, goal = ("row", cell[0]), ("column", cell[1])
    seen: set[Cell] = {start}
    waiting: list[Cell] = [start]
    while waiting:
        for place, road in roads[waiting.pop()]:
            if road != cell and place not in seen:
                seen.add(place)
                waiting.append(place)
    return goal in seen
