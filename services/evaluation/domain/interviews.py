"""Interviews: who is to be called, how often that was tried, and what is noted of a call."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from services.evaluation.domain.asking import OPEN, State
from services.evaluation.domain.known import OfRound
from shared.entities import Entity
from shared.events.fields import Slug, Text
from shared.instruments import LANGUAGES
from shared.people import Person

CONSENTS = "consents"
"""The question of an instrument whose answer is the consent, if it has one."""
NOTES, CODES = "interview.notes", "interview.codes"
"""Under what notes and codes are kept beside the answers; no instrument and no center has such names."""
DECLINED = "Declined to be interviewed."
Typed = Annotated[dict[str, list[str]], Field(max_length=1000)]


class Call(Entity):
    """Somebody who is to be called, or was."""

    person_id: str
    team_id: str | None = None
    jurisdiction: str | None = None
    state: State
    tries: int = 0
    tried_at: datetime | None = None
    why: str | None = None
    """Why somebody else is called instead."""
    declined: bool = False
    """Whether they asked not to be contacted after they were drawn: nobody calls them."""

    @property
    def is_to_be_called(self) -> bool:
        return self.state in OPEN and not self.declined


@dataclass(frozen=True, slots=True)
class Reached:
    """How somebody is reached who is to be called, as the directory of people tells it: it has no telephone numbers."""

    address: str | None
    language: str | None
    """In its own words, where it is one of ours."""
    zone: ZoneInfo
    """Where their working day is."""


def reached(person: Person | None, zone: ZoneInfo) -> Reached:
    """How a person is reached; of whoever is not in the directory only what time it is at their place."""
    spoken = person.language if person else None
    ours = {code: name for code, name in LANGUAGES.items() if spoken and code == spoken.partition("-")[0].lower()}
    theirs = ZoneInfo(person.zone) if person and person.zone else zone
    return Reached(person.address if person else None, next(iter(ours.values()), spoken), theirs)


class NoteInterview(OfRound):
    """Keep what somebody said who was called; whoever declines is replaced."""

    person_id: Slug
    consents: bool
    answers: Typed = {}
    """As on a form: by question, what was chosen or typed."""
    notes: Text | None = None
    codes: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=40)], ...], Field(max_length=50)] = ()


class NoteNotReached(OfRound):
    """Somebody was called and not reached; they are tried again later."""

    person_id: Slug


def codes_in(written: str) -> tuple[str, ...]:
    """Short words as somebody writes them, with commas between; each once, in small letters."""
    words = (" ".join(word.lower().split()) for word in written.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def how_often(answers: Iterable[Mapping[str, Any]]) -> Mapping[str, int]:
    """How often each code was used, the most frequent first."""
    counted = Counter(code for one in answers for code in one.get(CODES, ()))
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))
