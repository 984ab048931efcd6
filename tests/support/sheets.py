"""Files of requests as trackers send them, small and made up; and what is made of them without a database."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook

from services.intake.decisions.importing import guessing, judging, reading, telling
from services.intake.decisions.importing.guessing import Sheet
from services.intake.decisions.importing.judging import Before, Ground, Judged
from services.intake.domain.imports import Columns, Looked
from services.intake.domain.requests import own_id
from shared.events.base import NO_ENGAGEMENT, Fact
from shared.playbooks.history import History, fold
from shared.playbooks.places import Places
from shared.playbooks.topics import Topics, read_topics

NOW = datetime(2027, 3, 1, 15, tzinfo=UTC)
"""A Monday."""
TODAY = date(2027, 3, 1)
SOURCE = "tracker"
TOPICS = read_topics("licensing: [child care licensing, licensing rules]\nworkforce-registries: [registry]\n")
HEADINGS = ("Request ID", "State", "Topic", "Description", "Date received", "Status")
ROWS = (
    ("17", "Kentucky", "licensing", "How do others license family homes?", "1/11/2027", "Open"),
    ("18", "TN", "child care licensing", "Which states license after-school programs?", "1/15/2027", "Open"),
    ("19", "US Virgin Islands", "registry", "How do small territories run a registry?", "2/1/2027", "Open"),
)
COMMAND = ("id", "state", "topic", "need", "date")
"""Headings that nobody could misunderstand."""
History_ = Mapping[str, Sequence[Fact]]


def csv(*rows: Sequence[str], headings: Sequence[str] = HEADINGS, delimiter: str = ",", end: str = "\r\n") -> str:
    """The text of a CSV file; a cell with a delimiter, a quotation mark or a line break in it is quoted."""
    return "".join(delimiter.join(map(_quoted, row)) + end for row in (headings, *(rows or ROWS)))


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',;\t|"\r\n') else cell


def xlsx(rows: Sequence[Sequence[Any]], **told: Any) -> bytes:
    """A workbook with these rows in its first sheet."""
    book = Workbook()
    for name, value in told.items():
        setattr(book, name, value)
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def cells(content: bytes) -> list[list[Any]]:
    """What stands in a workbook, formulas as they are written."""
    book = load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def sheet_of(content: bytes | str, file: str = "requests.csv") -> Sheet:
    """A file, once its columns are named."""
    return guessing.sheet_of(reading.read(file, content.encode() if isinstance(content, str) else content))


def look(
    content: bytes | str, saved: Columns | None = None, told: Columns | None = None, topics: Topics = TOPICS
) -> Looked:
    """How a file would be read."""
    return guessing.look(sheet_of(content), saved, told, Places(), topics)


def meant(looked: Looked) -> dict[str, str]:
    """Which column is taken for what."""
    return {one.name: one.column for one in looked.columns if one.name}


def judged(
    content: bytes | str, *said: Fact, historic: bool = False, may_answer: bool = True, told: Columns | None = None
) -> list[Judged]:
    """What comes of each row of a file, where these facts are known."""
    sheet = sheet_of(content)
    looked = guessing.look(sheet, None, told, Places(), TOPICS)
    guessing.see_that_nothing_is_missing(looked)
    rows = telling.tell(sheet, looked, SOURCE, Places(), TODAY)
    before = {row.external_id: _before(row.external_id, said) for row in rows}
    ground = Ground(NOW, Places(), "America/New_York", historic, may_answer)
    return judging.judge(rows, before, sheet, looked, ground)


def _before(external_id: str, said: Sequence[Fact]) -> Before:
    request_id = own_id(SOURCE, external_id)
    line = f"{NO_ENGAGEMENT}/{request_id}"
    return Before(request_id, fold(History(line), [fact for fact in said if fact.line == line]))


def facts(rows: Sequence[Judged]) -> list[Fact]:
    """All that would be recorded."""
    return [fact for row in rows for fact in row.facts]


def outcomes(rows: Sequence[Judged]) -> list[str]:
    """What comes of each row, in a word."""
    return [row.outcome for row in rows]


def wrong(rows: Sequence[Judged]) -> dict[str, str]:
    """What is wrong, by what it is about."""
    return {problem.name: problem.reason for row in rows for problem in row.problems}
