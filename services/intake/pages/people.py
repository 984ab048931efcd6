"""The directory for administrators: everybody in it page by page, somebody found, one person erased for good."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.intake.domain.people import Erased
from services.intake.handlers.people import Directory, NotAllAsked
from services.intake.pages import zones
from services.intake.pages.here import Here, typed
from services.intake.repository import people as rows
from shared.access import accounts
from shared.access.api import register
from shared.access.opening import ADMINISTRATORS, open_to
from shared.access.register import Register
from shared.errors import Conflict, Unknown
from shared.people import Person
from shared.storage.listing import MOST
from shared.web.desk import Desk
from shared.web.pages.lists import Listed, listed, shown
from shared.web.pages.refusing import wants_page
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes()
PEOPLE = "/app/people"
MANY = 50
"""So many are shown of those who are found: whoever finds more types more letters."""


def _book(here: Here) -> Directory:
    assert isinstance(here.directory, Directory), "intake keeps the directory itself"
    return here.directory


Book = Annotated[Directory, Depends(_book)]
Doors = Annotated[Register, Depends(register)]


class LastKey(Conflict):
    """This is you: somebody else who administers this Throughline has to change your account, or take you out."""


class PersonRow(Person):
    """Somebody as they are listed for administrators."""

    roles: tuple[str, ...] = ()
    """As what they may sign in; nothing where they have no account."""


@listed(router, "/people", "people.html", name="people")
@open_to(ADMINISTRATORS)
async def people(
    request: Request,
    here: Here,
    doors: Doors,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Listed:
    """Everybody in the directory, by name; a page shows some of them, a file has all."""
    return await _listed(here, doors, cursor, limit if wants_page(request) else None)


@router.post("/people/find", response_model=None)
@open_to(ADMINISTRATORS)
async def find(request: Request, here: Here, doors: Doors) -> Response:
    """Those in whose name, address or id some words stand: they come in a body, for addresses get logged."""
    words = typed(request).get("words", "")
    if not words:
        return RedirectResponse(PEOPLE, status_code=303)
    async with here.store.look() as unit:
        found = await rows.like(unit, words, MANY + 1, addresses=True)
    beside = {"words": words, "is_sought": True, "are_more": len(found) > MANY}
    return await shown(request, "people.html", await _told(doors, found[:MANY], **beside), PEOPLE)


@router.get("/people/{person_id}/erase", response_model=None)
@open_to(ADMINISTRATORS)
async def ask_before_erasing(request: Request, person_id: str, book: Book) -> Response:
    """What erasing somebody does, and the button that does it."""
    person = (await book.named([person_id])).get(person_id)
    if person is None and await book.was_erased(person_id):
        return await render(request, "people_erased.html", erased=Erased(person_id=person_id, already=True))
    if person is None:
        raise Unknown("person", person_id)
    return await render(request, "people_erase.html", person=person, problem="")


@router.post("/people/{person_id}/erase", response_model=None)
@open_to(ADMINISTRATORS)
async def erase_person(
    request: Request, here: Here, person_id: str, book: Book, anyway: Annotated[bool, Form()] = False
) -> Response:
    """Erase a person for good, and tell what was done; it cannot be taken back."""
    if here.caller.person_id == person_id:
        raise LastKey
    try:
        erased = await book.erase(person_id, anyway)
    except NotAllAsked as error:
        person = (await book.named([person_id])).get(person_id)
        return await render(request, "people_erase.html", error.status, person=person, problem=error.reason)
    return await render(request, "people_erased.html", erased=erased)


async def first_page(here: Desk, doors: Register, **beside: Any) -> Listed:
    """The list as it begins, with what a form on it was refused for."""
    found = await _listed(here, doors, None, 100)
    return replace(found, beside={**found.beside, **beside})


async def _listed(here: Desk, doors: Register, cursor: str | None, limit: int | None) -> Listed:
    async with here.store.look() as unit:
        page = await rows.by_name(unit, cursor, limit or MOST)
        found = page.items
        while page.next and limit is None:
            page = await rows.by_name(unit, page.next, MOST)
            found += page.items
    return await _told(doors, found, next=page.next)


async def _told(doors: Register, found: Sequence[Person], **beside: Any) -> Listed:
    theirs = await accounts.of(doors, [one.person_id for one in found])
    roles = {one.person_id: tuple(sorted(one.roles)) for one in theirs}
    listed = [PersonRow(**one.model_dump(), roles=roles.get(one.person_id, ())) for one in found]
    told = {"problems": {}, "words": "", "is_sought": False, "next": None, "zone_called": zones.called}
    return Listed(listed, PersonRow, told | beside)
