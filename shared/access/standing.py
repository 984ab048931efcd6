"""Who somebody is who asked for something that goes on: as they stand now, by what they are called at the door."""

from sqlalchemy import select

from shared.access import accounts
from shared.access.caller import ALL_RIGHTS, Caller
from shared.access.register import Register
from shared.access.tokens import TOKEN, read
from shared.people import Directory


async def standing(register: Register, directory: Directory, label: str) -> Caller | None:
    """The caller of this label; none where they would not be let in any more."""
    if label == ALL_RIGHTS.label:
        return ALL_RIGHTS
    kind, _, id = label.partition(" ")
    caller = await _person(register, id) if kind == "person" else await _token(register, id)
    if caller is None or caller.person_id is None:
        return caller
    person = (await directory.named([caller.person_id])).get(caller.person_id)
    return None if person and person.left else caller


async def _person(register: Register, person_id: str) -> Caller | None:
    account = await accounts.account(register, person_id)
    return account.caller if account else None


async def _token(register: Register, token_id: str) -> Caller | None:
    async with register.database.reading(briefly=True) as connection:
        row = (await connection.execute(select(TOKEN).where(TOKEN.c.token_id == token_id))).first()
    if row is None or row.revoked_at or (row.expires_at and row.expires_at <= register.clock.now()):
        return None
    return read(row).caller
