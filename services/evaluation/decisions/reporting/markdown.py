"""A report in Markdown: whatever somebody wrote stands in it as text, and is never markup."""

import re
from collections.abc import Iterable, Iterator

from services.evaluation.domain.reporting import Grid, Sheet

ALWAYS = re.compile(r"([\\`*_{}\[\]<>#|~$^=@]|&(?=[#\w])|:(?!\s|$|(?<=\d:)\d))")
"""What means something wherever it stands; a colon only before what it could make an address or a sign of."""
FIRST = re.compile(r"^(\d*(?=[-+.:(])|\w*(?=\)))")
"""What makes a list where a line begins with it."""
ADDRESS = re.compile(r"(?i)\b(www)\.")
"""What some readers make a link of."""


def markdown(sheet: Sheet) -> str:
    """The report in Markdown, with tables as most readers know them."""
    return "\n\n".join(_blocks(sheet)) + "\n"


def _blocks(sheet: Sheet) -> Iterator[str]:
    yield f"# {escaped(sheet.title)}"
    yield from map(escaped, sheet.sentences)
    for section in sheet.sections:
        yield f"## {escaped(section.title)}"
        yield from map(escaped, section.sentences)
        for item in section.items:
            if item.title:
                yield f"### {escaped(item.title)}"
            yield "\n".join(f"- **{escaped(label)}:** {escaped(words)}" for label, words in item.lines)
        for grid in section.grids:
            yield f"**{escaped(grid.caption)}**"
            yield "\n".join(_table(grid))


def _table(grid: Grid) -> Iterator[str]:
    yield _row(grid.columns)
    yield _row("---:" if is_numeric else "---" for is_numeric in grid.numeric)
    for row in grid.rows:
        yield _row(map(escaped, row))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """A text that stands for itself, on one line."""
    plain = " ".join(text.split())
    plain = ALWAYS.sub(r"\\\1", plain)
    return FIRST.sub(r"\1\\", ADDRESS.sub(r"\1\\.", plain))
