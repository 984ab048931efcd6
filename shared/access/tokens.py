"""Tokens: what programs show at the door; made once, shown once, kept as a hash, refused once revoked or expired."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from pydantic import ConfigDict, Field, model_validator
from sqlalchemy import and_, or_, select, update

from shared.access.accounts import Scope, joined, parted
from shared.access.caller import Caller, Role
from shared.access.register import Register
from shared.access.secrets import hashed, new_token
from shared.access.tables import TokenRow
from shared.errors import NotNow, Unknown
from shared.events.fields import Label, Slug, refusal
from shared.storage.listing import Asked, Page
from shared.storage.many import upsert
from shared.storage.tables import table

TOKEN = table(TokenRow)
USED_EVERY = timedelta(minutes=1)
"""How long after its last use a token's next one is noted: not every request is worth a write."""


class Wanted(Scope):
    """A token that somebody wants: whose, for what, and how long."""

    label: Label = Field(description="What it is for; never a name of a person.")
    source: Slug | None = None
    person_id: Slug | None = None
    reads_only: bool = False
    days: int | None = Field(default=365, ge=1, le=3660)

    @model_validator(mode="after")
    def _tracker_has_a_source(self) -> "Wanted":
        if (Role.TRACKER in self.roles) != (self.source is not None):
            raise refusal("a tracker's token names its source, and no other token does")
        return self


class Token(Scope):
    """A token, as far as anybody is told after it was made."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    token_id: str
    label: str
    source: str | None = None
    person_id: str | None = None
    reads_only: bool = False
    made_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def caller(self) -> Caller:
        """Who asks when this token is shown."""
        return Caller(
            f"token {self.token_id}", self.roles, self.person_id, self.jurisdictions, self.source, self.reads_only
        )


async def make(register: Register, wanted: Wanted) -> tuple[Token, str]:
    """Make a token; what is given back beside it is shown this once."""
    token_id, secret = new_token()
    token = _token(register, wanted, token_id)
    await keep(register, token, secret)
    return token, secret


def _token(register: Register, wanted: Wanted, token_id: str) -> Token:
    now = register.clock.now()
    expires = now + timedelta(days=wanted.days) if wanted.days else None
    return Token(**wanted.model_dump(exclude={"days"}), token_id=token_id, made_at=now, expires_at=expires)


async def keep(register: Register, token: Token, secret: str) -> None:
    """Have a token on record, in place of another of the same id."""
    told = token.model_dump(exclude={"roles", "jurisdictions"})
    async with register.writing() as connection:
        await upsert(connection, TOKEN, [{**told, **joined(token), "hash": hashed(secret)}])


async def revoke(register: Register, token_id: str) -> None:
    """Refuse a token from now on; raises Unknown where there is none with this id."""
    async with register.writing() as connection:
        revoking = update(TOKEN).where(TOKEN.c.token_id == token_id, TOKEN.c.revoked_at.is_(None))
        done = await connection.execute(revoking.values(revoked_at=register.clock.now()))
        is_known = await connection.scalar(select(TOKEN.c.token_id).where(TOKEN.c.token_id == token_id))
    if not done.rowcount and is_known is None:
        raise Unknown("token", token_id, field="token_id")


async def tokens(register: Register) -> list[Token]:
    """Every token that was ever made, newest last."""
    async with register.database.reading() as connection:
        return [read(row) for row in await connection.execute(select(TOKEN).order_by(TOKEN.c.made_at))]


async def page(register: Register, asked: Asked) -> Page[Token]:
    """Some of them, newest last; the cursor is the id of the last one that was seen."""
    query = select(TOKEN).order_by(TOKEN.c.made_at, TOKEN.c.token_id).limit(asked.limit + 1)
    if asked.cursor:
        made_at = select(TOKEN.c.made_at).where(TOKEN.c.token_id == asked.cursor).scalar_subquery()
        as_old = and_(TOKEN.c.made_at == made_at, TOKEN.c.token_id > asked.cursor)
        query = query.where(or_(TOKEN.c.made_at > made_at, as_old))
    async with register.database.reading() as connection:
        found = [read(row) for row in await connection.execute(query)]
    rest = found[asked.limit - 1].token_id if len(found) > asked.limit else None
    return Page(items=found[: asked.limit], next=rest)


async def shown(register: Register, secret: str) -> Token | None:
    """The token that somebody shows, if it may still be used; notes that it was."""
    now = register.clock.now()
    async with register.database.reading(briefly=True) as connection:
        row = (await connection.execute(select(TOKEN).where(TOKEN.c.hash == hashed(secret)))).first()
    if row is None or row.revoked_at or (row.expires_at and row.expires_at <= now):
        return None
    if row.used_at is None or now - row.used_at >= USED_EVERY:
        # Whether it could be noted is nothing to whoever comes in: a full disk must not lock the door.
        with suppress(NotNow):
            await _note(register, row.token_id, now)
    return read(row)


async def _note(register: Register, token_id: str, now: datetime) -> None:
    earlier = or_(TOKEN.c.used_at.is_(None), TOKEN.c.used_at <= now - USED_EVERY)
    async with register.writing() as connection:
        await connection.execute(update(TOKEN).where(TOKEN.c.token_id == token_id, earlier).values(used_at=now))


async def find(register: Register, secret: str) -> Token | None:
    """The token of which this is the secret, be it revoked or expired."""
    async with register.database.reading(briefly=True) as connection:
        row = (await connection.execute(select(TOKEN).where(TOKEN.c.hash == hashed(secret)))).first()
    return read(row) if row else None


def read(row: Any) -> Token:
    """The token that a row tells of."""
    told = dict(row._mapping)
    told["roles"] = frozenset(Role(role) for role in parted(row.roles))
    told["jurisdictions"] = frozenset(parted(row.jurisdictions))
    return Token.model_construct(**{name: told[name] for name in Token.model_fields})
