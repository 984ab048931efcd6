"""Choosing a person in a form: from a list while there are few, else by some letters of a name, or by an id."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response

from services.intake.pages.here import Here, typed
from services.intake.repository import people
from shared.access.opening import STAFF, open_to
from shared.errors import Malformed
from shared.events.fields import SLUG
from shared.people import Person
from shared.web.desk import Desk
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes()
FEW = 60
"""So many people fit into a list that one looks through; of more, one types some letters."""
OFFERED = 12
"""So many are offered for what was typed."""
BOTH = re.compile(r".*\(([A-Za-z0-9_-]{1,64})\)")
"""A person as they are offered: the name, and the id behind it."""


@dataclass(frozen=True)
class Choices:
    """Who can be named in a form."""

    people: tuple[tuple[str, str], ...] = ()
    """Id and name of each, where they are few enough for a list."""
    are_many: bool = False

    @property
    def are_none(self) -> bool:
        """Whether the directory is empty: then people are named by ids alone."""
        return not self.people and not self.are_many


async def choices(here: Desk) -> Choices:
    """The people who can be named in a form; never their addresses."""
    async with here.store.look() as unit:
        found = await people.by_name(unit, None, FEW, left=False)
    return Choices(are_many=True) if found.next else Choices(tuple((one.person_id, one.name) for one in found.items))


@router.post("/people/choose")
@open_to(STAFF)
async def offer(request: Request, here: Here, field: Annotated[str, Query(max_length=64)]) -> Response:
    """Whom what was typed into a field may mean: names stand in a body, for addresses get logged."""
    words = typed(request).get(field, "")
    async with here.store.look() as unit:
        found = await people.like(unit, words, OFFERED) if words else []
    return await render(request, "people_offered.html", people=[one for one in found if not one.left])


async def whom(here: Desk, told: Mapping[str, str], *fields: str) -> dict[str, str]:
    """All that was typed, with the ids of the people whom these fields name, however they do."""
    return {**told, **{field: await _id(here, told[field], field) for field in fields if field in told}}


async def _id(here: Desk, text: str, field: str) -> str:
    id = offered[1] if (offered := BOTH.fullmatch(text)) else text
    async with here.store.look() as unit:
        if id in await people.named(unit, [id]):
            return id
        found = await people.called(unit, text)
    if len(found) == 1:
        return found[0].person_id
    if found:
        raise Malformed(f"is the name of several people: {', '.join(map(_both, found))}. Choose one of them", field)
    if re.fullmatch(SLUG, text) and (await choices(here)).are_none:
        return text
    # What nobody is called is no id either: a name that gets into a fact can never be erased.
    raise Malformed("is nobody whom the directory knows by this name or id; choose one of those offered", field)


def _both(person: Person) -> str:
    return f"{person.name} ({person.person_id})"
