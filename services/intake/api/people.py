"""The directory of people by HTTP. Names and addresses are told in bodies, never in addresses: those get logged."""

from typing import Annotated

from fastapi import Depends, Path

from services.intake.api.here import Here
from services.intake.domain.people import Erased, Imported, ImportPeople, Mentions, SearchWords, TellPerson
from services.intake.handlers.people import Directory
from services.intake.repository import people as rows
from shared.access.opening import ADMINISTRATORS, open_to
from shared.errors import Unknown
from shared.events.fields import SLUG
from shared.people import Person
from shared.storage.listing import Page
from shared.web.desk import Which
from shared.web.routes import Routes

router = Routes()
Id = Annotated[str, Path(pattern=SLUG)]


def _book(here: Here) -> Directory:
    assert isinstance(here.directory, Directory), "intake keeps the directory itself"
    return here.directory


Book = Annotated[Directory, Depends(_book)]


@router.get("/people")
@open_to(ADMINISTRATORS)
async def list_people(here: Here, asked: Which, left: bool | None = None) -> Page[Person]:
    """Everybody in the directory, by id."""
    async with here.store.look() as unit:
        return await rows.page(unit, asked, left)


@router.get("/people/{person_id}")
@open_to(ADMINISTRATORS)
async def get_person(person_id: Id, here: Here) -> Person:
    """One person."""
    async with here.store.look() as unit:
        found = await rows.named(unit, [person_id])
    if person_id not in found:
        raise Unknown("person", person_id)
    return found[person_id]


@router.put("/people/{person_id}")
@open_to(ADMINISTRATORS)
async def tell_person(person_id: Id, told: TellPerson, book: Book) -> Person:
    """Tell what a person is called and how they are reached; what is left out is not known any more."""
    return await book.tell(person_id, told)


@router.post("/people/import")
@open_to(ADMINISTRATORS)
async def import_people(told: ImportPeople, book: Book) -> Imported:
    """Take in a file of people; importing it twice changes nothing, and rows that are refused come back to mend.

    With `whole`, one refused row has nothing of the file kept.
    """
    return await book.take_in(told)


@router.post("/people/mentions")
@open_to(ADMINISTRATORS)
async def search_mentions(told: SearchWords, book: Book) -> Mentions:
    """Where a name or an address stands in what people wrote themselves: nothing can be erased there."""
    return await book.search(told.words)


@router.post("/people/{person_id}/erase")
@open_to(ADMINISTRATORS)
async def erase_person(person_id: Id, book: Book, anyway: bool = False) -> Erased:
    """Erase a person for good; `anyway` also while services do not answer that may have put the name aside."""
    return await book.erase(person_id, anyway)
