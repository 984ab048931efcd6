"""Connecting to the bus: with the key of whoever connects, where the bus has keys, and on inboxes of its own."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nats.aio.client import Client

from shared.bus.accounts.keyring import KEYS, file_name
from shared.bus.accounts.members import Kind, inbox_of
from shared.bus.accounts.nkeys import BadSeed, is_seed, public_key, sign
from shared.settings import Settings


class KeyMissing(Exception):
    """There is no key for {who} at {file}. Make it with `throughline bus config`, and name its folder with
    THROUGHLINE_NATS_KEYS.
    """

    def __init__(self, who: str, file: Path) -> None:
        super().__init__(" ".join((self.__doc__ or "").format(who=who, file=file).split()))


@dataclass(frozen=True, slots=True)
class Key:
    """By what somebody is known on the bus: a seed, or the file that holds it, read anew at each connection."""

    name: str
    file: Path | None = None
    text: str = field(default="", repr=False)

    @property
    def seed(self) -> str:
        if self.file is None:
            return self.text
        try:
            seed = self.file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise KeyMissing(self.name, self.file) from None
        except UnicodeDecodeError:
            raise BadSeed(self.file) from None
        if not is_seed(seed):
            raise BadSeed(self.file)
        return seed

    @property
    def inbox(self) -> str:
        return inbox_of(self.name)


class Tidy(Client):
    """A connection that leaves no socket open of a server that turns it away; nats-py forgets those."""

    async def _process_connect_init(self) -> None:
        try:
            await super()._process_connect_init()
        except BaseException:
            if self._transport is not None:
                self._transport.close()  # type: ignore[no-untyped-call]
            raise


class KeyedClient(Tidy):
    """A connection that proves who it is by an nkey; nats-py would want a package of its own for that."""

    def __init__(self, key: Key) -> None:
        self._key, self._seed = key, key.seed
        super().__init__()

    @property
    def _public_nkey(self) -> str:
        return public_key(self._seed)

    @_public_nkey.setter
    def _public_nkey(self, _value: object) -> None:
        """nats-py clears it at the start; ours is that of the key as it is now."""

    def signed(self, nonce: str) -> bytes:
        """The server's nonce, signed; what nats-py asks for first of all at each connection."""
        # The key may be another by now. What cannot be read must not end the attempts to come back.
        with suppress(KeyMissing, BadSeed, OSError):
            self._seed = self._key.seed
        return sign(self._seed, nonce)


async def connect(urls: str | Iterable[str], key: Key | None, **options: Any) -> Client:
    """A connection; with a key, on inboxes that are its own."""
    client = Tidy()
    if key is not None:
        client = keyed = KeyedClient(key)
        # nats-py signs only for whom it believes to have credentials; the user's name is not sent where it can sign.
        options |= {"inbox_prefix": key.inbox, "user": key.name, "signature_cb": keyed.signed}
    try:
        await client.connect(urls.split(",") if isinstance(urls, str) else list(urls), **options)
    except BaseException:
        with suppress(Exception):
            await client.close()
        raise
    return client


def key_of_service(name: str, settings: Settings) -> Key | None:
    """The key of a service: in the folder that the settings name, else where a bus of our own keeps it, if it does."""
    if settings.nats_keys:
        return _there(name, Path(settings.nats_keys) / file_name(Kind.SERVICE, name))
    file = settings.bus / KEYS / file_name(Kind.SERVICE, name)
    return _there(name, file) if not settings.nats and file.exists() else None


def _there(name: str, file: Path) -> Key:
    key = Key(name, file)
    # Read now, not at the first connection: who lacks a key is told so at the start.
    key.seed  # noqa: B018 - to read it is to check it
    return key
