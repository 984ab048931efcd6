"""Which column tells what is guessed from its heading and from what stands in it, and told or remembered instead."""

import pytest

from services.intake.decisions.importing import guessing
from services.intake.domain.imports import Columns
from shared.errors import Malformed
from tests.support.sheets import HEADINGS, ROWS, csv, look, meant

GUESSED = {
    "external_id": "Request ID", "jurisdiction": "State", "topic": "Topic", "need": "Description",
    "logged_on": "Date received", "status": "Status",
}  # fmt: skip


def headed(*headings: str) -> str:
    return csv(headings=headings)


def test_the_usual_headings_are_understood() -> None:
    looked = look(csv())
    assert (meant(looked), looked.missing, looked.saved) == (GUESSED, [], False)
    assert looked.columns[1].examples == ["Kentucky", "TN", "US Virgin Islands"]


@pytest.mark.parametrize(
    "headings",
    [
        ("TICKET #", "State/Territory", "TA Topic", "Request in detail", "Date TA request received", "TA status"),
        ("Case No.", "Grantee", "Content Area", "Details", "Submitted", "Disposition"),
        ("ID", "requesting_state", "Subject", "Question", "created_at", "status"),
        ("Ref", "A", "B", "C", "D", "E"),
    ],
)  # fmt: skip
def test_other_headings_are_understood_by_their_words_or_by_what_stands_below(headings: tuple[str, ...]) -> None:
    assert list(meant(look(headed(*headings))).values()) == list(headings)


def test_a_heading_counts_for_nothing_where_something_else_stands_below() -> None:
    rows = [("17", "Open", "KY", "licensing", "How?"), ("18", "Closed", "TN", "registry", "How?")] * 2
    headings = ("Request ID", "State", "Place", "Topic", "Description")
    looked = look(csv(*rows, headings=headings))
    assert (meant(looked)["jurisdiction"], meant(looked)["status"]) == ("Place", "State")


def test_what_is_told_comes_before_what_is_guessed() -> None:
    told = Columns(columns={"need": "topic", "topic": "Description"})
    assert meant(look(csv(), told=told)) == GUESSED | {"need": "Topic", "topic": "Description"}


def test_what_was_read_before_is_read_so_again() -> None:
    saved = look(csv(), told=Columns(columns={"need": "Topic"})).as_columns()
    again = look(csv(), saved)
    assert (meant(again)["need"], again.saved) == ("Topic", True)
    assert all(column.saved for column in again.columns if column.name)


def test_a_column_that_was_renamed_is_guessed_anew_and_is_not_as_before() -> None:
    saved = look(csv()).as_columns()
    renamed = look(headed("Request ID", "Jurisdiction", *HEADINGS[2:]), saved)
    assert (meant(renamed)["jurisdiction"], renamed.saved) == ("Jurisdiction", False)


def test_what_1_2_2027_means_is_told_by_the_other_days_of_the_column() -> None:
    days_first = [(*row[:4], day, row[5]) for row, day in zip(ROWS, ("1/2/2027", "13/2/2027", "2/2/2027"), strict=True)]
    assert look(csv(*days_first)).dates == "day first"
    assert look(csv(*days_first), told=Columns(dates="month first")).dates == "month first"
    assert look(csv(), look(csv(*days_first)).as_columns()).dates == "day first"


def test_the_problem_column_of_a_file_that_came_back_is_not_read() -> None:
    rows = [(*row, "state: is missing") for row in ROWS]
    looked = look(csv(*rows, headings=(*HEADINGS, "Problem")))
    assert (meant(looked), looked.columns[-1].name) == (GUESSED, None)


def test_a_column_that_is_told_and_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(Malformed, match=f"is no column of the file, which has: {', '.join(HEADINGS)}") as refused:
        look(csv(), told=Columns(columns={"topic": "Theme"}))
    assert refused.value.field == "columns.topic"


def test_a_file_without_jurisdictions_is_refused_with_the_columns_that_could_tell_them() -> None:
    looked = look("Request ID,Topic,Description,Colour\r\n17,licensing,How do others license family homes?,blue\r\n")
    assert looked.missing == ["jurisdiction"]
    with pytest.raises(Malformed, match="name the one: Colour"):
        guessing.see_that_nothing_is_missing(looked)
