"""What a file of people makes of the directory: each row is kept, changes nothing, or is refused with its reason."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from services.intake.decisions.importing import letters
from services.intake.domain.people import Difference, Foreseen, Imported, ImportedRow, Preview
from shared.cells import meant, safe
from shared.errors import Conflict, Malformed, Refused
from shared.events.complaints import complaints
from shared.people import Person

COLUMNS: Mapping[str, str] = {
    "id": "person_id", "person": "person_id", "person id": "person_id", "person_id": "person_id",
    "name": "name", "full name": "name",
    "address": "address", "mail": "address", "email": "address", "e-mail": "address", "e-mail address": "address",
    "email address": "address", "mail address": "address",
    "zone": "zone", "time zone": "zone", "time_zone": "zone", "timezone": "zone",
    "language": "language",
    "left": "left",
}  # fmt: skip
"""What a column may be called, in any letters."""
PROBLEM = "problem"
YES, NO = {"yes", "y", "true", "1", "x"}, {"", "no", "n", "false", "0"}


class WasErased(Conflict):
    """This person was erased, and stays erased. If they take part again, give them another id."""


class AddressTaken(Conflict):
    """This mail address is that of {other} already. Two people cannot sign in with one address: give each their own."""


class LastAdministrator(Conflict):
    """{who} is the last administrator: nobody could let anybody in any more. Make somebody else administrator first."""

    def __init__(self, who: str) -> None:
        super().__init__("left", who=who)


@dataclass
class Known:
    """The directory as far as it matters to a file."""

    people: dict[str, Person]
    by_address: dict[str, str]
    """Whose a mail address is, by the key of the address."""
    erased: Collection[str]
    administrators: Collection[str] = ()
    """Who may administer this Throughline, of those who are here and those who have left."""

    def put(self, person: Person) -> None:
        """Let it be known from here on, also to the rows that follow."""
        before = self.people.get(person.person_id)
        if before and before.address:
            self.by_address.pop(address_key(before.address), None)
        self.people[person.person_id] = person
        if person.address:
            self.by_address[address_key(person.address)] = person.person_id


@dataclass
class Sheet:
    """A file as its rows tell it."""

    columns: list[str]
    fields: dict[str, int]
    """The place of each field that the directory has, by its name there."""
    not_read: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        """All that stands in the column of this field."""
        place = self.fields.get(name)
        return [] if place is None else [row[place].strip() for row in self.rows if place < len(row)]


def address_key(address: str) -> str:
    """What two spellings of one mail address have in common."""
    return address.casefold()


def judge(person: Person, known: Known) -> str:
    """What telling this of a person does: added, changed or same. Refuses whoever was erased, and a shared address."""
    if person.person_id in known.erased:
        raise WasErased("person_id")
    if person.left:
        see_that_one_stays(person.person_id, known)
    if person.address:
        owner = known.by_address.get(address_key(person.address))
        if owner not in (None, person.person_id):
            raise AddressTaken("address", other=owner)
    before = known.people.get(person.person_id)
    return "added" if before is None else "same" if before == person else "changed"


def see_that_one_stays(leaves: str, known: Known) -> None:
    """Refuse that the last administrator goes."""
    gone = {one.person_id for one in known.people.values() if one.left}
    if set(known.administrators) - gone == {leaves}:
        raise LastAdministrator(leaves)


def tells_the_name(person: Person) -> bool:
    """Whether an id says who it is: ids stay in the log for ever, also when the person has been erased."""
    words = [word for word in person.name.casefold().split() if len(word) > 2]
    return any(word in person.person_id.casefold() for word in words)


def read_sheet(text: str) -> Sheet:
    """The rows of a file of people. Raises Malformed where it has no column that could be a name."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    try:
        head, *rows = list(csv.reader(lines, delimiter=delimiter)) or [[]]
    except csv.Error as error:
        raise Malformed(f"is no CSV: {error}", "csv") from None
    named = [COLUMNS.get(" ".join(cell.casefold().split())) for cell in head]
    fields = {name: place for place, name in enumerate(named) if name}
    if "name" not in fields:
        raise Malformed("has no column `name` in its first row; there may be address, zone, language, left, id", "csv")
    if len(fields) < sum(1 for name in named if name):
        raise Malformed("has two columns that mean the same", "csv")
    other = [cell.strip() for cell, name in zip(head, named, strict=True) if not name and cell.strip()]
    return Sheet(head, fields, [cell for cell in other if cell.casefold() != PROBLEM], rows)


def import_sheet(sheet: Sheet, known: Known, ids: Iterator[str]) -> tuple[Imported, list[Person]]:
    """What comes of each row, and the people who are to be kept; a refused row costs its neighbours nothing."""
    told: list[ImportedRow] = []
    keep: dict[str, Person] = {}
    refused: list[tuple[list[str], str]] = []
    for number, cells in enumerate(sheet.rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        outcome = _row(number, cells, sheet, known, ids, keep)
        told.append(outcome)
        if outcome.outcome == "refused":
            refused.append((cells, outcome.problem))
    return Imported(rows=told, not_read=sheet.not_read, refused_csv=_to_mend(sheet, refused)), list(keep.values())


def preview(imported: Imported, people: Sequence[Person], before: Mapping[str, Person]) -> Preview:
    """What a file would do to the directory as it was before."""
    told = {person.person_id: person for person in people}
    rows = [row for row in imported.rows if row.outcome in ("added", "changed")]
    return Preview(
        people=[_foreseen(row, told[row.person_id], before.get(row.person_id)) for row in rows if row.person_id],
        same=imported.count("same"),
        refused=[row for row in imported.rows if row.outcome == "refused"],
        not_read=imported.not_read,
    )


def _foreseen(row: ImportedRow, person: Person, before: Person | None) -> Foreseen:
    was, becomes = (before.model_dump() if before else {}), person.model_dump()
    differs = [
        Difference(field=name, was=_in_words(was.get(name)), becomes=_in_words(becomes[name]))
        for name in ("name", "address", "zone", "language", "left")
        if _in_words(was.get(name)) != _in_words(becomes[name])
    ]
    return Foreseen(row=row.row, person=person, is_new=before is None, differs=differs, note=row.problem)


def _in_words(value: object) -> str | None:
    """A value as a page tells it; nobody is told that they have not left."""
    return "yes" if value is True else str(value) if value else None


def text_of(content: bytes) -> tuple[str, bool]:
    """What a file says, and whether it was taken for Windows-1252, though nothing in it says so."""
    told = letters.read(content)
    return told.text, told.encoding == "cp1252"


def _row(
    number: int, cells: Sequence[str], sheet: Sheet, known: Known, ids: Iterator[str], keep: dict[str, Person]
) -> ImportedRow:
    """What comes of one row; who is new or changed is known to the next rows, and put into `keep`."""
    try:
        person = _person(_words(cells, sheet), known, ids)
        if person.person_id in keep and keep[person.person_id] != person:
            raise Malformed("is told otherwise in a row above", "person_id")
        outcome = judge(person, known)
    except ValidationError as error:
        return _refused(number, "; ".join(map(str, complaints(error.errors(include_url=False, include_input=False)))))
    except Refused as error:
        return _refused(number, f"{error.field}: {error}")
    if outcome != "same":
        known.put(person)
        keep[person.person_id] = person
    note = "the id tells the name, and ids are never erased; better give another one" if tells_the_name(person) else ""
    return ImportedRow(row=number, person_id=person.person_id, outcome=outcome, problem=note)  # type: ignore[arg-type]


def _person(told: Mapping[str, Any], known: Known, ids: Iterator[str]) -> Person:
    """The person that a row tells of: by the id, else whoever has the address, else somebody new.

    Of a column that the file does not have, what was known stays known.
    """
    person_id = told.get("person_id") or known.by_address.get(address_key(told.get("address") or ""))
    if person_id is None and not told.get("address"):
        raise Malformed("is missing, and without a mail address nobody can tell who this is", "person_id")
    before = known.people.get(person_id) if person_id else None
    stays = before.model_dump() if before else {}
    return Person(**{**stays, **told, "person_id": person_id or next(ids)})


def _words(cells: Sequence[str], sheet: Sheet) -> dict[str, Any]:
    """What a row says in the columns that the directory knows; an empty cell says that nothing is known."""
    told: dict[str, Any] = {}
    for name, place in sheet.fields.items():
        cell = cells[place].strip() if place < len(cells) else ""
        cell = meant(cell)
        told[name] = _yes_or_no(cell) if name == "left" else cell or None
    return told


def _yes_or_no(cell: str) -> bool:
    if cell.casefold() in YES | NO:
        return cell.casefold() in YES
    raise Malformed("must be yes or no", "left")


def _refused(number: int, why: str) -> ImportedRow:
    return ImportedRow(row=number, outcome="refused", problem=why)


def _to_mend(sheet: Sheet, refused: Sequence[tuple[list[str], str]]) -> str:
    """The refused rows as a file that spreadsheets open: a cell never becomes a formula."""
    if not refused:
        return ""
    kept = [place for place, cell in enumerate(sheet.columns) if cell.strip().casefold() != PROBLEM]
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([*(safe(sheet.columns[place]) for place in kept), "Problem"])
    for cells, why in refused:
        writer.writerow([*(safe(cells[place] if place < len(cells) else "") for place in kept), safe(why)])
    return written.getvalue()
