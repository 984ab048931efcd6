"""The directory of people as rows: the only ones that no fact tells of, so that they can be erased."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, literal, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import tables
from services.intake.decisions.people import Known, address_key
from shared.errors import Malformed
from shared.people import Person
from shared.storage.database import insert_new
from shared.storage.listing import Asked, Page, rows_of
from shared.storage.many import upsert
from shared.storage.tables import table
from shared.storage.work import Unit

PERSON, ERASED = table(tables.PersonRow), table(tables.ErasedRow)
FEW = 500
"""So many ids are asked for in one statement."""


async def named(unit: Unit, ids: Iterable[str]) -> dict[str, Person]:
    """The people with these ids."""
    return {person.person_id: person for person in await _of(unit, PERSON.c.person_id, ids)}


async def whose(unit: Unit, address: str) -> Person | None:
    """Who reads mail at an address; nobody where two share it."""
    found = await _of(unit, PERSON.c.address_key, [address_key(address)])
    return found[0] if len(found) == 1 else None


async def page(unit: Unit, asked: Asked, left: bool | None = None) -> Page[Person]:
    """People in the order of their ids: a cursor stands in addresses, and names do not belong there."""
    rows, rest = await rows_of(unit, PERSON, ("person_id",), asked, (), {"left": left})
    return Page(items=[_person(row) for row in rows], next=rest)


async def by_name(unit: Unit, after: str | None, limit: int, left: bool | None = None) -> Page[Person]:
    """People by what they are called, from the one with this id on: an id may stand in an address, a name may not."""
    key = (func.lower(PERSON.c.name), PERSON.c.person_id)
    query = select(PERSON).order_by(*key).limit(limit + 1)
    if left is not None:
        query = query.where(PERSON.c.left == left)
    seen = (await unit.connection.execute(select(*key).where(PERSON.c.person_id == after))).first() if after else None
    if after and not seen:
        # Who stood there may have been erased since: to begin again unasked would look like the rest of the list.
        raise Malformed("names nobody whom the directory knows any more; leave it out to begin anew", "cursor")
    if seen:
        query = query.where(tuple_(*key) > tuple_(*(literal(one) for one in seen)))
    found = [_person(row) for row in await unit.connection.execute(query)]
    return Page(items=found[:limit], next=found[limit - 1].person_id if len(found) > limit else None)


async def like(unit: Unit, words: str, limit: int, addresses: bool = False) -> list[Person]:
    """People in whose name or id all of these words stand; with `addresses`, in their mail address as well."""
    where = [PERSON.c.name, PERSON.c.person_id, *([PERSON.c.address] if addresses else [])]
    query = select(PERSON).order_by(PERSON.c.left, func.lower(PERSON.c.name), PERSON.c.person_id).limit(limit)
    for word in words.lower().split():
        query = query.where(or_(*(func.lower(column).contains(word, autoescape=True) for column in where)))
    return [_person(row) for row in await unit.connection.execute(query)]


async def called(unit: Unit, name: str) -> list[Person]:
    """Everybody who is called just this, however its letters are written."""
    rows = await unit.connection.execute(select(PERSON).where(func.lower(PERSON.c.name) == name.lower()).limit(FEW))
    return [_person(row) for row in rows]


async def known_to(unit: Unit, ids: Sequence[str], addresses: Sequence[str]) -> Known:
    """What has to be known of the directory to take in people with these ids and addresses."""
    keys = [address_key(one) for one in addresses]
    people = [*await _of(unit, PERSON.c.address_key, keys)]
    people += await _of(unit, PERSON.c.person_id, ids)
    known = Known({}, {}, await erased_of(unit, ids))
    for person in people:
        known.put(person)
    return known


async def erased_of(unit: Unit, ids: Sequence[str]) -> set[str]:
    """Those of these ids that were erased."""
    found: set[str] = set()
    for some in _few(ids):
        query = select(ERASED.c.person_id).where(ERASED.c.person_id.in_(some))
        found |= set((await unit.connection.execute(query)).scalars())
    return found


async def hold(unit: Unit) -> None:
    """Have the directory to oneself before anything is read of it, all replicas one after another.

    Whoever is told of while they are erased would come back, and two could be given one address: PostgreSQL sees no
    race where nobody changes what another one changes.
    """
    if not unit.alone:
        await unit.connection.execute(text(f'LOCK TABLE "{unit.service}"."{PERSON.name}" IN SHARE ROW EXCLUSIVE MODE'))


async def put(unit: Unit, people: Sequence[Person]) -> None:
    """Keep people as they are told."""
    for start in range(0, len(people), FEW):
        await upsert(unit.connection, PERSON, [_row(person) for person in people[start : start + FEW]])


async def erase(unit: Unit, person_id: str) -> None:
    """Take a person out of the directory, and remember that this id was erased."""
    await hold(unit)
    await unit.connection.execute(delete(PERSON).where(PERSON.c.person_id == person_id))
    await insert_new(unit.connection, ERASED, {"person_id": person_id, "erased_at": unit.now})


async def all_erased(unit: Unit) -> list[str]:
    """Every id that was ever erased."""
    return list((await unit.connection.execute(select(ERASED.c.person_id).order_by(ERASED.c.person_id))).scalars())


async def erase_again(connection: AsyncConnection, ids: Mapping[str, Any]) -> int:
    """Erase whoever has one of these ids from a directory that was just restored; `ids` tells when each was erased."""
    gone = 0
    for some in _few(list(ids)):
        gone += (await connection.execute(delete(PERSON).where(PERSON.c.person_id.in_(some)))).rowcount
        for one in some:
            await insert_new(connection, ERASED, {"person_id": one, "erased_at": ids[one]})
    return gone


async def _of(unit: Unit, column: ColumnElement[str], values: Iterable[str]) -> list[Person]:
    found: list[Person] = []
    for some in _few([*values]):
        rows = await unit.connection.execute(select(PERSON).where(column.in_(some)))
        found += [_person(row) for row in rows]
    return found


def _few(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + FEW] for start in range(0, len(values), FEW))


def _row(person: Person) -> dict[str, Any]:
    return {**person.model_dump(), "address_key": address_key(person.address) if person.address else None}


def _person(row: Any) -> Person:
    return Person(**{name: getattr(row, name) for name in Person.model_fields})
