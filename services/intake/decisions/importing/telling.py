"""What each row tells of a request, before anybody looks at what is known of it; and all that is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic import ValidationError

from services.intake.decisions.importing import days, words
from services.intake.decisions.importing.days import NoDay
from services.intake.decisions.importing.guessing import Sheet
from services.intake.decisions.importing.tables import Row, text_of
from services.intake.decisions.importing.words import How, Status
from services.intake.domain.imports import Looked, Name, Order, RowProblem
from services.intake.domain.requests import LogRequest
from shared.events.complaints import complaints
from shared.playbooks.places import Places

SHOWN = 80
"""So much of a value is told again to whoever sent it."""
ERROR = ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")
MISSING = "is missing"
NO_PLACE = "is no jurisdiction that is known here: write a state's name or its code, like Kentucky or KY"
NO_STATUS = "is no state that is known here: write open, withdrawn or closed"
NO_ANSWER = "tells no answer that is known here: write engagement, one on one, peer to peer, resource or declined"
AN_ERROR = "is an error of the spreadsheet: mend the formula, or write the value"


@dataclass(frozen=True)
class Told:
    """One row, as far as it can be understood."""

    row: Row
    external_id: str
    command: LogRequest | None
    """What it asks for; nothing where something is wrong with it."""
    status: Status | None = None
    """Nothing where the tracker does not say."""
    status_text: str = ""
    reason: str = ""
    how: How | None = None
    answered_on: date | None = None
    problems: tuple[RowProblem, ...] = ()

    @property
    def words(self) -> tuple[object, ...]:
        """What it says, wherever it stands."""
        return self.command, self.status, self.reason, self.how, self.answered_on


@dataclass
class _Reading:
    """One row while it is read."""

    row: Row
    places: Mapping[Name, int]
    labels: Sequence[str]
    problems: list[RowProblem] = field(default_factory=list)

    def text(self, name: Name) -> str:
        """What the row says there; nothing where no column tells it, or what stands there is an error."""
        place = self.places.get(name)
        text = self.row.text(place) if place is not None else ""
        if text in ERROR:
            self.wrong(name, AN_ERROR)
            return ""
        return text

    def wrong(self, name: Name, reason: str) -> None:
        """Note what is wrong, once for each thing."""
        if not any(problem.name == name for problem in self.problems):
            self.problems.append(problem(self.row, name, reason, self.places, self.labels))

    def day(self, name: Name, order: Order, from_1904: bool, today: date) -> date | None:
        """The day that the row tells there; none where it tells none."""
        if not self.text(name):
            return None
        try:
            return days.day_of(self.row.cell(self.places[name]), order, from_1904, today)
        except NoDay as error:
            self.wrong(name, str(error))
            return None


def problem(row: Row, name: Name, reason: str, places: Mapping[Name, int], labels: Sequence[str]) -> RowProblem:
    """What is wrong in a row, with where it stands and what stands there."""
    place = places.get(name)
    column, value = (labels[place], row.text(place)) if place is not None else ("", "")
    shown = value if len(value) <= SHOWN else value[: SHOWN - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return RowProblem(row=row.number, line=row.line, name=name, column=column, value=shown, reason=reason)


def places_of(sheet: Sheet, looked: Looked) -> dict[Name, int]:
    """Where each thing stands in a row."""
    placed = {one.name: sheet.place(one.column) for one in looked.columns if one.name is not None}
    return {name: place for name, place in placed.items() if place is not None}


def tell(sheet: Sheet, looked: Looked, source: str, known: Places, today: date) -> list[Told]:
    """What the rows of a file tell."""
    places = places_of(sheet, looked)
    return [_told(_Reading(row, places, sheet.labels), sheet, looked, source, known, today) for row in sheet.rows]


def _told(reading: _Reading, sheet: Sheet, looked: Looked, source: str, known: Places, today: date) -> Told:
    order, from_1904 = looked.dates, sheet.table.from_1904
    texts = {name: reading.text(name) for name in ("external_id", "jurisdiction", "topic", "need")}
    for name, text in texts.items():
        if not text:
            reading.wrong(name, MISSING)  # type: ignore[arg-type]
    place = known.code_of(texts["jurisdiction"])
    if place is None:
        reading.wrong("jurisdiction", NO_PLACE)
    logged_on = reading.day("logged_on", order, from_1904, today)
    status, how = _status(reading), _how(reading)
    answered_on = reading.day("answered_on", order, from_1904, today) if status == "closed" else None
    words_ = {**texts, "jurisdiction": place, "logged_on": logged_on, "source": source}
    return Told(
        row=reading.row,
        external_id=" ".join(texts["external_id"].split()),
        command=_command(reading, words_),
        status=status,
        status_text=reading.text("status"),
        reason=reading.text("reason"),
        how=how,
        answered_on=answered_on,
        problems=tuple(reading.problems),
    )


def _status(reading: _Reading) -> Status | None:
    text = reading.text("status")
    if not text:
        return None
    if (status := words.status_of(text)) is None:
        reading.wrong("status", NO_STATUS)
    return status


def _how(reading: _Reading) -> How | None:
    """How it was answered; what a tracker writes there of a request that still waits does not matter."""
    text = reading.text("how")
    how = words.answer_of(text)
    if text and how is None and words.status_of(reading.text("status")) == "closed":
        reading.wrong("how", NO_ANSWER)
    return how


def _command(reading: _Reading, words_: Mapping[str, object]) -> LogRequest | None:
    if reading.problems:
        return None
    try:
        return LogRequest.model_validate(words_)
    except ValidationError as error:
        for one in complaints(error.errors(include_url=False, include_input=False)):
            reading.wrong(one.field, one.reason)  # type: ignore[arg-type]
        return None


def text_of_reason(told: Told) -> str:
    """Why a request was withdrawn: in the tracker's words, else that it says so."""
    return told.reason or f"{text_of(told.status_text)} in {told.command.source if told.command else 'the tracker'}"
