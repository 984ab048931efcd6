"""The first five minutes: whoever starts Throughline on their own machine can sign in at once, without any set-up."""

from datetime import timedelta

from shared.access import accounts, signing_in
from shared.access.accounts import Account
from shared.access.caller import Role
from shared.access.register import Register
from shared.access.websites import LOOPBACK
from shared.web.addresses import parts_of

FIRST = "administrator"
"""The id of the first who may sign in, until somebody grants it to another."""
LASTS = timedelta(hours=1)


async def first_link(register: Register, host: str) -> str | None:
    """A link by which an administrator signs in, once; none where others than this machine could use it.

    Behind a proxy others could, and the link would lie in the log of a system.
    """
    if host not in LOOPBACK or parts_of(register.url).hostname not in LOOPBACK:
        return None
    known = await accounts.accounts(register)
    administrators = [one.person_id for one in known if Role.ADMINISTRATOR in one.roles]
    if not administrators:
        await accounts.grant(register, Account(person_id=FIRST, roles=frozenset({Role.ADMINISTRATOR})))
        administrators = [FIRST]
    person = FIRST if FIRST in administrators else administrators[0]
    return await signing_in.mint_link(register, person, LASTS)
