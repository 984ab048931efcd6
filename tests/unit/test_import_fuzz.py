"""Whatever is handed in as a file of requests has one of two ends: its rows are judged, or it is refused in words."""

import io
import zipfile
from base64 import b64decode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.decisions.importing import guessing, judging, reading, returning, telling
from services.intake.decisions.importing.judging import Before, Ground, Judged
from services.intake.domain.requests import own_id
from shared.errors import Malformed
from shared.events import wire
from shared.playbooks.history import History
from shared.playbooks.places import Places
from tests.support.sheets import COMMAND, HEADINGS, NOW, ROWS, SOURCE, TODAY, TOPICS, csv, xlsx

SHORT = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(SHORT, max_examples=25_000)
LETTERS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252")
ENDS = (*HEADINGS, "How answered", "Date closed")
BOOK = xlsx([ENDS, *((*row, "resource", 46_400) for row in ROWS), [1.5, True, None, "=1", "x" * 50]])

odd = st.sampled_from(
    [
        "", "KY", "=1+1", "-", "'", "''=", '"', "\r", "\n", "\t", "\0", "#REF!", "46398", "1e999", "9" * 400, "closed",
        "\u2028", "13/13/13", "2027-02-30", "withdrawn", "\ufeff", "tribe-", "a" * 9000, "Problem",
        "\u0661/\u0661/\u0662\u0660\u0662\u0667",
    ]
)  # fmt: skip
# What no encoding can hold, nobody can send.
cells = odd | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
pieces = st.binary(max_size=8) | st.sampled_from(
    [b"<", b"&#0;", b"<!DOCTYPE", b'"', b",", b"\r\n", b"\xff\xfe", b"9" * 30]
)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Text with headings that are known, and rows of anything."""
    headings = draw(st.permutations(draw(st.sampled_from([HEADINGS, COMMAND, ENDS]))))
    rows = draw(st.lists(st.lists(cells, max_size=9), max_size=6))
    text = csv(
        *rows, headings=headings, delimiter=draw(st.sampled_from(",;\t|")), end=draw(st.sampled_from(["\n", "\r\n"]))
    )
    return text.encode(draw(st.sampled_from(LETTERS)), errors="replace")


def spoil(draw: st.DrawFn, content: bytes) -> bytes:
    """The same with up to four places in it that are other than they were."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(pieces) + content[at + draw(st.integers(0, 20)) :]
    return content


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A file that was good."""
    good = draw(st.sampled_from([csv().encode(letters) for letters in LETTERS] + [BOOK]))
    return spoil(draw, good)


@st.composite
def workbooks(draw: st.DrawFn) -> bytes:
    """A workbook of which one part says something else."""
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as was, zipfile.ZipFile(into, "w") as is_:
        changed = draw(st.sampled_from([part.filename for part in was.infolist()]))
        for part in was.infolist():
            text = was.read(part)
            is_.writestr(part.filename, spoil(draw, text) if part.filename == changed else text)
    return into.getvalue()


def judged(content: bytes) -> tuple[guessing.Sheet, list[Judged]]:
    sheet = guessing.sheet_of(reading.read("requests", content))
    looked = guessing.look(sheet, None, None, Places(), TOPICS)
    guessing.see_that_nothing_is_missing(looked)
    told = telling.tell(sheet, looked, SOURCE, Places(), TODAY)
    before = {one.external_id: Before(id := own_id(SOURCE, one.external_id), History(f"-/{id}")) for one in told}
    ground = Ground(NOW, Places(), "America/New_York", historic=False, may_answer=True)
    return sheet, judging.judge(told, before, sheet, looked, ground)


def judged_or_refused(content: bytes) -> tuple[guessing.Sheet, list[Judged]] | Malformed:
    try:
        return judged(content)
    except Malformed as refused:
        return refused


def ends_well(content: bytes, again: bool = True) -> None:
    found = judged_or_refused(content)
    if isinstance(found, Malformed):
        assert all(problem.reason and problem.field for problem in found.problems)
        return
    sheet, rows = found
    assert len(rows) == len(sheet.rows)
    for row in rows:
        assert (row.outcome == "refused") == bool(row.problems)
        assert all(problem.reason and str(problem.row) in problem.told("r") for problem in row.problems)
        assert [wire.decode(wire.encode(fact)) for fact in row.facts] == list(row.facts)
    back = b64decode(returning.given_back(sheet, rows).content)
    if again:
        ends_well(back, again=False)


@SHORT
@given(tables() | spoiled() | workbooks() | st.binary())
def test_a_file_is_judged_row_by_row_or_refused_in_words(content: bytes) -> None:
    ends_well(content)


@pytest.mark.fuzz
@pytest.mark.parametrize(
    "kind", [tables(), spoiled(), workbooks(), st.binary()], ids=["tables", "spoiled", "books", "any"]
)
def test_so_it_is_with_a_hundred_thousand_files(kind: st.SearchStrategy[bytes]) -> None:
    @LONG
    @given(kind)
    def each(content: bytes) -> None:
        ends_well(content)

    each()
