"""The durable consumers of evaluators and trackers: made and forgotten with the key of the service that they read."""

import asyncio
from contextlib import suppress

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import NotFoundError

from shared.bus.accounts.keyring import Keyring
from shared.bus.accounts.members import Kind
from shared.bus.connecting import Key, connect
from shared.bus.outcomes import SPEAKER
from shared.bus.streams import Ear, provision

TRIES, PAUSE = 6, 0.4
"""How often, and with how many seconds in between, a server is asked that has just been told to read accounts anew."""


async def make(keyring: Keyring, url: str, ear: Ear) -> bool:
    """Make somebody's consumer; False where the bus cannot be reached from here."""
    for _ in range(TRIES):
        client = await _connected(keyring, url)
        if client is None:
            return False
        try:
            await provision(client, [ear])
        except NatsTimeout:
            return False
        except NatsError:
            # While a server reads accounts anew, an account is without JetStream for a moment.
            await asyncio.sleep(PAUSE)
        else:
            return True
        finally:
            await client.close()
    return False


async def forget(keyring: Keyring, url: str, ear: Ear) -> bool:
    """Take somebody's consumer away; False where the bus cannot be reached from here."""
    client = await _connected(keyring, url)
    if client is None:
        return False
    try:
        with suppress(NotFoundError):
            await client.jetstream().delete_consumer(ear.stream, ear.service)
    except NatsError:
        return False
    finally:
        await client.close()
    return True


async def _connected(keyring: Keyring, url: str) -> Client | None:
    file = keyring.file(Kind.SERVICE, SPEAKER)
    if not url or not file.exists():
        return None
    # Whoever waits at a terminal is told soon: of itself nats-py tries sixty times, two seconds apart.
    once = {"allow_reconnect": False, "max_reconnect_attempts": 1, "reconnect_time_wait": 0.2}
    for _ in range(TRIES):
        try:
            return await connect(url, Key(SPEAKER, file), **once, connect_timeout=5, error_cb=_quietly)
        except (NatsError, OSError):
            await asyncio.sleep(PAUSE)
    return None


async def _quietly(_error: Exception) -> None:
    """The command says what came of it."""
