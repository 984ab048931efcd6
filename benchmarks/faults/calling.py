"""HTTP for the producers: JSON over connections that are kept, in a few lines that cost next to no CPU."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TOKEN = "whoever-breaks-things-is-an-administrator"  # noqa: S105 - of a Throughline that lives for one run
"""What the producers show at the door; the services take it from their settings."""
ANSWERS_WITHIN = 10.0
"""Seconds after which an answer is not waited for any more; whether it was done is then unknown."""


class Unanswered(Exception):
    """No answer came: refused, cut, or too late. It may have been done all the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered."""

    status: int
    told: Any

    @property
    def is_well(self) -> bool:
        return 200 <= self.status < 300


class Caller:
    """Somebody at a desk: one request at a time, over one kept connection to each address."""

    def __init__(self, within: float = ANSWERS_WITHIN) -> None:
        self._within = within
        self._lines: dict[str, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}

    async def post(self, base: str, path: str, told: object) -> Answer:
        """Command; raises Unanswered where it is unknown whether it was done."""
        return await self._call("POST", base, path, json.dumps(told).encode())

    async def get(self, base: str, path: str) -> Answer:
        """Ask; raises Unanswered where nobody answers."""
        return await self._call("GET", base, path, b"")

    def hang_up(self) -> None:
        """Close all connections."""
        for _reader, writer in self._lines.values():
            writer.close()
        self._lines.clear()

    async def _call(self, method: str, base: str, path: str, body: bytes) -> Answer:
        address = urlsplit(base).netloc
        try:
            async with asyncio.timeout(self._within):
                return await self._exchange(method, address, path, body)
        except (OSError, EOFError, TimeoutError, ValueError, asyncio.LimitOverrunError) as error:
            self._drop(address)
            raise Unanswered(f"{address}{path}: {type(error).__name__}") from error
        except BaseException:
            self._drop(address)
            raise

    async def _exchange(self, method: str, address: str, path: str, body: bytes) -> Answer:
        reader, writer = await self._line(address)
        head = f"{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\n"
        kind = "Content-Type: application/json\r\n" if body else ""
        writer.write(f"{head}{kind}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ", 2)[1])
        told = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        content = await reader.readexactly(int(told["content-length"])) if "content-length" in told else b""
        if "content-length" not in told or told.get("connection", "").lower() == "close":
            self._drop(address)
        return Answer(status, json.loads(content) if content else None)

    async def _line(self, address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        line = self._lines.get(address)
        if line is None or line[0].at_eof() or line[1].is_closing():
            self._drop(address)
            host, _, port = address.rpartition(":")
            line = self._lines[address] = await asyncio.open_connection(host, int(port), limit=1 << 20)
        return line

    def _drop(self, address: str) -> None:
        if line := self._lines.pop(address, None):
            line[1].close()
