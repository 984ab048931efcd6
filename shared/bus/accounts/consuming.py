"""The durable consumers of evaluators: made and forgotten with the key of the service whose outcomes they read."""

from contextlib import suppress

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from shared.bus.accounts.keyring import Keyring
from shared.bus.accounts.members import Kind
from shared.bus.connecting import Key, connect
from shared.bus.outcomes import SPEAKER
from shared.bus.streams import Ear, provision


async def make(keyring: Keyring, url: str, ear: Ear) -> bool:
    """Make an evaluator's consumer; False where the bus cannot be reached from here."""
    client = await _connected(keyring, url)
    if client is None:
        return False
    try:
        await provision(client, [ear])
    except NatsError:
        return False
    finally:
        await client.close()
    return True


async def forget(keyring: Keyring, url: str, ear: Ear) -> bool:
    """Take an evaluator's consumer away; False where the bus cannot be reached from here."""
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
    try:
        return await connect(url, Key(SPEAKER, file), allow_reconnect=False, connect_timeout=5, error_cb=_quietly)
    except (NatsError, OSError):
        return None


async def _quietly(_error: Exception) -> None:
    """The command says what came of it."""
