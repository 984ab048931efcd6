"""The story on a terminal: a heading for each month, the day beside its lines, in colours where there are any."""

from collections.abc import Sequence
from datetime import date

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from services.demo.days import Line, told
from services.demo.highlights import Highlight
from services.demo.story import Told

GUTTER = 11
INDENT = 2
ARROW = "-> "
STYLES = {
    "said": "",
    "put_off": "",
    "handed_over": "",
    "answer": "dim",
    "obliged": "cyan",
    "moved": "yellow",
    "handed_on": "yellow",
    "withdrawn": "magenta",
    "settled": "green",
    "settled_late": "green",
    "fell_due": "bold",
    "done": "green",
    "done_late": "bold yellow",
    "skipped": "magenta",
    "escalated": "bold red",
    "lapsed": "red",
    "opened": "bold blue",
    "closed": "blue",
    "window_closed": "bold blue",
}


class Printer:
    """Prints a day when it is over."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._day: list[Told] = []
        self._month: tuple[int, int] | None = None

    def tell(self, turn: Told) -> None:
        """Take in one more turn."""
        if self._day and self._day[0].date != turn.date:
            self.end_of_day()
        self._day.append(turn)

    def end_of_day(self) -> None:
        """Print what the day brought."""
        if not self._day:
            return
        day, on = self._day, self._day[0].date
        self._day = []
        if (on.year, on.month) != self._month:
            self._month = (on.year, on.month)
            self._console.print(Text(f"\n{on:%B %Y}", "bold underline"))
        for number, line in enumerate(told(day, on)):
            self._line(line, on if number == 0 else None)

    def paragraph(self, text: str, style: str = "") -> None:
        """Print a few sentences."""
        self._console.print(Text(text, style))

    def highlights(self, found: Sequence[Highlight]) -> None:
        """Print where to look."""
        self._console.print(Text("\nWhat to look for", "bold underline"))
        for one in sorted(found, key=lambda one: one.date):
            when = f"{one.date:%a} {one.date.day} {one.date:%b} {one.date.year}"
            text = Text.assemble((one.name.capitalize(), "bold"), f". {one.sentence}")
            self._beside(Text(when, "dim"), text, GUTTER + 5)

    def counts(self, counts: dict[str, int]) -> None:
        """Print how often what happened."""
        self._console.print(Text("\nIn numbers", "bold underline"))
        for name, number in counts.items():
            self._console.print(Text(f"{number:5}  {name}"))

    def _line(self, line: Line, on: date | None) -> None:
        day = Text(f"{on:%a} {on.day:2} {on:%b}" if on else "", "bold")
        text = Text(f"{ARROW if line.depth else ''}{line.text}", STYLES[line.kind])
        self._beside(day, text, GUTTER, line.depth)

    def _beside(self, head: Text, text: Text, gutter: int, depth: int = 0) -> None:
        """Print `text`, wrapped, with `head` to the left of it."""
        indent = INDENT * depth
        grid = Table.grid(padding=0)
        grid.add_column(width=gutter + indent, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(head, text)
        self._console.print(Padding(grid, 0, expand=False))
