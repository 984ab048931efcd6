"""What every page of intake needs: its service, what was typed into a form, and what was wrong with it."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import ValidationError

from services.intake.repository import people
from shared.errors import Refused, problems
from shared.events.complaints import complaints
from shared.storage.listing import MOST, Asked
from shared.web.desk import Desk, desk
from shared.web.pages.refusing import typed_in

Here = Annotated[Desk, Depends(desk("intake"))]


def typed(request: Request) -> dict[str, str]:
    """What the fields of a form hold; an empty one is left out."""
    return {name: value.strip() for name, value in typed_in(request) if value.strip()}


def ticked(request: Request, name: str) -> list[str]:
    """All that was ticked under a name."""
    return [value for field, value in typed_in(request) if field == name]


def wrong(error: Refused | ValidationError) -> dict[str, str]:
    """What was wrong, by the field that it stands beside."""
    told = complaints(error.errors()) if isinstance(error, ValidationError) else problems(error)
    return {one.field.rpartition(".")[2]: one.reason for one in told}


async def choices(here: Desk) -> list[tuple[str, str]]:
    """The people who can be named in a form, by what they are called; none where the directory is empty."""
    async with here.store.look() as unit:
        found = (await people.page(unit, Asked(limit=MOST), left=False)).items
    return sorted(((one.person_id, one.name or one.person_id) for one in found), key=lambda one: one[1].casefold())
