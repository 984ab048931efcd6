"""The door: each request that comes in gets its caller here, before any route sees it."""

from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.access.caller import ALL_RIGHTS, Caller


class Door(Protocol):
    """Tells who is asking."""

    async def caller(self, scope: Scope) -> Caller:
        """Who sends this request; NOBODY where nothing says it."""


class OpenDoor:
    """For plays, replays and tests inside one process: whoever asks may see and do everything."""

    async def caller(self, scope: Scope) -> Caller:
        return ALL_RIGHTS


OPEN_DOOR = OpenDoor()


class AtTheDoor:
    """Puts the caller into each request: `request.state.caller`."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("state", {})["caller"] = await self._door.caller(scope)
        await self._app(scope, receive, send)
