"""The row in which columns are named, and what their names mean, however trackers write them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from services.intake.decisions.importing.tables import Cell, Row, text_of
from services.intake.domain.imports import Name

LOOKED_AT = 20
"""Among so many rows the names of the columns are looked for: above them stand titles, and who printed it when."""
PROBLEM = "Problem"
"""The column of ours in a file that was given back."""
EXACT, PART = 3.0, 1.5
SHORTEST_PART = 4

CALLED: Mapping[Name, tuple[str, ...]] = {
    "external_id": (
        "id", "external id", "request id", "ta request id", "request number", "request no", "ta request number",
        "ticket", "ticket id", "ticket number", "ticket no", "case", "case id", "case number", "case no",
        "tracking number", "tracking id", "record id", "reference", "reference number", "ref", "ref no", "number", "no",
        "nr", "key", "ta id", "ta number",
    ),
    "jurisdiction": (
        "jurisdiction", "state", "state territory", "state or territory", "state territory or tribe",
        "state territory tribe", "state or tribe", "territory", "grantee", "ccdf grantee", "lead agency state",
        "requesting state", "requesting jurisdiction", "st", "location",
    ),
    "topic": (
        "topic", "ta topic", "topic area", "primary topic", "subject", "category", "content area", "focus area",
        "focus", "theme",
    ),
    "need": (
        "need", "ta need", "needs", "what is needed", "description", "request description", "description of request",
        "details", "request details", "request", "ta request", "question", "summary", "narrative", "notes", "comments",
    ),
    "logged_on": (
        "logged on", "logged", "date", "date logged", "date received", "received", "received on", "received date",
        "request date", "date of request", "date requested", "requested on", "requested", "date submitted",
        "submitted", "submitted on", "submission date", "date created", "created", "created on", "created at",
        "created date", "date opened", "opened", "opened on", "open date", "start date", "date entered",
    ),
    "status": ("status", "request status", "ta status", "current status", "disposition", "stage"),
    "reason": (
        "reason", "reason withdrawn", "withdrawal reason", "reason for withdrawal", "why withdrawn", "reason closed",
        "reason for closing", "closure reason",
    ),
    "how": (
        "how", "how answered", "answered how", "answer", "response", "response type", "type of response", "ta type",
        "type of ta", "ta provided", "resolution", "resolution type",
    ),
    "answered_on": (
        "answered on", "answered", "date answered", "date of answer", "closed on", "closed", "date closed",
        "closed date", "close date", "completed on", "completed", "date completed", "completion date", "resolved on",
        "date resolved", "end date", "response date", "date of response",
    ),
}  # fmt: skip
"""What a column may be called, in small letters without punctuation."""
EXACTLY = {name: field for field, names in CALLED.items() for name in names}


def plain(heading: str) -> str:
    """A heading in small letters, without what is only there to be pretty."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", heading.casefold()).split())


def meant_by(heading: str) -> dict[Name, float]:
    """What a column may tell by its name alone, and how surely."""
    words = plain(heading)
    if exact := EXACTLY.get(words):
        return {exact: EXACT}
    found: dict[Name, float] = {}
    for name, field in EXACTLY.items():
        if len(name) >= SHORTEST_PART and f" {name} " in f" {words} ":
            found[field] = max(found.get(field, 0.0), PART + len(name) / 100)
    return found


def known_headings(cells: Iterable[Cell]) -> int:
    """How many different things these cells would tell of a request if they were headings."""
    return len({EXACTLY[words] for cell in cells if (words := plain(text_of(cell))) in EXACTLY})


def header_at(rows: Sequence[Row]) -> int:
    """Which of the rows names the columns: the one with most names that are known, else the first with two cells."""
    first = rows[:LOOKED_AT]
    best = max(range(len(first)), key=lambda place: (known_headings(first[place].cells), -place))
    if known_headings(first[best].cells):
        return best
    wide = (place for place, row in enumerate(first) if sum(bool(text_of(cell)) for cell in row.cells) > 1)
    return next(wide, 0)


def labels(header: Row, width: int) -> tuple[str, ...]:
    """What to call each column: as its heading does; a second one alike is numbered, one without a heading lettered."""
    seen: Counter[str] = Counter()
    found: list[str] = []
    for place in range(width):
        heading = " ".join(header.text(place).split()) or f"Column {letter(place)}"
        seen[heading.casefold()] += 1
        again = seen[heading.casefold()]
        found.append(heading if again == 1 else f"{heading} ({again})")
    return tuple(found)


def letter(place: int) -> str:
    """What a spreadsheet calls a column: A, B, ... Z, AA."""
    name, left = "", place + 1
    while left:
        left, digit = divmod(left - 1, 26)
        name = chr(ord("A") + digit) + name
    return name
