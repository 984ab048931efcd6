"""The directory for administrators: who is in it, a file looked at and taken in, one person erased for good."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.responses import Response
from pydantic import ValidationError

from services.intake.decisions.people import text_of
from services.intake.domain.people import Erased, Imported, ImportPeople, Preview
from services.intake.handlers.people import Directory, NotAllAsked, NotWhole
from services.intake.pages.here import Here
from services.intake.repository import people as rows
from shared.access.opening import ADMINISTRATORS, open_to
from shared.errors import Malformed, Unknown
from shared.people import Person
from shared.storage.listing import MOST, Asked
from shared.web.desk import Desk
from shared.web.pages.flash import went_well
from shared.web.pages.forms import wrong
from shared.web.pages.lists import Listed, listed
from shared.web.pages.rendering import render

router = APIRouter()
PEOPLE = "/app/people"


def _book(here: Here) -> Directory:
    assert isinstance(here.directory, Directory), "intake keeps the directory itself"
    return here.directory


Book = Annotated[Directory, Depends(_book)]


@listed(router, "/people", "people.html", name="people")
@open_to(ADMINISTRATORS)
async def people(request: Request, here: Here) -> Listed:
    """Everybody in the directory, by name."""
    return Listed(await _everybody(here), Person, {"problems": {}})


@router.post("/people/import", response_model=None)
@open_to(ADMINISTRATORS)
async def look_at_file(request: Request, here: Here, book: Book, file: UploadFile) -> Response:
    """What a file of people would change; nothing of it is kept, neither here nor until it is taken in."""
    try:
        text, is_guessed = text_of(await file.read())
        return await _shown(request, text, await book.foresee(ImportPeople(csv=text)), is_guessed)
    except (Malformed, ValidationError) as error:
        told = {"rows": await _everybody(here), "problems": wrong(error), "twins": _TWINS}
        return await render(request, "people.html", 422, **told)


@router.post("/people/take-in", response_model=None)
@open_to(ADMINISTRATORS)
async def take_in(request: Request, book: Book, csv: Annotated[str, Form()]) -> Response:
    """Take in a file of people that was looked at: all of it, or nothing."""
    file = ImportPeople(csv=csv)
    try:
        imported = await book.take_in(file, whole=True)
    except NotWhole:
        return await _shown(request, csv, await book.foresee(file))
    return went_well(request, _summary(imported), PEOPLE, to=PEOPLE)


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
    request: Request, person_id: str, book: Book, anyway: Annotated[bool, Form()] = False
) -> Response:
    """Erase a person for good, and tell what was done; it cannot be taken back."""
    try:
        erased = await book.erase(person_id, anyway)
    except NotAllAsked as error:
        person = (await book.named([person_id])).get(person_id)
        return await render(request, "people_erase.html", error.status, person=person, problem=error.reason)
    return await render(request, "people_erased.html", erased=erased)


async def _shown(request: Request, text: str, preview: Preview, is_guessed: bool = False) -> Response:
    told = {"csv": text, "preview": preview, "is_guessed": is_guessed}
    return await render(request, "people_foreseen.html", 422 if preview.refused else 200, **told)


_TWINS = {kind: f"{PEOPLE}.{kind}" for kind in ("json", "csv")}


async def _everybody(here: Desk) -> list[Person]:
    found: list[Person] = []
    asked = Asked(limit=MOST)
    async with here.store.look() as unit:
        while True:
            page = await rows.page(unit, asked)
            found += page.items
            if page.next is None:
                return sorted(found, key=lambda one: (one.name.casefold(), one.person_id))
            asked = Asked(limit=MOST, cursor=page.next)


def _summary(imported: Imported) -> str:
    """How many people met which outcome, in a line."""
    words = {"added": "added", "changed": "changed", "same": "as they were"}
    told = [f"{count} {word}" for outcome, word in words.items() if (count := imported.count(outcome))]
    return f"The file is taken in: {', '.join(told) or 'it had no rows'}."
