"""What is asked of a provider over the network: within some seconds, up to some size, and never elsewhere."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

import httpx

from shared.access.failing import NoAnswer
from shared.errors import Malformed
from shared.events import strict_json

WITHIN = 8.0
"""Seconds that one answer may take, from its first byte to its last."""
LARGEST = 262_144
"""The most bytes of an answer."""
REMEMBERED_FOR = 3600.0
"""Seconds for which is remembered what a provider says of itself and of its keys."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer."""

    status: int
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        """The JSON object in it."""
        try:
            return strict_json.read(self.body, LARGEST)
        except Malformed as error:
            raise NoAnswer("an answer is not a JSON object") from error


async def fetch(
    method: str,
    url: str,
    form: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
    bearer: str | None = None,
) -> Fetched:
    """Ask; redirects are not followed. Raises NoAnswer where no answer comes that anything can be made of."""
    headers = {"Accept": "application/json"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    auth = httpx.BasicAuth(*basic) if basic else None
    client = httpx.AsyncClient(verify=_trusted(), timeout=WITHIN, headers=headers, auth=auth)
    try:
        async with asyncio.timeout(WITHIN), client, client.stream(method, url, data=form) as answer:
            body = b""
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise NoAnswer("an answer is too long")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:  # a TimeoutError is an OSError
        raise NoAnswer(type(error).__name__) from error
    if answer.status_code >= 500 or answer.status_code == 429:
        raise NoAnswer(f"an answer has the status {answer.status_code}")
    return Fetched(answer.status_code, body)


async def fetch_document(url: str, bearer: str | None = None) -> dict[str, Any]:
    """The JSON object at an address; raises NoAnswer where there is none."""
    fetched = await fetch("GET", url, bearer=bearer)
    if fetched.status != 200:
        raise NoAnswer(f"an answer has the status {fetched.status}")
    return fetched.told


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Those who vouch for websites; to read them takes a while."""
    return ssl.create_default_context()


class Remembered(Generic[T]):
    """What was fetched, for as long as it is likely to hold."""

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._known: tuple[float, T] | None = None

    @property
    def is_here(self) -> bool:
        """Whether it need not be asked for."""
        return self._known is not None and time.monotonic() - self._known[0] < REMEMBERED_FOR

    async def now(self) -> T:
        """It, as it was told within the last hour."""
        return self._known[1] if self._known and self.is_here else await self.anew()

    async def anew(self) -> T:
        """It, asked for again."""
        told = await self._ask()
        self._known = (time.monotonic(), told)
        return told
