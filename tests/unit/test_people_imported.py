"""A file of people becomes a directory: each row is kept, changes nothing, or comes back with its problem."""

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.decisions.people import Known, import_sheet, read_sheet, tells_the_name
from services.intake.domain.people import Imported
from shared.errors import Malformed
from shared.people import Person

MARIA = Person(person_id="p-1", name="Maria Quillfeather", address="maria@example.gov", zone="America/New_York")


def numbered() -> Iterator[str]:
    return (f"new-{number}" for number in range(1, 1000))


def knowing(*people: Person, erased: tuple[str, ...] = ()) -> Known:
    known = Known({}, {}, set(erased))
    for person in people:
        known.put(person)
    return known


def imported(text: str, known: Known | None = None) -> tuple[Imported, list[Person]]:
    return import_sheet(read_sheet(text), known or knowing(), numbered())


def outcomes(text: str, known: Known | None = None) -> list[str]:
    return [f"{row.row} {row.outcome}" for row in imported(text, known)[0].rows]


def problem(text: str, known: Known | None = None) -> str:
    [row] = imported(text, known)[0].rows
    assert row.outcome == "refused"
    return row.problem


def test_each_row_is_one_person() -> None:
    told, people = imported("id,name,e-mail,Time zone\np-1,Maria Quillfeather,maria@example.gov,America/New_York\n")
    assert people == [MARIA]
    assert [(row.row, row.person_id, row.outcome) for row in told.rows] == [(2, "p-1", "added")]


@pytest.mark.parametrize(
    "text", ["name;address\nA B;a@b.gov", "\ufeffNAME\tE-Mail\r\nA B\ta@b.gov\r\n", 'name,email\n"A B",a@b.gov']
)
def test_a_file_is_read_as_spreadsheets_write_it(text: str) -> None:
    assert imported(text)[1] == [Person(person_id="new-1", name="A B", address="a@b.gov")]


def test_to_import_a_file_twice_changes_nothing() -> None:
    text = "name,address\nMaria Quillfeather,maria@example.gov\nJun Okafor,jun@example.gov\n"
    known = knowing()
    assert outcomes(text, known) == ["2 added", "3 added"]
    assert outcomes(text, known) == ["2 same", "3 same"]


def test_who_has_no_id_is_known_by_the_mail_address_in_whatever_letters() -> None:
    told, people = imported("name,address\nMaria Q. Feather,MARIA@example.gov\n", knowing(MARIA))
    assert (told.rows[0].person_id, told.rows[0].outcome, people[0].name) == ("p-1", "changed", "Maria Q. Feather")


def test_of_a_column_that_is_not_there_what_was_known_stays_and_an_empty_cell_says_that_nothing_is_known() -> None:
    assert imported("id,name\np-1,Maria Bell\n", knowing(MARIA))[1][0].address == "maria@example.gov"
    assert imported("id,name,address\np-1,Maria Bell,\n", knowing(MARIA))[1][0].address is None


def test_a_refused_row_costs_its_neighbours_nothing_and_comes_back_with_its_problem() -> None:
    told, people = imported("id,name,address,Phone\np-1,Maria,no address,555\np-2,Jun,jun@example.gov,556\n")
    assert [row.outcome for row in told.rows] == ["refused", "added"]
    assert [person.person_id for person in people] == ["p-2"]
    assert told.not_read == ["Phone"]
    [back] = csv.DictReader(io.StringIO(told.refused_csv))
    assert (back["id"], back["Phone"]) == ("p-1", "555")
    assert back["Problem"].startswith("address: must be one mail address")


def test_what_came_back_can_be_mended_and_imported_again() -> None:
    told, _ = imported("id,name,address\np-1,Maria,maria at example\n")
    assert outcomes(told.refused_csv.replace("maria at example", "maria@example.gov")) == ["2 added"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("p-1,,a@b.gov,,,", "name: must"),
        ("p 1,A B,a@b.gov,,,", "person_id: must be 1 to 64 letters"),
        ("p-1,A B,a@b.gov,Mars/Base,,", "zone: must"),
        ("p-1,A B,a@b.gov,,Klingon!,", "language: must be a language code"),
        ("p-1,A B,a@b.gov,,,perhaps", "left: must be yes or no"),
        (",A B,,,,", "person_id: is missing"),
        ('p-1,A B,"A B <a@b.gov>",,,', "address: must be one mail address"),
        ('p-1,A B,"a@b.gov\nBcc: c@d.gov",,,', "address: must be one mail address"),
    ],
)
def test_what_nobody_could_use_is_refused_with_its_field(row: str, why: str) -> None:
    assert problem(f"id,name,address,zone,language,left\n{row}\n").startswith(why)


def test_two_people_cannot_have_one_address() -> None:
    assert "that of p-1 already" in problem("id,name,address\np-2,Jun,Maria@example.gov\n", knowing(MARIA))


def test_one_person_told_in_two_ways_is_refused_the_second_time() -> None:
    assert outcomes("id,name\np-1,Maria\np-1,Maria\np-1,Mario\n") == ["2 added", "3 same", "4 refused"]


def test_who_was_erased_does_not_come_back_with_an_old_file() -> None:
    assert "was erased" in problem("id,name\np-1,Maria\n", knowing(erased=("p-1",)))


def test_the_last_administrator_does_not_leave_and_of_two_one_may() -> None:
    ruiz = Person(person_id="p-2", name="Ana Ruiz", address="ana@example.gov")
    leave = "id,name,left\np-1,Maria Quillfeather,yes\np-2,Ana Ruiz,yes\n"

    def administered_by(*ids: str) -> Known:
        known = knowing(MARIA, ruiz)
        known.administrators = ids
        return known

    assert outcomes(leave, administered_by()) == ["2 changed", "3 changed"]
    assert outcomes(leave, administered_by("p-1")) == ["2 refused", "3 changed"]
    assert outcomes(leave, administered_by("p-1", "p-2")) == ["2 changed", "3 refused"]
    [_, row] = imported(leave, administered_by("p-1", "p-2"))[0].rows
    assert row.problem.startswith("left: p-2 is the last administrator")


def test_an_id_that_tells_the_name_is_noted() -> None:
    assert tells_the_name(Person(person_id="maria-q", name="Maria Quillfeather"))
    assert not tells_the_name(MARIA)
    assert "ids are never erased" in imported("id,name\nmaria,Maria Quillfeather\n")[0].rows[0].problem


@pytest.mark.parametrize("text", ["", "\n", "mail\na@b.gov\n", "name,full name\nA,B\n"])
def test_a_file_without_names_is_refused_whole(text: str) -> None:
    with pytest.raises(Malformed):
        read_sheet(text)


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=5))
def test_whatever_stands_in_a_file_is_kept_or_comes_back_and_never_as_a_formula(cells: list[tuple[str, str]]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([("name", "left"), *cells])
    told, people = imported(written.getvalue())
    assert all(row.outcome in {"added", "same", "refused"} for row in told.rows)
    assert len(people) == told.count("added")
    for row in csv.reader(io.StringIO(told.refused_csv)):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
