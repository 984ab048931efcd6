"""A file as its rows tell it, whatever kind of file it is; what is too large or no table is refused with a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.cells import meant
from shared.errors import Malformed

Cell = str | int | float | bool | datetime | date | time | timedelta | None
MOST_BYTES = 10_000_000
MOST_ROWS = 5_000
"""All of them are recorded in one transaction, and whoever else logs a request waits for it."""
MOST_COLUMNS = 200
WHOLE = 1e15
"""Up to here a spreadsheet's number is exact."""


class TooLarge(Malformed):
    """{reason}"""

    status = 413
    title = "Too large"


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty."""

    number: int
    """As a spreadsheet counts."""
    line: int
    """In the text of the file."""
    cells: tuple[Cell, ...]

    def cell(self, place: int) -> Cell:
        """What stands in a column; nothing where the row is shorter."""
        return self.cells[place] if place < len(self.cells) else None

    def text(self, place: int) -> str:
        """The same as text."""
        return text_of(self.cell(place))


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, and what it takes to write them again as they were."""

    file: str
    kind: str
    """csv or xlsx"""
    rows: tuple[Row, ...]
    sheet: str = ""
    encoding: str = ""
    guessed: bool = False
    """Whether the encoding was guessed."""
    delimiter: str = ","
    newline: str = "\r\n"
    from_1904: bool = False
    """Whether its days are counted as Macs once did."""


def text_of(cell: Cell) -> str:
    """What a cell says, as somebody would write it down."""
    match cell:
        case None:
            return ""
        case str():
            return meant(cell.strip())
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer() and abs(cell) < WHOLE:
            return str(int(cell))
        case datetime():
            return cell.isoformat(" ", "minutes") if cell.time() != time.min else cell.date().isoformat()
        case date():
            return cell.isoformat()
    return str(cell)


def kept(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """The cells of a row, without the empty ones at its end."""
    found = list(cells)
    while found and (found[-1] is None or found[-1] == ""):
        found.pop()
    return tuple(found)


def too_many_rows() -> TooLarge:
    """The refusal of a file with more rows than are taken at once."""
    return TooLarge(f"has more than {MOST_ROWS:,} rows: split it, and hand in one part after the other", "file")


def too_many_bytes() -> TooLarge:
    """The refusal of a file that is larger than any list of requests."""
    return TooLarge(
        f"has more than {MOST_BYTES // 1_000_000} MB: split it, or leave out what is not about requests", "file"
    )
