"""How reports word numbers, days and names, and what of them is worth a table or a chart."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.evaluation.domain.reporting import Bars, Grid


def count(n: int, one: str, many: str = "") -> str:
    """A number with its word."""
    return f"{n} {one if n == 1 else many or f'{one}s'}"


def day(on: date) -> str:
    """A day as it is written in a sentence."""
    return f"{on:%B} {on.day}, {on.year}"


def short(on: date | None) -> str:
    """The same in a table."""
    return f"{on:%b} {on.day}, {on.year}" if on else "no day"


def listed(words: Sequence[str]) -> str:
    """Several words as one reads them aloud."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def spoken(name: str) -> str:
    """A name of ours as a word: improvement_review is an improvement review."""
    return name.replace("_", " ")


def capital(words: str) -> str:
    """The same at the beginning of a line."""
    return words[:1].upper() + words[1:]


def chart(name: str, title: str, unit: str, bars: Sequence[tuple[str, int]]) -> Bars | None:
    """What is drawn of these numbers; nothing where there are no two to be compared."""
    if sum(n > 0 for _, n in bars) < 2:
        return None
    told = ", ".join(f"{label} {n}" for label, n in bars)
    return Bars(name=name, title=title, unit=unit, bars=tuple(bars), words=f"Bar chart. {title}: {told}.")


def numbers(
    caption: str, what: str, bars: Sequence[tuple[str, int]], unit: str = "Number", chart: Bars | None = None
) -> Grid:
    """A table of names and their numbers."""
    return Grid(caption=caption, columns=(what, unit), rows=tuple((label, str(n)) for label, n in bars), chart=chart)


def named(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Numbers by name, the largest first."""
    rows = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [(capital(spoken(name)), n) for name, n in rows]
