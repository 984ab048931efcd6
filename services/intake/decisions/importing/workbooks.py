"""XLSX: what its cells show, never what a formula would do; and back, with every text as a text."""

import io
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from services.intake.decisions.importing.headings import LOOKED_AT, known_headings
from services.intake.decisions.importing.tables import (
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Row,
    Table,
    TooLarge,
    kept,
    too_many_rows,
)
from shared.errors import Malformed, Refused

ZIPPED = b"PK"
OLD = bytes.fromhex("d0cf11e0a1b11ae1")
"""How files of Excel before 2007 begin, and those with a password."""
MOST_UNPACKED = 64_000_000
MOST_PARTS = 1_000
MOST_SHEETS = 10
LAST_ROW = 100_000
"""Down to here rows are looked for, be most of them empty."""
DECLARED = tuple(
    word.encode(letters) for word in ("<!DOCTYPE", "<!ENTITY") for letters in ("utf-8", "utf-16-le", "utf-16-be")
)
"""Words of XML that no spreadsheet writes; with them, a short file becomes an endless one."""
LETTERS = re.compile(rb"""\A(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")
KNOWN_LETTERS = (b"utf-8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252")
"""In others those words could be written so that nobody finds them."""
UNPRINTABLE = re.compile(r"[\x00-\x08\x0B\x0C\x0E-\x1F]")
BROKEN = "cannot be read as a workbook: open it in the spreadsheet, and save it anew as .xlsx"


def read(file: str, content: bytes) -> Table:
    """The rows of the sheet that looks most like a list of requests."""
    if content.startswith(OLD):
        raise Malformed("is an old Excel file, or has a password: save it as .xlsx without a password", "file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            see_that_it_is_harmless(content)
            sheets, from_1904 = _sheets(content)
    except Refused:
        raise
    except Exception:
        raise Malformed(BROKEN, "file") from None
    if not sheets:
        raise Malformed("has no sheet with rows in it", "file")
    title, rows = max(sheets, key=_looks_like_requests)
    return Table(file, "xlsx", tuple(rows), title, from_1904=from_1904)


def see_that_it_is_harmless(content: bytes) -> None:
    """Refuse what is small as it lies there and endless when it is opened."""
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise TooLarge(
                    f"has more than {MOST_UNPACKED // 1_000_000} MB when it is unpacked: copy the rows into a new "
                    "workbook, or save the sheet as CSV UTF-8",
                    "file",
                )
            if "xl/workbook.xml" not in packed.namelist():
                raise Malformed("is no workbook of Excel: save it as .xlsx, or as CSV UTF-8", "file")
            if any(_declares(packed, part) for part in parts):
                raise Malformed("has declarations in it that no spreadsheet writes: save it anew as .xlsx", "file")
    except BadZipFile:
        raise Malformed(BROKEN, "file") from None


def write(title: str, rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as a workbook of one sheet, without anything that could run."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", title)[:31] or "Requests")

    def shown(cell: Cell) -> Any:
        if not isinstance(cell, str):
            return cell
        written = WriteOnlyCell(sheet, value=UNPRINTABLE.sub("", cell)[:32_767])
        written.data_type = "s"
        return written

    for row in rows:
        sheet.append([shown(cell) for cell in row])
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def _declares(packed: ZipFile, part: ZipInfo) -> bool:
    """Whether a part has such words, or could hide them; whatever it is called, for any may be named as a sheet."""
    text = packed.read(part)
    named = LETTERS.match(text)
    if named and named[1].lower() not in KNOWN_LETTERS:
        return True
    return any(word in text for word in DECLARED)


def _sheets(content: bytes) -> tuple[list[tuple[str, list[Row]]], bool]:
    from openpyxl import load_workbook
    from openpyxl.utils.datetime import MAC_EPOCH

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        sheets = [(sheet.title, [*_rows(sheet)]) for sheet in shown[:MOST_SHEETS]]
        return [(title, rows) for title, rows in sheets if rows], book.epoch == MAC_EPOCH
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[Row]:
    # What a sheet says of its own size is often wrong.
    sheet.reset_dimensions()
    found = 0
    every = sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)
    for number, cells in enumerate(every, start=1):
        if number > LAST_ROW:
            raise TooLarge(
                f"goes on below row {LAST_ROW:,}: delete the rows below the last request, though they look empty",
                "file",
            )
        # Many rows may be empty: they are passed over without looking at each cell.
        if cells.count(None) == len(cells):
            continue
        some = kept(cells)
        if not any(str(cell).strip() for cell in some if cell is not None):
            continue
        found += 1
        if found > MOST_ROWS + LOOKED_AT:
            raise too_many_rows()
        yield Row(number, number, some)


def _looks_like_requests(sheet: tuple[str, list[Row]]) -> int:
    return max((known_headings(row.cells) for row in sheet[1][:LOOKED_AT]), default=0)
