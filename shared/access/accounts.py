"""Accounts: which person may sign in, as what, and for which jurisdictions."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import spellings
from shared.access.caller import Caller, Role
from shared.access.register import Register
from shared.access.tables import AccountRow, IdentityRow, LinkRow, RevokedRow, SignInRow, TokenRow
from shared.errors import Conflict, Unknown
from shared.events.fields import Jurisdiction, Slug, refusal
from shared.storage.illegible import make_illegible
from shared.storage.listing import Asked, Page
from shared.storage.many import upsert
from shared.storage.scrubbing import scrub
from shared.storage.tables import table

ACCOUNT, SIGN_IN, LINK, TOKEN = table(AccountRow), table(SignInRow), table(LinkRow), table(TokenRow)
IDENTITY, REVOKED = table(IdentityRow), table(RevokedRow)
ERASED = spellings.ERASED.decode()
OF_PEOPLE = frozenset(Role) - {Role.TRACKER}
FEW = 500
"""So many people are asked about in one statement."""


class LastAdministrator(Conflict):
    """{who} is the last administrator: nobody could let anybody in any more but whoever has the key beside the data.
    Make somebody else administrator first; or revoke it with even_the_last (--even-the-last).
    """

    def __init__(self, who: str) -> None:
        super().__init__("person_id", who=who)


class Scope(BaseModel):
    """What somebody may do, and where."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    roles: frozenset[Role] = Field(min_length=1)
    jurisdictions: frozenset[Jurisdiction | Literal["*"]] = frozenset()


class Account(Scope):
    """A person who may sign in."""

    person_id: Slug
    granted_at: datetime | None = None

    @field_validator("roles")
    @classmethod
    def _of_people(cls, roles: frozenset[Role]) -> frozenset[Role]:
        if Role.TRACKER in roles:
            raise refusal("a tracker is no person: give it a token with `throughline token make`")
        return roles

    @property
    def caller(self) -> Caller:
        """Who asks when this person does."""
        return Caller(f"person {self.person_id}", self.roles, self.person_id, self.jurisdictions)


async def grant(register: Register, account: Account) -> Account:
    """Let a person sign in, as what is told here and nothing else.

    Raises LastAdministrator where by that nobody would administer any more.
    """
    granted = account.model_copy(update={"granted_at": register.clock.now()})
    async with register.writing() as connection:
        if Role.ADMINISTRATOR not in account.roles:
            await _see_that_one_stays(connection, account.person_id)
        row = {"person_id": granted.person_id, "granted_at": granted.granted_at, **joined(granted)}
        await upsert(connection, ACCOUNT, [row])
    return granted


async def revoke(register: Register, person_id: str, even_the_last: bool = False) -> None:
    """Let a person sign in no more, nor a program in their name, and end what they began.

    Raises Unknown where nobody may sign in by this id, LastAdministrator where nobody else administers.
    """
    async with register.writing() as connection:
        if not even_the_last:
            await _see_that_one_stays(connection, person_id)
        gone = await connection.execute(delete(ACCOUNT).where(ACCOUNT.c.person_id == person_id))
        for kept in (SIGN_IN, LINK, IDENTITY):
            await connection.execute(delete(kept).where(kept.c.person_id == person_id))
        now = register.clock.now()
        await _revoke_tokens(connection, [person_id], now)
        if gone.rowcount:
            await upsert(connection, REVOKED, [{"person_id": person_id, "at": now}])
    if not gone.rowcount:
        raise Unknown("account of", person_id, field="person_id")


async def _see_that_one_stays(connection: AsyncConnection, leaves: str) -> None:
    # Held until all is committed: of two who revoke each other's, the second has to see that the first has.
    held = select(ACCOUNT).order_by(ACCOUNT.c.person_id).with_for_update()
    known = map(read, await connection.execute(held))
    if {one.person_id for one in known if Role.ADMINISTRATOR in one.roles} == {leaves}:
        raise LastAdministrator(leaves)


async def sign_out(register: Register, people: Collection[str]) -> None:
    """End what lets these people in who have left; should they come back, their accounts are still there."""
    async with register.writing() as connection:
        for kept in (SIGN_IN, LINK):
            await connection.execute(delete(kept).where(kept.c.person_id.in_(people)))
        await _revoke_tokens(connection, people, register.clock.now())


async def forget(register: Register, person_id: str, words: Sequence[str] = ()) -> bool:
    """Let nobody in by this person's id any more: neither them, nor a program that asks in their name.

    Tokens that somebody called by these words are called by them no more; tells whether the files are clean of it.
    """
    async with register.writing() as connection:
        named = await forget_all(connection, [person_id], register.clock.now(), words)
    return await scrub(register.database, "token") if named else True


async def forget_all(
    connection: AsyncConnection, people: Collection[str], now: datetime, words: Sequence[str] = ()
) -> int:
    """The same for many people, in a register that is open already; how many tokens were renamed."""
    for kept in (ACCOUNT, SIGN_IN, LINK, IDENTITY, REVOKED):
        await connection.execute(delete(kept).where(kept.c.person_id.in_(people)))
    await _revoke_tokens(connection, people, now)
    in_their_name = update(TOKEN).where(TOKEN.c.person_id.in_(people), TOKEN.c.label != ERASED)
    renamed = await connection.execute(in_their_name.values(label=ERASED))
    return renamed.rowcount + await make_illegible(connection, TOKEN, ("label",), words)


async def _revoke_tokens(connection: AsyncConnection, people: Collection[str], now: datetime) -> None:
    theirs = update(TOKEN).where(TOKEN.c.person_id.in_(people), TOKEN.c.revoked_at.is_(None))
    await connection.execute(theirs.values(revoked_at=now))


async def accounts(register: Register) -> list[Account]:
    """Everybody who may sign in."""
    async with register.database.reading() as connection:
        return [read(row) for row in await connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.person_id))]


async def administrators(register: Register) -> frozenset[str]:
    """The people who may administer this Throughline."""
    return frozenset(one.person_id for one in await accounts(register) if Role.ADMINISTRATOR in one.roles)


async def revoked_since(register: Register, person_id: str, moment: datetime) -> bool:
    """Whether this person was let in no more at some time after this moment, whatever they may again by now."""
    query = select(REVOKED.c.at).where(REVOKED.c.person_id == person_id)
    async with register.database.reading(briefly=True) as connection:
        at = await connection.scalar(query)
    return at is not None and at >= moment


async def of(register: Register, people: Sequence[str]) -> list[Account]:
    """The accounts that some of these people have."""
    found: list[Account] = []
    async with register.database.reading(briefly=True) as connection:
        for start in range(0, len(people), FEW):
            theirs = ACCOUNT.c.person_id.in_(people[start : start + FEW])
            found += map(read, await connection.execute(select(ACCOUNT).where(theirs)))
    return found


async def page(register: Register, asked: Asked) -> Page[Account]:
    """Some of them, by the ids of the people; the cursor is the last id that was seen."""
    query = select(ACCOUNT).order_by(ACCOUNT.c.person_id).limit(asked.limit + 1)
    if asked.cursor:
        query = query.where(ACCOUNT.c.person_id > asked.cursor)
    async with register.database.reading() as connection:
        found = [read(row) for row in await connection.execute(query)]
    rest = found[asked.limit - 1].person_id if len(found) > asked.limit else None
    return Page(items=found[: asked.limit], next=rest)


async def account(register: Register, person_id: str) -> Account | None:
    """One person's account, if they have one."""
    async with register.database.reading(briefly=True) as connection:
        row = (await connection.execute(select(ACCOUNT).where(ACCOUNT.c.person_id == person_id))).first()
    return read(row) if row else None


def read(row: Any) -> Account:
    """The account that a row tells of."""
    return Account.model_construct(
        person_id=row.person_id,
        roles=frozenset(Role(role) for role in parted(row.roles)),
        jurisdictions=frozenset(parted(row.jurisdictions)),
        granted_at=row.granted_at,
    )


def joined(scope: Scope) -> dict[str, str]:
    """Roles and jurisdictions as a row has them."""
    return {"roles": ",".join(sorted(scope.roles)), "jurisdictions": ",".join(sorted(scope.jurisdictions))}


def parted(text: str) -> Iterable[str]:
    """What stands in a row, one by one."""
    return filter(None, text.split(","))
