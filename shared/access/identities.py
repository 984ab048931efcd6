"""Whom a provider's subjects are here: introduced once by mail address, known by their subject from then on."""

from hashlib import sha256

from sqlalchemy import select

from shared.access.register import Register
from shared.access.tables import IdentityRow
from shared.storage.database import insert_new
from shared.storage.tables import table

IDENTITY = table(IdentityRow)


async def known(register: Register, issuer: str, subject: str) -> str | None:
    """The person whom a provider calls by this subject; None for whoever was not introduced yet."""
    query = select(IDENTITY.c.person_id).where(IDENTITY.c.hash == _hash(issuer, subject))
    async with register.database.reading(briefly=True) as connection:
        found: str | None = await connection.scalar(query)
    return found


async def introduce(register: Register, issuer: str, subject: str, person_id: str) -> bool:
    """Remember that this subject is this person; False where the provider has called them by another before.

    An address may be given to somebody else one day. A subject may not.
    """
    key = _hash(issuer, subject)
    row = {"hash": key, "issuer": issuer, "person_id": person_id, "since": register.clock.now()}
    async with register.writing() as connection:
        await insert_new(connection, IDENTITY, row)
        # It may have been introduced a moment ago, by a second press of the button.
        found = await connection.scalar(select(IDENTITY.c.person_id).where(IDENTITY.c.hash == key))
    return bool(found == person_id)


def _hash(issuer: str, subject: str) -> str:
    """What is kept of a subject: some providers take an address for one."""
    return sha256(f"{issuer}\n{subject}".encode()).hexdigest()
