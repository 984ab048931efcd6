"""Signing in: a link that is used up by its first use, and then what the browser shows until it is signed out."""

from datetime import timedelta

from sqlalchemy import delete, select

from shared.access.accounts import ACCOUNT, LINK, SIGN_IN, Account, account, read
from shared.access.register import Register
from shared.access.secrets import hashed, new_secret
from shared.errors import Unknown
from shared.storage.database import insert_new

STAYS = timedelta(days=14)
"""How long somebody stays signed in."""
LINK_LASTS = timedelta(minutes=15)
"""How long a link to sign in can be used."""


async def mint_link(register: Register, person_id: str, lasts: timedelta = LINK_LASTS) -> str:
    """A new link by which this person can sign in, once; raises Unknown for whoever has no account."""
    return f"{register.url}/sign-in/link?key={await mint(register, person_id, lasts)}"


async def mint(register: Register, person_id: str, lasts: timedelta) -> str:
    """The secret of a new link for this person; raises Unknown for whoever has no account."""
    if await account(register, person_id) is None:
        raise Unknown("account of", person_id, field="person_id")
    secret, now = new_secret(), register.clock.now()
    async with register.writing() as connection:
        await connection.execute(delete(LINK).where(LINK.c.expires_at <= now))
        row = {"hash": hashed(secret), "person_id": person_id, "expires_at": now + lasts}
        await insert_new(connection, LINK, row)
    return secret


async def use(register: Register, key: str) -> str | None:
    """Use up a link: what the browser is to show from now on; None where it was used before, or came too late."""
    used = delete(LINK).where(LINK.c.hash == hashed(key), LINK.c.expires_at > register.clock.now())
    async with register.writing() as connection:
        row = (await connection.execute(used.returning(LINK.c.person_id))).first()
    return await begin(register, row.person_id) if row else None


async def begin(register: Register, person_id: str) -> str | None:
    """Sign a person in, who has shown who they are; None for whoever has no account."""
    if await account(register, person_id) is None:
        return None
    secret, now = new_secret(), register.clock.now()
    async with register.writing() as connection:
        await connection.execute(delete(SIGN_IN).where(SIGN_IN.c.expires_at <= now))
        row = {"hash": hashed(secret), "person_id": person_id, "since": now, "expires_at": now + STAYS}
        await insert_new(connection, SIGN_IN, row)
    return secret


async def end(register: Register, secret: str) -> None:
    """Sign out: what the browser shows is worth nothing from now on."""
    async with register.writing() as connection:
        await connection.execute(delete(SIGN_IN).where(SIGN_IN.c.hash == hashed(secret)))


async def signed_in(register: Register, secret: str) -> Account | None:
    """Whose browser shows this; None once they signed out, stayed too long, or have no account any more."""
    theirs = select(ACCOUNT).join(SIGN_IN, SIGN_IN.c.person_id == ACCOUNT.c.person_id)
    theirs = theirs.where(SIGN_IN.c.hash == hashed(secret), SIGN_IN.c.expires_at > register.clock.now())
    async with register.database.reading() as connection:
        row = (await connection.execute(theirs)).first()
    return read(row) if row else None
