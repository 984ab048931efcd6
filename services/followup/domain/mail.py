"""Mail: which letters there are, which are meant for whom, and what became of each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated, Literal, get_args
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel, BeforeValidator

from shared.events.fields import Slug
from shared.obligations.reconcile import Row

Kind = Literal["digest", "escalation", "handover", "invitation", "reminder", "sign_in"]
KINDS: Mapping[Kind, str] = {
    "digest": "What is due, once in the morning of a working day",
    "escalation": "What others left waiting too long",
    "handover": "What somebody handed over to you",
    "invitation": "Forms on which you are asked how it goes",
    "reminder": "Reminders of such forms, as long as you have not answered",
    "sign_in": "Links to sign in",
}
"""What each is, as people choose among them."""
NAMES: Mapping[Kind, str] = {
    "digest": "What is due",
    "escalation": "What waited too long",
    "handover": "What was handed over",
    "invitation": "An invitation to a form",
    "reminder": "A reminder of a form",
    "sign_in": "A link to sign in",
}
"""What each is, in a log."""
CHOSEN: tuple[Kind, ...] = tuple(kind for kind in get_args(Kind) if kind != "sign_in")
"""Those that a person can stop; who asks for a link gets it."""
ABOUT_ROUNDS: tuple[Kind, ...] = ("invitation", "reminder")
"""Those that tell of an evaluation round, which another service keeps."""
State = Literal["waiting", "sent", "not_sent", "needless", "withheld", "refused", "given_up"]
Outcome = Literal["begun", "sent", "not_sent", "unknown", "later", "refused", "needless"]
NOT_SENT = "No mail server was named when it was written, so nobody got it."
"""Why a letter is `not_sent`: it lies here to be looked at, and is not sent later either."""
LETTERS = uuid5(NAMESPACE_URL, "urn:throughline:letters")


@dataclass(frozen=True, slots=True)
class Intended:
    """A letter that is to be sent, once."""

    kind: Kind
    person_id: str
    key: str
    """The same reason gives the same key, however often it is found."""
    expires_at: datetime
    """When it would come too late."""
    about: tuple[str, ...] = ()
    """The ids of the tasks, or of the round, of which it tells; a digest looks for them when it is sent."""
    withheld: str = ""
    """Why policy forbids that it is sent, if it does."""

    @property
    def letter_id(self) -> str:
        """Derived from the key, so that the letter keeps its Message-ID however often it is sent."""
        return letter_of(self.key)


def letter_of(key: str) -> str:
    """The id of the letter that is written for a reason."""
    return str(uuid5(LETTERS, key))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter in the hands of one sender."""

    letter_id: str
    kind: Kind
    person_id: str
    about: tuple[str, ...]
    intended_at: datetime
    expires_at: datetime
    held_until: datetime
    """Until when nobody else takes it."""
    tries: int
    """How often it was tried; from its beginning on, this time counted."""
    stop: str
    """The secret by which its reader stops such letters without signing in."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How one attempt to send a letter ended."""

    outcome: Outcome
    why: str = ""
    """In words without an address in them; empty where it was sent."""
    code: int | None = None
    """What the mail server answered."""
    about: tuple[str, ...] = ()
    """The ids of the tasks of which it told."""


@dataclass(frozen=True, slots=True)
class Named:
    """One task as a letter tells of it."""

    row: Row
    engagement_title: str
    owed_by: tuple[str, ...] = ()
    """Who was to do it."""
    facilitators: tuple[str, ...] = ()
    handed_by: tuple[str, ...] = ()
    """Who handed it over, if anybody did and it is known."""
    note: str = ""
    """What they wrote beside it."""


class Choice(BaseModel):
    """What a person wants to be written, and when."""

    person_id: Slug
    stopped: tuple[Kind, ...] = ()
    at: time | None = None
    """When their digest comes, on their clock; else as the settings say."""


def _listed(about: object) -> object:
    return json.loads(about) if isinstance(about, str) else about


class Letter(BaseModel):
    """A letter as the log of mail shows it: to whom by id, and what became of it."""

    letter_id: str
    kind: Kind
    person_id: str
    about: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """The ids of the tasks of which it tells, or told."""
    intended_at: datetime
    state: State
    tries: int
    next_at: datetime | None = None
    why: str = ""
    """Why the last attempt failed, or why it is needless."""


class Attempt(BaseModel):
    """One attempt to send a letter."""

    letter_id: str
    n: int
    at: datetime
    outcome: Outcome
    """`begun`, later `unknown`: whoever sent it stopped before it knew. It is sent again, perhaps a second time."""
    code: int | None = None
    why: str = ""
