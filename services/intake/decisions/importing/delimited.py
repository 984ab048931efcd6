"""CSV: comma, semicolon, tab or bar between its cells, in whatever letters; and back, so that no cell is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import islice

from services.intake.decisions.importing import letters
from services.intake.decisions.importing.headings import LOOKED_AT, known_headings
from services.intake.decisions.importing.tables import (
    MOST_COLUMNS,
    MOST_ROWS,
    Row,
    Table,
    kept,
    too_many_rows,
)
from shared.cells import safe
from shared.errors import Malformed

DELIMITERS = (",", ";", "\t", "|")
NAMED = "sep="
"""How Excel writes the delimiter into a line of its own."""
SAMPLE = 200
"""So many lines are looked at to see what stands between cells."""


def read(file: str, content: bytes) -> Table:
    """The rows of a CSV file."""
    told = letters.read(content)
    text, newline = told.text, "\r\n" if "\r\n" in told.text else "\n"
    first, _, rest = text.partition("\n")
    named = first.rstrip("\r")
    told_by_excel = named.casefold().startswith(NAMED) and len(named) == len(NAMED) + 1
    delimiter = named[-1] if told_by_excel else _delimiter(text)
    if delimiter in '"\r\n' or delimiter.isalnum():
        raise Malformed("names a delimiter in its first line that can be none", "file")
    rows = _rows(rest, delimiter, 2) if told_by_excel else _rows(text, delimiter, 1)
    return Table(file, "csv", tuple(rows), "", told.encoding, told.guessed, delimiter, newline)


def write(table: Table, rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as a file like the one they come from."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=table.delimiter, lineterminator=table.newline)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return letters.written(written.getvalue(), table.encoding)


def _rows(text: str, delimiter: str, first_line: int) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    number, line = 0, first_line
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                rows.append(Row(number, line, kept(cells[:MOST_COLUMNS])))
            if len(rows) > MOST_ROWS + LOOKED_AT:
                raise too_many_rows()
            line = reader.line_num + first_line
    except csv.Error:
        raise Malformed(
            f"is not CSV from row {number + 1} (line {line}) on: a quotation mark is opened there and not closed, "
            "or stands in the middle of a cell. Save it anew as CSV UTF-8 in the spreadsheet",
            "file",
        ) from None
    return rows


def _delimiter(text: str) -> str:
    """What stands between cells: what makes most headings known, else most columns."""
    lines = [*islice(io.StringIO(text, newline=""), SAMPLE)]

    def score(delimiter: str) -> tuple[int, int]:
        try:
            rows = [*islice(csv.reader(lines, delimiter=delimiter), LOOKED_AT)]
        except csv.Error:
            return 0, 0
        return max((known_headings(row) for row in rows), default=0), max(map(len, rows), default=0)

    return max(DELIMITERS, key=score)
