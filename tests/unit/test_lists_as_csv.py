"""A list as a spreadsheet reads it: words that look like a formula stay words, and numbers stay numbers."""

import csv
import io

import pytest
from pydantic import BaseModel

from shared.web.pages.lists import Listed, as_csv


class Row(BaseModel):
    """What any list may hold."""

    words: str = ""
    days: float | None = None
    several: list[str] = []
    is_late: bool = False


def cells(row: Row) -> list[str]:
    _head, told = csv.reader(io.StringIO(as_csv(Listed([row], Row))))
    return told


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"])
def test_words_that_a_spreadsheet_would_take_for_a_formula_are_kept_words(formula: str) -> None:
    assert cells(Row(words=formula, several=[formula, "x"])) == [f"'{formula}", "", f"'{formula}; x", "False"]


def test_numbers_below_zero_stay_numbers() -> None:
    assert cells(Row(words="3 - 2", days=-1.5)) == ["3 - 2", "-1.5", "", "False"]
    assert cells(Row(days=-3)) == ["", "-3.0", "", "False"]
