"""A Throughline with a door, and the people and programs that come to it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

from httpx import ASGITransport, AsyncClient, Response

from services import running
from services.replay import IN_MEMORY
from shared.access import accounts, door, signing_in, tokens
from shared.access.accounts import Account
from shared.access.door import COOKIE, GuardedDoor
from shared.access.register import Register
from shared.access.tokens import Wanted
from shared.clock import VirtualClock
from shared.settings import Settings
from shared.web import frame
from shared.web.desk import Desk
from tests.support.empty import prepare
from tests.support.saying import NOW
from tests.support.services import World, nothing_to_start

HERE = "http://throughline"


class House:
    """The services behind a door, and how people and programs come to it."""

    def __init__(self, register: Register, world: World, clock: VirtualClock, app: Any) -> None:
        self.register = register
        self.world = world
        """The same services for whoever administers them."""
        self.clock = clock
        self.app = app

    def comes(self, **headers: str) -> AsyncClient:
        """Somebody who shows this at the door."""
        transport = ASGITransport(self.app, raise_app_exceptions=False)
        return AsyncClient(transport=transport, base_url=HERE, headers=headers)

    async def program(self, *roles: str, **told: Any) -> AsyncClient:
        """A program with a token of its own."""
        wanted = Wanted.model_validate({"label": "test", "roles": roles, **told})
        _token, secret = await tokens.make(self.register, wanted)
        return self.comes(Authorization=f"Bearer {secret}")

    async def person(self, person_id: str, *roles: str, jurisdictions: Sequence[str] = ()) -> AsyncClient:
        """Somebody who signed in with a browser."""
        told = {"person_id": person_id, "roles": roles, "jurisdictions": jurisdictions}
        await accounts.grant(self.register, Account.model_validate(told))
        secret = await signing_in.begin(self.register, person_id)
        return self.comes(Cookie=f"{COOKIE}={secret}", Origin=HERE)


@asynccontextmanager
async def a_house(
    database: str = IN_MEMORY, a_minute: int = 0, now: datetime = NOW, **told: Any
) -> AsyncIterator[House]:
    """All four services behind a door, with these settings."""
    clock = VirtualClock(now)
    async with AsyncExitStack() as stack:
        services = running.build(Settings(database=database, **told), clock)
        register = services[0].register
        await prepare(register, register.database)
        stack.push_async_callback(register.close)
        for service in services:
            service.colleagues = {other.name: other for other in services if other is not service}
            await prepare(service, service.store.database)
            stack.push_async_callback(service.store.database.close)
        app = frame.build(services, nothing_to_start, GuardedDoor(register, a_minute))
        app.state.desks = {service.name: Desk(service.store, 0, service.directory, service.ask) for service in services}
        house = House(register, World(services, clock, AsyncClient()), clock, app)
        house.world.http = await house.program("administrator")
        yield house


def forget_callers(monkeypatch: Any) -> None:
    """Ask the register for each request anew, as it is a second later."""
    monkeypatch.setattr(door, "REMEMBERED_FOR", 0.0)


def refusal(answer: Response) -> tuple[int, str]:
    """With what somebody was refused."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["title"]
