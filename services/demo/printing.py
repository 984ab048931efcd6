"""The story on a terminal: a heading for each month, the day beside its lines, in colours where there are any."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from services.demo.days import Line, told
from services.demo.highlights import Highlight
from services.demo.story import Told

GUTTER = 12
INDENT = 2
NARROWEST = 24
"""However narrow the terminal is, this many characters of a sentence stand in a line."""
ARROW = "-> "
SHORT = ("answer", "settled", "settled_late")
"""What stands in the line of its reason, if it fits."""
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
    "at_risk": "bold red",
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
        lines = told(day, on)
        if lines and (on.year, on.month) != self._month:
            self._month = (on.year, on.month)
            self._console.print(Text(f"\n{on:%B %Y}", "bold underline"))
        head = Text(f"{on:%a} {on.day:2} {on:%b}", "bold")
        while lines:
            line = lines.pop(0)
            text = _styled(line)
            if lines and lines[0].kind in SHORT and self._fits(text, joined := _styled(lines[0])):
                text = Text.assemble(text, " ", joined)
                lines.pop(0)
            self._beside(head, text, GUTTER + INDENT * line.depth)
            head = Text()

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

    def _fits(self, text: Text, more: Text) -> bool:
        return len(text) + 1 + len(more) <= self._console.width - GUTTER

    def _beside(self, head: Text, text: Text, gutter: int) -> None:
        """Print `text`, wrapped, with `head` to the left of its first line."""
        hanging = len(ARROW) if text.plain.startswith(ARROW) else 0
        room = max(self._console.width - gutter - hanging, NARROWEST)
        for number, part in enumerate(text.wrap(self._console, room)):
            part.rstrip()
            left = head if number == 0 else Text(" " * hanging)
            left.pad_right(gutter + (hanging if number else 0) - len(left))
            self._console.print(Text.assemble(left, part), soft_wrap=True)


def _styled(line: Line) -> Text:
    arrow = ARROW if line.depth and line.kind != "answer" else ""
    return Text(f"{arrow}{line.text}", STYLES[line.kind])
