"""Signing in: a link that is used up by its first use, and then what the browser shows until it is signed out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.access.accounts import ACCOUNT, LINK, SIGN_IN, Account, read
from shared.access.register import Register
from shared.access.secrets import hashed, new_secret
from shared.errors import Unknown
from shared.storage.database import insert_new

STAYS = timedelta(days=14)
"""How long somebody stays signed in."""
LINK_LASTS = timedelta(minutes=15)
"""How long a link to sign in can be used."""
ENOUGH = 5
"""So many links of a person may wait: who asks in their name over and over neither floods nor locks them out."""
NAME = 16
"""How many letters of a hash tell a person's sign-ins from each other."""


async def mint_link(register: Register, person_id: str, lasts: timedelta = LINK_LASTS) -> str:
    """A new link by which this person can sign in, once; raises Unknown for whoever has no account."""
    return f"{register.url}/sign-in/link?key={await mint(register, person_id, lasts)}"


async def mint(register: Register, person_id: str, lasts: timedelta) -> str:
    """The secret of a new link for this person; raises Unknown for whoever has no account."""
    secret, now = new_secret(), register.clock.now()
    async with register.writing() as connection:
        if not await _may_come_in(connection, person_id):
            raise Unknown("account of", person_id, field="person_id")
        await connection.execute(delete(LINK).where(LINK.c.expires_at <= now))
        row = {"hash": hashed(secret), "person_id": person_id, "expires_at": now + lasts}
        await insert_new(connection, LINK, row)
    return secret


async def _may_come_in(connection: AsyncConnection, person_id: str) -> bool:
    """Whether a person has an account, which nobody takes away before this transaction ends.

    Else what is begun just then would come alive again with an account that is granted later.
    """
    theirs = select(ACCOUNT.c.person_id).where(ACCOUNT.c.person_id == person_id).with_for_update(read=True)
    return await connection.scalar(theirs) is not None


async def has_enough(register: Register, person_id: str) -> bool:
    """Whether so many links of this person still work that they need no more."""
    theirs = select(func.count()).where(LINK.c.person_id == person_id, LINK.c.expires_at > register.clock.now())
    async with register.database.reading(briefly=True) as connection:
        return (await connection.scalar(theirs) or 0) >= ENOUGH


async def use(register: Register, key: str) -> str | None:
    """Use up a link: what the browser is to show from now on; None where it was used before, or came too late."""
    used = delete(LINK).where(LINK.c.hash == hashed(key), LINK.c.expires_at > register.clock.now())
    async with register.writing() as connection:
        row = (await connection.execute(used.returning(LINK.c.person_id))).first()
    return await begin(register, row.person_id) if row else None


async def begin(register: Register, person_id: str) -> str | None:
    """Sign a person in, who has shown who they are; None for whoever has no account."""
    secret, now = new_secret(), register.clock.now()
    async with register.writing() as connection:
        if not await _may_come_in(connection, person_id):
            return None
        await connection.execute(delete(SIGN_IN).where(SIGN_IN.c.expires_at <= now))
        row = {"hash": hashed(secret), "person_id": person_id, "since": now, "expires_at": now + STAYS}
        await insert_new(connection, SIGN_IN, row)
    return secret


async def end(register: Register, secret: str) -> None:
    """Sign out: what the browser shows is worth nothing from now on."""
    async with register.writing() as connection:
        await connection.execute(delete(SIGN_IN).where(SIGN_IN.c.hash == hashed(secret)))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One browser in which somebody is signed in."""

    name: str
    """By which it is told from the others; nobody can come in with it."""
    since: datetime
    until: datetime


def name_of(secret: str) -> str:
    """The name of what a browser shows."""
    return hashed(secret)[:NAME]


async def sign_ins(register: Register, person_id: str) -> list[SignedIn]:
    """Where a person is signed in, newest first."""
    theirs = select(SIGN_IN).where(SIGN_IN.c.person_id == person_id, SIGN_IN.c.expires_at > register.clock.now())
    async with register.database.reading(briefly=True) as connection:
        rows = await connection.execute(theirs.order_by(SIGN_IN.c.since.desc(), SIGN_IN.c.hash))
        return [SignedIn(row.hash[:NAME], row.since, row.expires_at) for row in rows]


async def end_one(register: Register, person_id: str, name: str) -> None:
    """Sign a person out in the browser of this name; nothing, where it is not theirs."""
    theirs = delete(SIGN_IN).where(SIGN_IN.c.person_id == person_id, SIGN_IN.c.hash.startswith(name, autoescape=True))
    async with register.writing() as connection:
        await connection.execute(theirs)


async def end_others(register: Register, person_id: str, secret: str) -> None:
    """Sign a person out everywhere but in the browser that shows this."""
    others = delete(SIGN_IN).where(SIGN_IN.c.person_id == person_id, SIGN_IN.c.hash != hashed(secret))
    async with register.writing() as connection:
        await connection.execute(others)


async def signed_in(register: Register, secret: str) -> Account | None:
    """Whose browser shows this; None once they signed out, stayed too long, or have no account any more."""
    theirs = select(ACCOUNT).join(SIGN_IN, SIGN_IN.c.person_id == ACCOUNT.c.person_id)
    theirs = theirs.where(SIGN_IN.c.hash == hashed(secret), SIGN_IN.c.expires_at > register.clock.now())
    async with register.database.reading(briefly=True) as connection:
        row = (await connection.execute(theirs)).first()
    return read(row) if row else None
