"""A file is read whatever it was saved as; what cannot be read is refused with what to do about it."""

import io
import zipfile
from datetime import date

import pytest
from openpyxl.utils.datetime import MAC_EPOCH

from services.intake.decisions.importing import delimited, reading, tables, workbooks
from shared.errors import Malformed
from tests.support.sheets import HEADINGS, ROWS, csv, look, sheet_of, xlsx

UMLAUT = ("20", "PR", "licensing", "\u00bfC\u00f3mo? \u201cQuoted\u201d \u2013 caf\u00e9", "1/11/2027", "Open")


@pytest.mark.parametrize(
    ("encoding", "letters", "noted"),
    [
        ("utf-8", "UTF-8", False), ("utf-8-sig", "UTF-8", False), ("utf-16", "UTF-16", False),
        ("utf-16-le", "UTF-16", True), ("utf-16-be", "UTF-16", True), ("cp1252", "Windows-1252", True),
    ],
)  # fmt: skip
def test_text_is_read_in_whatever_letters_it_was_saved(encoding: str, letters: str, noted: bool) -> None:
    content = csv(*ROWS, UMLAUT).encode(encoding)
    looked = look(content)
    assert (looked.letters, bool(looked.notes)) == (letters, noted)
    assert sheet_of(content).rows[-1].text(3) == UMLAUT[3]


@pytest.mark.parametrize("delimiter", delimited.DELIMITERS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_cells_are_told_apart_by_whatever_stands_between_them(delimiter: str, end: str) -> None:
    sheet = sheet_of(csv(delimiter=delimiter, end=end))
    assert (sheet.labels, len(sheet.rows)) == (HEADINGS, 3)
    named = sheet_of(f"sep={delimiter}{end}" + csv(delimiter=delimiter, end=end))
    assert (named.labels, [row.number for row in named.rows]) == (HEADINGS, [2, 3, 4])


def test_a_cell_may_have_several_lines_and_rows_are_counted_as_the_spreadsheet_does() -> None:
    long = ("20", "KY", "licensing", 'Two things:\r\n"one", and\r\nthe other', "1/11/2027", "Open")
    sheet = sheet_of(csv(long, *ROWS))
    assert sheet.rows[0].text(3).count("\n") == 2
    assert [(row.number, row.line) for row in sheet.rows] == [(2, 2), (3, 5), (4, 6), (5, 7)]


def test_titles_above_the_headings_and_empty_rows_do_not_matter() -> None:
    titled = "TA tracker of the center,,,,,\r\n\r\nprinted 3/1/2027,,,,,\r\n" + csv() + "\r\n,,,,,\r\n"
    sheet = sheet_of(titled)
    assert (sheet.header.number, len(sheet.rows), sheet.labels) == (4, 3, HEADINGS)


def test_headings_that_are_there_twice_or_not_at_all_are_told_apart() -> None:
    headings = (*HEADINGS[:3], "Description", "Description", "")
    assert sheet_of(csv(headings=headings)).labels[-3:] == ("Description", "Description (2)", "Column F")


def test_a_workbook_is_read_with_its_dates_numbers_and_merged_headings() -> None:
    rows: list[list[object]] = [
        ["Requests of the quarter", None, None, None, None, None],
        ["What", None, "About", None, "When", None],
        list(HEADINGS),
        [17, "Kentucky", "licensing", "How do others license?", date(2027, 1, 11), "Open"],
        [],
        [18.0, "TN", "licensing", "And how often?", 46_402, "Open"],
    ]
    sheet = sheet_of(xlsx(rows))
    assert (sheet.header.number, sheet.labels) == (3, HEADINGS)
    assert [(row.number, row.text(0), row.text(4)) for row in sheet.rows] == [
        (4, "17", "2027-01-11"),
        (6, "18", "46402"),
    ]


def test_a_workbook_that_counts_from_1904_says_so() -> None:
    looked = look(xlsx([HEADINGS, *ROWS], epoch=MAC_EPOCH))
    assert "1904" in looked.notes[0]


def test_a_formula_is_never_read_as_one() -> None:
    sheet = sheet_of(xlsx([HEADINGS, ["=1+1", *ROWS[0][1:]]]))
    assert sheet.rows[0].text(0) == ""


def packed(**parts: bytes) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return into.getvalue()


BOOK = "xl/workbook.xml"
HIDDEN = b'<?xml version="1.0" encoding="cp037"?>' + '<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>'.encode("cp037")
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"), (b"\r\n,,\r\n", "is empty"), (b"\x00\x01\x02\x03\x04\x05" * 9, "is no text"),
        (b"a\x81b", "is no text"), (b"\xff\xfe\x00", "is no text"),
        (b'id,state\r\n1,"Kentucky', "quotation mark"), (b'id,state\r\n1,"Ken"tucky', "from row 2 (line 2) on"),
        (b"<html><table><tr><td>17", "web page"), (b"\xef\xbb\xbf <!DOCTYPE html>", "web page"), (b"%PDF-1.7", "PDF"),
        (workbooks.OLD + b"...", "password"), (b"PK\x03\x04 and no more", "save it anew"),
        (packed(**{"word/document.xml": b"<a/>"}), "no workbook"), (packed(**{BOOK: b"<a>"}), "save it anew"),
        (packed(**{BOOK: ENTITIES}), "declarations"),
        (packed(**{BOOK: ENTITIES.decode().encode("utf-16-le")}), "declarations"),
        (packed(**{BOOK: ENTITIES.decode().encode("utf-16-be")}), "declarations"),
        (packed(**{BOOK: b"<a/>", "xl/any.bin": ENTITIES}), "declarations"),
        (packed(**{BOOK: b"<a/>", "xl/s.xml": HIDDEN}), "declarations"),
        (packed(**{BOOK: b" " * (workbooks.MOST_UNPACKED + 1)}), "when it is unpacked"),
        (packed(**{f"xl/{n}.xml": b"" for n in range(workbooks.MOST_PARTS + 1)}), "when it is unpacked"),
        (b"x" * (tables.MOST_BYTES + 1), "10 MB"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_requests_is_refused_with_what_to_do(content: bytes, told: str) -> None:
    with pytest.raises(Malformed) as refused:
        reading.read("requests.csv", content)
    assert told in str(refused.value)


def test_more_rows_than_are_taken_at_once_are_refused() -> None:
    many = csv(*([ROWS[0]] * (tables.MOST_ROWS + 1)))
    with pytest.raises(Malformed, match="5,000 rows"):
        sheet_of(many)


def test_a_row_far_below_all_others_is_refused_before_it_costs_much() -> None:
    content = xlsx([HEADINGS, *ROWS])
    far = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as was, zipfile.ZipFile(far, "w") as is_:
        for part in was.infolist():
            text = was.read(part)
            if part.filename.endswith("sheet1.xml"):
                row = b'<row r="99999999"><c r="A99999999" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
                text = text.replace(b"</sheetData>", row)
            is_.writestr(part, text)
    with pytest.raises(Malformed, match="below row 100,000"):
        sheet_of(far.getvalue())
