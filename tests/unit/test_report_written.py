"""A report in Markdown and on paper: whatever somebody wrote is text in it, and never markup or a file's content."""

import json
import sys
from datetime import date
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from services.evaluation.channels.printing import paper
from services.evaluation.channels.printing.charts import Draughtsman, NotDrawn
from services.evaluation.channels.printing.lacking import boxed, lacking
from services.evaluation.decisions.reporting.markdown import escaped, markdown
from services.evaluation.decisions.reporting.wording import chart
from services.evaluation.domain.reporting import Bars, Grid, Item, Section, Sheet

MEAN = [
    '#read("/etc/passwd")', "*bold* _it_ `code`", "$x^2$ @ref <label>", "[a](javascript:x)", "![i](http://x/y.png)",
    "<script>alert(1)</script>", "a | b || c", "- item", "1. item", "# heading", "&amp; &lt;",
    "https://x.org www.x.org",
    "\\", "\\#", "// comment", "/* c */", "```", "~~gone~~", "---", "a@b.org", "=== x", "\"quoted\" 'so'", "#", "1) x",
]  # fmt: skip
GOALS = Bars(name="b", title="Goals", unit="goals", bars=(("Seen", 3), ("Overdue", 1)), words="Bar chart. Seen 3.")
words = st.one_of(st.sampled_from(MEAN), st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=40))


def a_sheet(title: str, cell: str) -> Sheet:
    grid = Grid(caption="A table", columns=("Name", "Number"), rows=((cell, "1"),))
    return Sheet(
        title="A report", on=date(2027, 1, 4), sentences=(), sections=(Section(name="s", title=title, grids=(grid,)),)
    )


def plain(text: str) -> str:
    return " ".join(text.split())


def said(tokens: list[Token], opens: str) -> list[str]:
    """What stands within each of these, where nothing but text stands in it."""
    found = [tokens[n + 1] for n, one in enumerate(tokens) if one.type == opens]
    for one in found:
        assert {child.type for child in one.children or ()} <= {"text"}, one.content
    return ["".join(child.content for child in one.children or ()) for one in found]


@given(words, words)
def test_in_markdown_every_text_stands_for_itself(title: str, cell: str) -> None:
    reader = MarkdownIt("commonmark", {"linkify": False}).enable(["table", "strikethrough"])
    tokens = reader.parse(markdown(a_sheet(title, cell)))
    headings = said(tokens, "heading_open")
    assert headings == ["A report", plain(title)]
    assert said(tokens, "td_open") == [plain(cell), "1"]
    assert not any(one.type.startswith(("html", "list", "bullet", "ordered", "fence", "hr")) for one in tokens)


@pytest.mark.parametrize(
    "read", ["Report: Licensing together", "Half came within (median)", "At 10:30 (5 days)", "R & D, at last!"]
)
def test_what_means_nothing_to_markdown_stands_as_it_was_written(read: str) -> None:
    assert escaped(read) == read


@pytest.mark.parametrize(
    "mean", ["https://x.org", ":tada:", ":100:", "&lt;", "1) x", "(1) x", "a) x", ": x", "mailto:a"]
)
def test_what_means_something_to_some_reader_of_markdown_is_kept_from_it(mean: str) -> None:
    assert "\\" in escaped(mean)


@settings(max_examples=40, deadline=None)
@given(words)
def test_on_paper_every_text_stands_for_itself(title: str) -> None:
    told = paper.inputs(paper.words(a_sheet(title, title)))
    found = json.loads(typst.query(str(paper.TEMPLATE), "heading", root=str(paper.TEMPLATE.parent), sys_inputs=told))
    bodies = [one["body"] for one in found]
    assert [body for body in bodies if body.get("func") not in ("text", "space", "sequence")] == []
    if title.strip():
        assert bodies[0]["text"] == title


def test_a_single_number_is_not_drawn_for_there_is_nothing_to_compare_it_with() -> None:
    assert chart("promises", "Goals", "goals", [("Seen", 1), ("Overdue", 0)]) is None
    drawn = chart("promises", "Goals", "goals", [("Seen", 1), ("Overdue", 2)])
    assert drawn and drawn.words == "Bar chart. Goals: Seen 1, Overdue 2."


def test_what_is_told_of_one_thing_is_a_list_below_its_title_in_markdown() -> None:
    item = Item(title="Goal 1. *All* write", lines=(("By when", "March 1, 2027"), ("Noticed by", "# signed | rules")))
    told = markdown(a_sheet("x", "y").but(sections=(Section(name="goals", title="Goals", items=(item,)),)))
    tokens = MarkdownIt("commonmark").parse(told)
    assert said(tokens, "heading_open") == ["A report", "Goals", "Goal 1. *All* write"]
    lines = [one.content for one in tokens if one.type == "inline"][-2:]
    assert lines == ["**By when:** March 1, 2027", "**Noticed by:** \\# signed \\| rules"]


def test_what_is_printed_is_a_pdf_that_everybody_can_use_with_what_is_drawn_in_words() -> None:
    grid = Grid(caption="Goals", columns=("Goal", "Number"), rows=(("Seen", "3"), ("Overdue", "1")), chart=GOALS)
    item = Item(title="Goal 1. All write", lines=(("By when", "March 1, 2027"),))
    drawn = Section(name="s", title="Goals", items=(item,), grids=(grid,))
    made = paper.set_(a_sheet("x", "y").but(sections=(drawn,)))
    assert made.startswith(b"%PDF-")
    for mark in (b"/Lang(en", b"/MarkInfo", b"/StructTreeRoot", b"pdfuaid"):
        assert mark in made, mark


@pytest.mark.parametrize("mean", MEAN)
def test_nothing_that_looks_like_markup_breaks_the_paper(mean: str) -> None:
    assert paper.set_(a_sheet(mean, mean)).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "lacked", ["🎉", "儿童", "A 🎉 for 儿, é and Ж", "👩\u200d👩", "नमस्ते", "\x00", "\x07", "\ufffe"]
)
def test_a_sign_that_no_font_has_does_not_keep_a_report_from_the_paper(lacked: str) -> None:
    assert paper.set_(a_sheet(lacked, lacked)).startswith(b"%PDF-")


def test_for_a_sign_that_no_font_has_there_is_a_box_and_all_else_stays() -> None:
    said_by_typst = 'the text `"🎉"` could not be displayed with ...\nerror: the text `"\\u{7}"` could not be displayed'
    signs = lacking(said_by_typst)
    assert signs == {"🎉", "\x07"}
    assert boxed({"rows": [["Été 🎉", 1, None]]}, signs) == {"rows": [["Été □", 1, None]]}


def test_what_cannot_be_set_at_all_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "report.typ").write_text("#nothing-of-that-name")
    monkeypatch.setattr(paper, "TEMPLATE", tmp_path / "report.typ")
    with pytest.raises(paper.NotSet, match="Ask for it as Markdown"):
        paper.set_(a_sheet("x", "y"))


def test_a_process_that_hangs_is_ended_so_that_nobody_waits_for_its_chart_for_ever() -> None:
    hangs = Draughtsman([sys.executable, "-c", "import time; time.sleep(3600)"], patience=0.1)
    with pytest.raises(NotDrawn, match="Its numbers stand in the table"):
        hangs.draw(GOALS, "light")
