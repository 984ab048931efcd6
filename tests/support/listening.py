"""A house that really answers at a port of this machine, and programs that listen to its events."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import uvicorn
from fastapi import FastAPI

WITHIN = 20.0


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[tuple[str, uvicorn.Server]]:
    """The app at a free port: its address, and the server that may be told to stop."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=5))
    app.state.is_ending = lambda: server.should_exit
    task = asyncio.create_task(server.serve([listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", server
    finally:
        server.should_exit = True
        await task


@dataclass
class Heard:
    """What came on a stream until it ended."""

    status: int = 0
    events: list[dict[str, str]] = field(default_factory=list)
    comments: int = 0
    ended: bool = False

    @property
    def ids(self) -> list[str]:
        return [one["id"] for one in self.events if "id" in one]


async def listen(http: httpx.AsyncClient, heard: Heard, last: str | None = None, **asked: str) -> None:
    """Listen until the stream ends, as a browser's EventSource would."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
    async with http.stream("GET", "/events", headers=headers, params=asked, timeout=None) as answer:
        heard.status = answer.status_code
        event: dict[str, str] = {}
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if not line:
                heard.events += [event] if "data" in event else []
                event = {}
            elif not name:
                heard.comments += 1
            else:
                event[name] = value
    heard.ended = True


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(WITHIN):
        while not condition():  # noqa: ASYNC110 - what is waited for is in somebody else's hands
            await asyncio.sleep(0.02)
