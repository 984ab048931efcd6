"""Whoever makes streams on a bus of our own: known to its server for as long as that takes, and no longer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from nats.aio.client import Client
from nats.errors import Error as NatsError

from shared.bus.accounts.keyring import Keyring
from shared.bus.accounts.members import Kind, Member
from shared.bus.accounts.nkeys import new_seed, public_key
from shared.bus.connecting import Key, connect

PATIENCE = 60.0
"""Seconds that a server gets to read who is known."""
FIRST_WAIT = 0.5
"""Seconds in which a new connection is to be answered; at each further try it gets twice as long."""


class Administering:
    """Lets an administrator in for a moment; one at a time."""

    def __init__(self, keyring: Keyring, url: Callable[[], str], read_anew: Callable[[], None]) -> None:
        self._keyring, self._url, self._read_anew = keyring, url, read_anew
        self._turn = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def __call__(self) -> AsyncIterator[Client]:
        """A connection that may make and change streams; its key is known this long."""
        key = Key(str(Kind.ADMINISTRATOR), text=new_seed())
        async with self._turn:
            await self._let_know(Member(Kind.ADMINISTRATOR, key.name, public_key(key.seed)))
            try:
                client = await self._admitted(key)
                try:
                    yield client
                finally:
                    await client.close()
            finally:
                await self._let_know()
                await self._shut_out(key)

    async def _let_know(self, *passing: Member) -> None:
        """Have the server read who is known, beside those who always are."""
        await asyncio.to_thread(self._keyring.write, *passing)
        self._read_anew()

    async def _admitted(self, key: Key) -> Client:
        """A connection, once the server knows the key and answers.

        A server that is reading accounts turns away again whom it has just let in: what they asked is never answered.
        """
        wait = FIRST_WAIT
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(NatsError, OSError):
                    client = await self._connected(key)
                    try:
                        await client.request("$JS.API.INFO", timeout=wait)
                    except BaseException:
                        wait *= 2
                        await client.close()
                        raise
                    return client
                await asyncio.sleep(0.02)

    async def _shut_out(self, key: Key) -> None:
        """Return once the server knows the key no more; one that is away reads so when it comes back."""
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(NatsError, OSError):
                while True:
                    await (await self._connected(key)).close()
                    await asyncio.sleep(0.02)

    async def _connected(self, key: Key) -> Client:
        return await connect(self._url(), key, allow_reconnect=False, error_cb=_quietly)


async def _quietly(_error: Exception) -> None:
    """That the server does not know a key yet is no news."""
