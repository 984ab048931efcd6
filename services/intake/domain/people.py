"""The directory of people: what is told of a person, and what came of a file of many."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.events.fields import Line, Slug, Zone
from shared.people import Address, Language, Mention, Person

MOST_WORDS = 10


class TellPerson(BaseModel):
    """What a person is called and how they are reached; what is left out is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Line
    address: Address | None = None
    zone: Zone | None = None
    language: Language | None = None
    left: bool = False

    def of(self, person_id: str) -> Person:
        """The person with this id, as told."""
        return Person(person_id=person_id, **self.model_dump())


class ImportPeople(BaseModel):
    """A file of people, as text: comma, semicolon or tab between its columns, their names in its first line."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    csv: str = Field(max_length=1_000_000)
    whole: bool = Field(default=False, strict=True)
    """Whether one refused row has nothing of the file kept."""


class SearchWords(BaseModel):
    """Words, like a name or a mail address, to look for in what people wrote."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    words: tuple[Line, ...] = Field(min_length=1, max_length=MOST_WORDS)


class ImportedRow(BaseModel):
    """What came of one row of a file."""

    row: int
    """As a spreadsheet counts: the names of the columns stand in row 1."""
    person_id: Slug | None = None
    outcome: Literal["added", "changed", "same", "refused"]
    problem: str = ""
    """What is wrong with a refused row, or worth a second look in another one."""


class Imported(BaseModel):
    """What came of a file of people."""

    rows: list[ImportedRow]
    not_read: list[str]
    """Columns that the directory has no place for; nothing of them was kept."""
    refused_csv: str = ""
    """The rows that were refused, as a file: the same columns and one more, Problem. Mend it, and import it again."""

    def count(self, outcome: str) -> int:
        """How many rows met this outcome."""
        return sum(row.outcome == outcome for row in self.rows)


class Difference(BaseModel):
    """One thing that a file tells otherwise than the directory."""

    field: str
    was: str | None
    becomes: str | None


class Foreseen(BaseModel):
    """One person whom a file would add or change."""

    row: int
    person: Person
    is_new: bool
    differs: list[Difference]
    """Of somebody new, all that the file tells."""
    note: str
    """What is worth a second look."""


class Preview(BaseModel):
    """What taking a file in would do, before anything is kept."""

    people: list[Foreseen]
    same: int
    """How many rows change nothing."""
    refused: list[ImportedRow]
    not_read: list[str]


class Erased(BaseModel):
    """What was done to erase a person, and what no erasing can reach."""

    person_id: Slug
    already: bool = False
    """Nothing was left to erase."""
    redacted: int = 0
    """Messages put aside, of all services, in which the name or the address was made illegible."""
    unasked: list[str] = []
    """Services that did not answer: what they put aside was not looked through."""
    mentions: list[Mention] = []
    """What people wrote themselves and the log keeps: facts in whose texts the name or the address stands."""
    overwritten: bool = True
    """Whether the bytes on the disk are gone as well; else they go at the latest when the service stops."""


class Mentions(BaseModel):
    """Where words stand in what people wrote."""

    mentions: list[Mention]
    unasked: list[str] = []
    """Services that did not answer."""
