"""What is read in one go is what is read with care, word for word and line for line; all else is read with care."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.playbooks.model import plainly
from shared.playbooks.model.written import DEEPEST, BadPlaybook, Node, Place, with_care

ROOT = Path(__file__).parents[2]
OURS = sorted([*(ROOT / "playbooks").glob("*.yaml"), *(ROOT / "instruments").glob("*.yaml")])
MARKS = (
    *("\n", " ", "  ", "- ", ": ", "{", "}", "[", "]", "'", '"', "#", " # c", "|", "> ", ">\n", "\t", ",", "&a ", "*a"),
    *(
        "true",
        "null",
        "~",
        "No",
        "on",
        "12:30",
        "0x1",
        "1_0",
        "01",
        "1e3",
        "2027-01-01",
        "!x ",
        "<<",
        "? ",
        "\r\n",
        "---\n",
    ),
)


def _in_one_go(text: str) -> Node | None:
    return plainly.tree(text, DEEPEST, lambda value, line, path: Node(value, Place("a.yaml", line, path)))


@cache
def _lines() -> list[str]:
    return [line for file in OURS for line in file.read_text(encoding="utf-8").splitlines(keepends=True)]


@st.composite
def _spoilt(draw: Any) -> str:
    first = draw(st.integers(0, len(_lines()) - 1))
    text = "".join(_lines()[first : first + draw(st.integers(1, 8))])
    for _ in range(draw(st.integers(0, 3))):
        at, mark = draw(st.integers(0, len(text))), draw(st.sampled_from(MARKS))
        text = text[:at] + mark + text[at + draw(st.integers(0, 2)) :]
    return text


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_each_playbook_and_instrument_of_ours_is_read_in_one_go(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert _in_one_go(text) == with_care(text, "a.yaml")


@given(_spoilt())
def test_what_is_read_in_one_go_is_what_is_read_with_care(text: str) -> None:
    if (found := _in_one_go(text)) is not None:
        assert found == with_care(text, "a.yaml")


@pytest.mark.parametrize(
    "text",
    ["a: 1\na: 2\n", "a: &x 1\nb: *x\n", "a: !!str 1\n", "%YAML 1.1\n---\na: 1\n", "[" * 21 + "]" * 21, "a: [", ""],
)
def test_what_is_wrong_is_told_by_those_who_read_with_care(text: str) -> None:
    assert _in_one_go(text) is None
    if text:
        with pytest.raises(BadPlaybook):
            with_care(text, "a.yaml")


@pytest.mark.parametrize("word", ["yes", "No", "on", "12:30", "2 weeks", "NULL", "True", "0o7", "~", "2027-01-04"])
def test_a_word_means_the_same_both_ways(word: str) -> None:
    text = f"a: {word}\n"
    assert _in_one_go(text) in (None, with_care(text, "a.yaml"))
