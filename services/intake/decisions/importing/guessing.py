"""Which column tells what: guessed from how it is headed and from what stands in it, and shown before it is used."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from services.intake.decisions.importing import days, headings, letters, words
from services.intake.decisions.importing.tables import MOST_ROWS, Cell, Row, Table, text_of, too_many_rows
from services.intake.domain.imports import NAMES, NEEDED, Column, Columns, Looked, Name
from shared.errors import Malformed, Problem
from shared.events.complaints import malformed
from shared.playbooks.places import Places
from shared.playbooks.topics import Topics

SAMPLE = 200
FEW = 3
"""From so many cells on, what stands in a column speaks against its heading."""
MOST, HARDLY = 0.6, 0.2
LEAST = 1.0
"""The least by which a column is taken for something."""
EXAMPLE = 60
SHORT, LONG = 64, 30


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of which is known where its columns are named."""

    table: Table
    header: Row
    labels: tuple[str, ...]
    rows: tuple[Row, ...]
    """Those below the names."""

    def place(self, label: str) -> int | None:
        """Where a column stands, by its heading in any letters."""
        wanted = headings.plain(label) or label
        named = [headings.plain(one) or one for one in self.labels]
        return self.labels.index(label) if label in self.labels else named.index(wanted) if wanted in named else None


def sheet_of(table: Table) -> Sheet:
    """The table, once the names of its columns are found."""
    at = headings.header_at(table.rows)
    header, rows = table.rows[at], table.rows[at + 1 :]
    if len(rows) > MOST_ROWS:
        raise too_many_rows()
    width = max(len(row.cells) for row in table.rows[at:])
    return Sheet(table, header, headings.labels(header, width), rows)


def look(sheet: Sheet, saved: Columns | None, told: Columns | None, places: Places, topics: Topics) -> Looked:
    """How a file would be read: as it is told, else as this tracker's files were before, else as it is guessed.

    What is told to stand in no column is not guessed.
    """
    named = told.columns if told else {}
    silent = {name for name, column in named.items() if not column}
    chosen = _told(sheet, {name: column for name, column in named.items() if column})
    before = {name: column for name, column in (saved.columns if saved else {}).items() if name not in named}
    kept = {name: place for name, column in before.items() if (place := sheet.place(column)) is not None}
    taken = {*chosen.values(), *kept.values()}
    guessed = (
        _guess(sheet, places, topics, {*chosen, *kept, *silent}, taken) if not saved or len(kept) < len(before) else {}
    )
    meant = {**guessed, **kept, **chosen}
    dated = [meant[name] for name in ("logged_on", "answered_on") if name in meant]
    order = told.dates if told else saved.dates if saved and kept else None
    return Looked(
        file=sheet.table.file,
        sheet=sheet.table.sheet,
        letters=letters.WORDS.get(sheet.table.encoding, ""),
        header_row=sheet.header.number,
        rows=len(sheet.rows),
        columns=_columns(sheet, meant, kept),
        dates=order or days.order_of(row.cell(place) for row in sheet.rows for place in dated),
        missing=[name for name in NEEDED if name not in meant],
        saved=bool(saved) and not guessed and not chosen,
        notes=_notes(sheet),
    )


def see_that_nothing_is_missing(looked: Looked) -> None:
    """Refuse a file of which some column is not known that it takes to have a request."""
    others = [one.column for one in looked.columns if one.name is None]
    wrong = [
        Problem(f"columns.{name}", f"stands in no column that could be told; name the one: {', '.join(others[:20])}")
        for name in looked.missing
    ]
    if wrong:
        raise malformed(wrong)


def _told(sheet: Sheet, columns: Mapping[Name, str]) -> dict[Name, int]:
    """Where the columns stand that somebody named. Raises Malformed for one that is not there."""
    found: dict[Name, int] = {}
    for name, column in columns.items():
        place = sheet.place(column)
        if place is None:
            there = ", ".join(sheet.labels[:20])
            raise Malformed(f"is no column of the file, which has: {there}", f"columns.{name}")
        found[name] = place
    return found


def _guess(sheet: Sheet, places: Places, topics: Topics, known: set[Name], taken: set[int]) -> dict[Name, int]:
    """The most likely column for each thing that no column is known for, the surest first; none tells two things."""
    scores = [
        (score, -place, name)
        for place in range(len(sheet.labels))
        if place not in taken and headings.plain(sheet.labels[place]) != headings.plain(headings.PROBLEM)
        for name, score in _scores(sheet, place, places, topics).items()
        if score >= LEAST and name not in known
    ]
    found: dict[Name, int] = {}
    for _score, place, name in sorted(scores, key=lambda one: (-one[0], -one[1], NAMES.index(one[2]))):
        if name not in found and -place not in found.values():
            found[name] = -place
    return found


def _scores(sheet: Sheet, place: int, places: Places, topics: Topics) -> dict[Name, float]:
    """How likely a column tells each thing."""
    cells = [cell for row in islice(sheet.rows, SAMPLE) if text_of(cell := row.cell(place))]
    scores = headings.meant_by(sheet.labels[place])
    tells: dict[Name, tuple[Callable[[Cell], bool], float]] = {
        "jurisdiction": (lambda cell: places.code_of(text_of(cell)) is not None, 3.0),
        "logged_on": (days.looks_like_a_day, 2.0),
        "answered_on": (days.looks_like_a_day, 0.5),
        "status": (lambda cell: words.status_of(text_of(cell)) is not None, 2.0),
        "how": (lambda cell: words.answer_of(text_of(cell)) is not None, 1.5),
        "topic": (lambda cell: topics.lists(text_of(cell)), 1.5),
    }
    for name, (is_one, weight) in tells.items():
        share = sum(map(is_one, cells)) / len(cells) if cells else 0.0
        if share >= MOST:
            scores[name] = scores.get(name, 0.0) + weight * share
        elif share < HARDLY and len(cells) >= FEW and name not in ("topic", "how") and name in scores:
            del scores[name]
    return _by_shape(scores, [text_of(cell) for cell in cells])


def _by_shape(scores: dict[Name, float], texts: Sequence[str]) -> dict[Name, float]:
    """What the lengths of texts and their being different add."""
    if not texts:
        return scores
    if "external_id" in scores:
        distinct = len(set(texts)) == len(texts) and max(map(len, texts)) <= SHORT
        scores["external_id"] += 0.5 if distinct else -1.0
    if sum(map(len, texts)) / len(texts) > LONG:
        scores["need"] = scores.get("need", 0.0) + 1.0
    return scores


def _columns(sheet: Sheet, meant: Mapping[Name, int], kept: Mapping[Name, int]) -> list[Column]:
    """All columns as they are understood; one that tells two things is there twice."""
    found: list[Column] = []
    for place, label in enumerate(sheet.labels):
        texts = (row.text(place) for row in sheet.rows[:SAMPLE])
        examples = [*islice(dict.fromkeys(text[:EXAMPLE] for text in texts if text), FEW)]
        names: list[Name | None] = [name for name in NAMES if meant.get(name) == place]
        found += [Column(name=name, column=label, examples=examples, saved=name in kept) for name in names or [None]]
    return [one for one in found if one.examples or one.name]


def _notes(sheet: Sheet) -> list[str]:
    table, notes = sheet.table, []
    if table.guessed:
        read_as = letters.WORDS[table.encoding]
        notes.append(f"Nothing in the file says how its letters are written; it was read as {read_as}.")
    if table.from_1904:
        notes.append("The workbook counts its days from 1904, as Macs once did; so they were read.")
    return notes
