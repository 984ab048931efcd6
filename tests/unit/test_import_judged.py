"""Each row is a new request, a correction, a withdrawal, an answer, nothing new, or is refused with its reason."""

from dataclasses import replace

import pytest

from services.intake.decisions.importing import judging, telling
from services.intake.domain.imports import RowProblem
from shared.events.base import Fact
from shared.events.intake import TaRequestAnswered, TaRequestLogged, TaRequestWithdrawn
from tests.support.sheets import COMMAND, HEADINGS, NOW, ROWS, csv, facts, judged, outcomes, sheet_of, wrong

ENDS = (*HEADINGS, "Reason", "How answered", "Date closed")
ONE = ("17", "KY", "licensing", "How do others license?", "2027-01-11")


def one(*cells: str, headings: tuple[str, ...] = COMMAND) -> str:
    return csv(cells or ONE, headings=headings)


def ended(status: str, *more: str) -> str:
    return csv((*ROWS[0][:5], status, *more, *[""] * (3 - len(more))), headings=ENDS)


def known(content: str) -> list[Fact]:
    return facts(judged(content))


def test_each_row_becomes_a_request_with_its_day() -> None:
    rows = judged(csv())
    assert outcomes(rows) == ["new", "new", "new"]
    events = [fact.event for fact in facts(rows)]
    assert [event.jurisdiction for event in events if isinstance(event, TaRequestLogged)] == ["KY", "TN", "VI"]
    assert next(str(event.logged_on) for event in events if isinstance(event, TaRequestLogged)) == "2027-01-11"
    assert [event.derived_id for event in events] == [fact.id for fact in facts(rows)]


def test_the_same_file_twice_changes_nothing() -> None:
    assert outcomes(judged(csv(), *known(csv()))) == ["same", "same", "same"]


def test_nor_does_it_where_the_rows_tell_no_day() -> None:
    content = csv(ONE[:4], headings=COMMAND[:4])
    yesterday = [
        replace(fact, event=fact.event.model_copy(update={"logged_on": "2027-02-01"})) for fact in known(content)
    ]
    assert outcomes(judged(content, *yesterday)) == ["same"]


def test_the_same_request_in_other_words_is_a_correction() -> None:
    [fact] = facts(judged(one("17", "KY", "registries", "How?", "2027-01-11"), *known(one())))
    assert isinstance(fact.event, TaRequestLogged)
    assert (fact.event.revision, fact.event.topic) == (1, "registries")


def test_a_correction_of_a_correction_counts_on() -> None:
    first = known(one())
    second = facts(judged(one("17", "KY", "registries", "How?", "2027-01-11"), *first))
    [third] = facts(judged(one(), *first, *second))
    assert third.event.revision == 2


def test_a_withdrawal_is_heard_with_its_reason_once() -> None:
    rows = judged(ended("Withdrawn", "No staff"), *known(one()))
    assert outcomes(rows) == ["withdrawn"]
    [*_, fact] = facts(rows)
    assert isinstance(fact.event, TaRequestWithdrawn) and fact.event.reason == "No staff"
    assert outcomes(judged(ended("cancelled"), *known(ended("Withdrawn")))) == ["same"]


def test_a_request_that_was_withdrawn_before_we_heard_of_it_is_on_record_all_the_same() -> None:
    rows = judged(ended("Withdrawn"))
    assert [type(fact.event) for fact in facts(rows)] == [TaRequestLogged, TaRequestWithdrawn]


def test_a_request_that_waits_there_and_was_withdrawn_here_is_worth_a_second_look() -> None:
    [row] = judged(ended("Open"), *known(ended("Withdrawn")))
    assert row.outcome == "same" and row.note and row.note.reason == judging.WITHDRAWN_HERE


def test_staff_tell_how_a_closed_request_was_answered_and_when() -> None:
    rows = judged(ended("Closed", "", "one-on-one", "2/1/2027"))
    assert outcomes(rows) == ["answered"]
    [_, fact] = facts(rows)
    assert isinstance(fact.event, TaRequestAnswered)
    assert (fact.event.how, str(fact.event.answered_on)) == ("one_on_one", "2027-02-01")
    assert outcomes(judged(ended("Closed"), *known(ended("Closed", "", "resource", "2/1/2027")))) == ["same"]


@pytest.mark.parametrize(
    ("more", "name", "reason"),
    [
        (("", "", "2/1/2027"), "how", judging.CLOSED), (("", "magic", "2/1/2027"), "how", telling.NO_ANSWER),
        (("", "resource", ""), "answered_on", judging.NO_DAY_OF_ANSWER),
        (("", "resource", "1/1/2027"), "answered_on", f"{judging.BEFORE_IT_WAS_LOGGED} (2027-01-11)"),
    ],
)  # fmt: skip
def test_a_closed_request_of_which_nobody_tells_the_answer_is_refused(
    more: tuple[str, ...], name: str, reason: str
) -> None:
    assert wrong(judged(ended("Closed", *more))) == {name: reason}


def test_a_tracker_does_not_tell_that_we_answered() -> None:
    assert wrong(judged(ended("Closed", "", "resource", "2/1/2027"), may_answer=False)) == {
        "status": judging.ONLY_STAFF
    }


def test_all_that_is_wrong_in_a_row_is_told_with_where_it_stands() -> None:
    [row] = judged(csv(("", "Kentuky", "licensing", "", "13/13/2027", "perhaps")))
    told = {problem.name: problem for problem in row.problems}
    assert set(told) == {"external_id", "jurisdiction", "need", "logged_on", "status"}
    assert told["jurisdiction"] == RowProblem(
        row=2, line=2, name="jurisdiction", column="State", value="Kentuky", reason=telling.NO_PLACE
    )
    assert told["jurisdiction"].told("march.csv") == f'march.csv, row 2, column "State": "Kentuky" {telling.NO_PLACE}'
    assert told["need"].told("march.csv") == 'march.csv, row 2, column "Description": is missing'


def test_a_row_that_is_refused_costs_its_neighbours_nothing() -> None:
    assert outcomes(judged(csv(ROWS[0], ("18", *ROWS[1][1:2], "", *ROWS[1][3:]), ROWS[2]))) == ["new", "refused", "new"]


def test_one_request_that_is_told_in_two_ways_in_one_file_is_told_by_the_first_row() -> None:
    rows = judged(csv(ROWS[0], ROWS[0], ("17", *ROWS[1][1:])))
    assert outcomes(rows) == ["new", "same", "refused"]
    assert wrong(rows) == {"external_id": judging.TOLD_TWICE.format(row=2)}


def test_the_past_is_told_as_such() -> None:
    assert [fact.is_historic for fact in facts(judged(csv(), historic=True))] == [True, True, True]
    assert {fact.recorded for fact in facts(judged(csv(), historic=True))} == {NOW}


@pytest.mark.parametrize("cell", telling.ERROR)
def test_an_error_of_the_spreadsheet_is_no_text(cell: str) -> None:
    assert wrong(judged(one(cell, *ONE[1:]))) == {"external_id": telling.AN_ERROR}


def test_what_no_fact_can_hold_is_refused_by_its_field() -> None:
    assert wrong(judged(one("17", "KY", "licensing", "x" * 9000, "2027-01-11"))) == {
        "need": "must have at most 8000 characters"
    }
    assert wrong(judged(one("17", "KY", "a\x01b", "How?", "2027-01-11"))) == {
        "topic": "must not contain control characters"
    }


def test_a_bad_value_is_shown_in_short() -> None:
    [row] = judged(one("17", "x" * 500, "licensing", "How?", "2027-01-11"))
    assert len(row.problems[0].value) == telling.SHOWN


def test_rows_are_read_where_they_stand() -> None:
    assert [row.number for row in sheet_of(csv()).rows] == [2, 3, 4]
