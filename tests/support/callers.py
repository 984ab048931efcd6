"""Services as one caller sees them who is let in without a sign-in: for tests of what is whose."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from httpx import ASGITransport, AsyncClient
from starlette.types import Scope

from shared.access.caller import Caller
from shared.web import frame
from tests.support.services import World, nothing_to_start


class Doorkeeper:
    """Whoever comes is this caller."""

    def __init__(self, comes: Caller) -> None:
        self._comes = comes

    async def caller(self, scope: Scope) -> Caller:
        return self._comes

    async def known(self, scope: Scope) -> Caller:
        return self._comes


@asynccontextmanager
async def asking(world: World, comes: Caller) -> AsyncIterator[AsyncClient]:
    app = frame.build(list(world.services.values()), nothing_to_start, Doorkeeper(comes))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://throughline") as http:
        yield http
