"""The key of the house: an administrator's token in a file beside the data, so that commands on this machine work."""

import os
from contextlib import suppress
from pathlib import Path

from shared.access import tokens
from shared.access.caller import Role
from shared.access.register import Register
from shared.access.secrets import FILE, SHORTEST, found, id_of, new_token
from shared.access.tokens import Token, Wanted
from shared.storage.database import Raced
from shared.whole_files import laid_beside

BY_SETTING = "setting"
"""The id of the token that a setting names: a new one takes the place of the one before."""


class WeakToken(Exception):
    """THROUGHLINE_TOKEN must have at least {shortest} letters that nobody can guess, like those that
    `openssl rand -hex 32` prints; or leave it out.
    """

    def __init__(self) -> None:
        super().__init__(" ".join((self.__doc__ or "").format(shortest=SHORTEST).split()))


async def keep_key(register: Register, folder: Path, told: str) -> Path | None:
    """See that there is an administrator's token: the one that was told, else the one in the folder, else a new one.

    Tells in which file it stands, if it does in one.
    """
    if told:
        if len(told) < SHORTEST:
            raise WeakToken
        await _put_on_record(register, BY_SETTING, told, "the setting THROUGHLINE_TOKEN")
        return None
    file = folder / FILE
    secret = found(folder)
    label = f"the file {FILE}"
    known = await tokens.find(register, secret) if secret else None
    if known is None and id_of(secret):
        # The database is another one than before; the key stays what it was.
        await _put_on_record(register, id_of(secret), secret, label)
    elif known is None or known.revoked_at:
        secret = written(file, new_token()[1], secret)
        await _put_on_record(register, id_of(secret), secret, label)
    return file


def _wanted(label: str) -> Wanted:
    return Wanted(label=label, roles=frozenset({Role.ADMINISTRATOR}), days=None)


async def _put_on_record(register: Register, token_id: str, secret: str, label: str) -> None:
    known = await tokens.find(register, secret)
    if known is None or known.revoked_at:
        wanted = _wanted(label).model_dump(exclude={"days"})
        # Whoever was faster has put the same on record.
        with suppress(Raced):
            await tokens.keep(register, Token(**wanted, token_id=token_id, made_at=register.clock.now()), secret)


def written(file: Path, secret: str, before: str = "") -> str:
    """Have this stand in the file instead of what was read there `before`, and tell what does.

    Where another process began at the same instant and was faster, that is its own.

    Only whoever runs Throughline may read it, from its first byte on.
    """
    beside = laid_beside(file, f"{secret}\n", 0o600)
    try:
        os.link(beside, file)
    except FileExistsError:
        if found(file.parent) == before:
            beside.replace(file)
    beside.unlink(missing_ok=True)
    return found(file.parent)
