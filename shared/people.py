"""People as whoever writes to them has to know them: facts and other services name a person by an id and nothing else.

Names and addresses are kept by intake's directory alone; everybody else asks for them when they are to be shown.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.events.fields import Line, Slug, Zone, refusal

ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\"\\]{1,64}@[^\s@,;:<>()\[\]\"\\]{1,189}")
CHANGED = "people.changed"
"""Where on the bus it is told, without a word of whom, that somebody was added, changed or erased."""
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def _address(value: str) -> str:
    if not ADDRESS.fullmatch(value) or not value.isprintable():
        raise refusal("must be one mail address, like maria@example.gov, without a name beside it")
    return value


def _language(value: str) -> str:
    if not LANGUAGE.fullmatch(value):
        raise refusal("must be a language code, like en or es-PR")
    return value


Address = Annotated[str, Field(max_length=254, description="mail address"), AfterValidator(_address)]
Language = Annotated[str, Field(max_length=35, description="language code"), AfterValidator(_language)]


class Person(BaseModel):
    """Somebody who takes part or runs something: what they are called, and how they are reached."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    person_id: Slug
    name: Line
    address: Address | None = None
    zone: Zone | None = None
    """Where their working day is; else that of whatever they are written about."""
    language: Language | None = None
    left: bool = False
    """They are gone from their agency or center: nobody writes to them any more."""


class Mention(BaseModel):
    """A fact, or a message put aside, in which words stand that were looked for; not the words."""

    service: str
    id: str
    kind: str
    """The type of the fact; `aside` of a message."""
    engagement_id: str = "-"


class Directory(Protocol):
    """Who the people are behind the ids, as far as that is known here and now."""

    async def named(self, ids: Iterable[str]) -> Mapping[str, Person]:
        """The people with these ids; whoever is not in it is shown by the id. Never raises: nobody answered is nobody
        known.
        """

    async def whose(self, address: str) -> Person | None:
        """Who reads mail at an address, however its letters are written; nobody if two share it."""

    async def changed(self) -> None:
        """Somebody was added, changed or erased: nobody may go on showing what they remember."""


class NobodyKnown:
    """A directory that knows nobody: everybody is shown by the id."""

    async def named(self, ids: Iterable[str]) -> Mapping[str, Person]:
        return {}

    async def whose(self, address: str) -> Person | None:
        return None

    async def changed(self) -> None:
        return None


NOBODY = NobodyKnown()


def called(people: Mapping[str, Person], person_id: str) -> str:
    """What a person is called; the id of whoever is not known, or was erased."""
    return people[person_id].name if person_id in people else person_id
