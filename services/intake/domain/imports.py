"""Files of requests: how a tracker's columns are read, what came of each row, and what would be owed by it."""

from datetime import date, datetime
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from shared.events.fields import Slug

Name = Literal[
    "external_id", "jurisdiction", "topic", "need", "logged_on", "status", "reason", "how", "answered_on",
]  # fmt: skip
"""What a column may tell of a request."""
NAMES: tuple[Name, ...] = get_args(Name)
NEEDED: tuple[Name, ...] = ("external_id", "jurisdiction", "topic", "need")
"""Without these there is no request."""
Order = Literal["month first", "day first"]
"""What 1/2/2027 means."""
Outcome = Literal["new", "corrected", "withdrawn", "answered", "same", "refused"]


class Columns(BaseModel):
    """Which column of a tracker's files tells what; saved once a file was handed in by it, and used from then on."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    columns: dict[Name, str] = Field(default_factory=dict, max_length=len(NAMES))
    """The column that tells it, by how it is headed; an empty name where none does."""
    dates: Order | None = None
    """Where nobody says so, the days in the file tell."""


class Column(BaseModel):
    """One column as it is understood."""

    name: Name | None
    """What it tells; nothing where it is not read."""
    column: str
    examples: list[str] = []
    saved: bool = False
    """Whether it was read so before."""


class Looked(BaseModel):
    """How a file would be read."""

    file: str
    sheet: str = ""
    letters: str = ""
    """The encoding of a text file."""
    header_row: int
    rows: int
    columns: list[Column]
    dates: Order
    missing: list[Name]
    """What no column tells, and has to be told."""
    saved: bool
    """Whether all of it is as this tracker's files were read before."""
    notes: list[str] = []
    """What is worth a second look."""

    def as_columns(self) -> Columns:
        """The same, to be kept."""
        return Columns(columns={one.name: one.column for one in self.columns if one.name}, dates=self.dates)


class RowProblem(BaseModel):
    """What is wrong in one row: where, what stands there, and what to do."""

    row: int
    """As a spreadsheet counts."""
    line: int
    """In the text of a CSV; it differs from the row where a cell has several lines."""
    name: Name
    column: str = ""
    value: str = ""
    reason: str

    def told(self, file: str) -> str:
        """The same in a sentence."""
        where = f"{file}, row {self.row}" + (f" (line {self.line})" if self.line != self.row else "")
        where += f', column "{self.column}"' if self.column else ""
        return f'{where}: "{self.value}" {self.reason}' if self.value else f"{where}: {self.reason}"


When = Literal["at once", "later", "past"]


class Owed(BaseModel):
    """Something that would be owed once the file is taken in."""

    title: str
    to: str
    due_on: date
    when: When
    """`past`: it was due before, and with `historic` nobody is reminded of it."""


class Returned(BaseModel):
    """The file of whoever sent it, with a column Problem."""

    file: str
    media_type: str
    content: str
    """In base64."""


class Imported(BaseModel):
    """What came of a file."""

    file: str
    source: Slug
    recorded: bool
    """False where it was a preview, and where a row was refused and all of them had to pass."""
    rows: int
    counts: dict[Outcome, int]
    problems: list[RowProblem]
    looked: Looked
    notes: list[RowProblem] = []
    """What is worth a second look in rows that passed."""
    owed: list[Owed] = []
    """Of a preview: what would be owed, the earliest first; many are told by their number only."""
    owed_in_all: dict[When, int] = {}
    topics: list[str] = []
    """Of a preview: the topics that would come into demand."""
    returned: Returned | None = None


class ByProblem(BaseModel):
    """How often one thing is wrong in the files of a tracker."""

    name: Name
    reason: str
    rows: int


class TakenFile(BaseModel):
    """How well one file passed, when it was handed in last."""

    file: str
    digest: str
    handed_in_at: datetime
    historic: bool
    recorded: bool
    rows: int
    passed: int
    problems: list[ByProblem] = []


class Quality(BaseModel):
    """How well the files of a tracker pass: the share of rows, and what is wrong with the others."""

    source: str
    files: int
    rows: int
    passed: int
    share: float | None
    """Of the rows, those that passed; nothing where there was no row yet."""
    problems: list[ByProblem]
    latest: list[TakenFile]
