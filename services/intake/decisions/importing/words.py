"""What trackers write into a column of states, and into one that tells how a request was answered."""

from collections.abc import Mapping
from typing import Literal

from services.intake.decisions.importing.headings import plain

Status = Literal["waits", "withdrawn", "closed"]
How = Literal["engagement", "one_on_one", "peer_to_peer", "resource", "declined"]

_STATES: Mapping[Status, tuple[str, ...]] = {
    "waits": (
        "", "open", "new", "logged", "active", "in progress", "in process", "ongoing", "pending", "assigned",
        "received", "submitted", "waiting", "on hold", "under review", "reopened", "not started", "yes",
    ),
    "withdrawn": (
        "withdrawn", "cancelled", "canceled", "cancelled by state", "withdrawn by state", "void", "voided", "duplicate",
        "deleted", "no longer needed", "dropped", "retracted",
    ),
    "closed": ("closed", "complete", "completed", "answered", "resolved", "done", "fulfilled", "finished", "delivered"),
}  # fmt: skip
STATES: Mapping[str, Status] = {word: status for status, words in _STATES.items() for word in words}
_ANSWERS: Mapping[How, tuple[str, ...]] = {
    "engagement": ("engagement", "group", "targeted", "community of practice", "peer learning group", "peer learning"),
    "one_on_one": ("one on one", "1 on 1", "1 1", "individual", "individualized", "call", "consultation", "tailored"),
    "peer_to_peer": ("peer to peer", "peer", "peer introduction", "introduced to a peer", "connected to a peer"),
    "resource": ("resource", "resources", "document", "webinar", "resource shared", "universal"),
    "declined": ("declined", "denied", "not possible", "out of scope", "referred"),
}  # fmt: skip
ANSWERS: Mapping[str, How] = {word: how for how, words in _ANSWERS.items() for word in (plain(how), *words)}


def status_of(text: str) -> Status | None:
    """What a tracker's own state means here; nothing where nobody can tell."""
    return STATES.get(plain(text))


def answer_of(text: str) -> How | None:
    """How a request was answered, in the words of the language; nothing where nobody can tell."""
    return ANSWERS.get(plain(text))
