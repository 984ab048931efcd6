"""Sending to webhooks: to the very address that was looked at, once, within some seconds, and never on to elsewhere."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address

import httpx

from services.evaluation.decisions.addresses import Address, Network, is_open, is_public
from services.evaluation.decisions.webhooks import asked_to_wait
from services.evaluation.domain.webhooks import Outcome, Tried
from shared.settings import Settings

KEPT_BYTES = 2_000
"""How much of an answer is read."""
READ_WITHIN = 1.0
"""Seconds for which it is read."""
KEPT_LETTERS = 200
"""How much of it is kept."""
LOOK_UPS = 32
"""How many names are looked up at once; a name server that is silent must not hold up the others."""
CONTENT_TYPE = "application/cloudevents+json"
AGENT = "Throughline"
PRIVATE = (
    "it leads to a private address, and nothing may be sent there unless whoever runs Throughline allows its network"
    " (THROUGHLINE_WEBHOOK_NETWORKS)"
)


class NotOpen(Exception):
    """{reason}"""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Hook:
    """How webhooks are reached."""

    allowed: Sequence[Network]
    """Networks that are not public, and that the settings allow all the same."""
    within: float
    """Seconds that one try may take in all."""

    async def see(self, url: str) -> None:
        """Raise NotOpen where nothing may be sent there."""
        try:
            async with asyncio.timeout(self.within):
                await self._address(httpx.URL(url))
        except TimeoutError:
            raise NotOpen("its name is not found in time") from None

    async def send(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Tried:
        """Try once; whatever happens is told, never raised."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self.within):
                status, retry_after, answer = await self._post(httpx.URL(url), headers, body)
        except TimeoutError:
            return Tried("failed", None, _since(began), "It did not answer in time.")
        except NotOpen as error:
            return Tried("failed", None, _since(began), f"Not sent: {error.reason}.")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return Tried("failed", None, _since(began), f"It cannot be reached ({type(error).__name__}).")
        if 200 <= status < 300:
            return Tried("delivered", status, _since(began), "", answer)
        outcome: Outcome = "gone" if status == 410 else "failed"
        why = f"It answered {status}."
        if 300 <= status < 400:
            why = f"It answered {status}: a redirect is never followed. Change its address."
        return Tried(outcome, status, _since(began), why, answer, asked_to_wait(retry_after, now))

    async def _post(self, url: httpx.URL, headers: Mapping[str, str], body: bytes) -> tuple[int, str, str]:
        address = await self._address(url)
        # What was looked at is what is connected to: a name could lead elsewhere if it were asked for again.
        told = {"Host": url.netloc.decode(), "Content-Type": CONTENT_TYPE, "User-Agent": AGENT, **headers}
        # A client of its own: a kept connection to this address may have been opened under another name.
        async with httpx.AsyncClient(
            verify=_trusted(), trust_env=False, follow_redirects=False, timeout=self.within
        ) as client:
            to = url.copy_with(host=str(address))
            request = client.build_request("POST", to, headers=told, content=body)
            request.extensions["sni_hostname"] = url.host
            answer = await client.send(request, stream=True)
            try:
                return answer.status_code, answer.headers.get("retry-after", ""), await _beginning(answer)
            finally:
                await answer.aclose()

    async def _address(self, url: httpx.URL) -> Address:
        """The address behind a name, if all that are behind it are open to us."""
        found = await _look_up(url.host, url.port or (443 if url.scheme == "https" else 80))
        if not all(is_open(one, self.allowed) for one in found):
            raise NotOpen(PRIVATE)
        if url.scheme != "https" and any(is_public(one) for one in found):
            raise NotOpen("over the open internet events go by https:// only")
        return found[0]


async def _look_up(host: str, port: int) -> list[Address]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(_lookers(), socket.getaddrinfo, host, port, 0, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotOpen("its name is not found") from None
    return [ip_address(one[4][0]) for one in found]


async def _beginning(answer: httpx.Response) -> str:
    """The first letters of an answer, unpacked by nobody."""
    read = b""
    # What it answered is known by now: whoever is slow to say more has taken the event all the same.
    with contextlib.suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(READ_WITHIN):
            async for part in answer.aiter_raw():
                read += part
                if len(read) >= KEPT_BYTES:
                    break
    text = read[:KEPT_BYTES].decode(errors="replace")
    return "".join(letter if letter.isprintable() else " " for letter in text)[:KEPT_LETTERS].strip()


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


@lru_cache(maxsize=1)
def _lookers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="look-up")


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Those who vouch for websites; to read them takes a while."""
    return ssl.create_default_context()


def way_out(settings: Settings) -> Hook:
    """The way out that the settings tell of."""
    return Hook(settings.webhook_networks, settings.webhook_timeout)
