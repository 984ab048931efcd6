"""Running services for real: database, bus, HTTP, alarms; all four in one process, or one of them alone."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import uvicorn
from fastapi import FastAPI

from services.evaluation import main as evaluation
from services.followup import main as followup
from services.intake import main as intake
from services.sessions import main as sessions
from shared.bus.server import EmbeddedServer
from shared.clock import Clock, WorldClock
from shared.service import Service
from shared.settings import Settings
from shared.web import frame

BUILD: dict[str, Callable[[Settings, Clock], Service]] = {
    "intake": intake.build,
    "sessions": sessions.build,
    "followup": followup.build,
    "evaluation": evaluation.build,
}


def build(settings: Settings, clock: Clock, names: Sequence[str] = tuple(BUILD)) -> list[Service]:
    """The named services, ready to be started."""
    return [BUILD[name](settings, clock) for name in names]


@asynccontextmanager
async def bus(settings: Settings) -> AsyncIterator[str]:
    """The URLs of the bus: the cluster that the settings name, or a server of our own."""
    if settings.nats:
        yield settings.nats
        return
    async with EmbeddedServer(settings.data / "nats") as server:
        yield server.url


@asynccontextmanager
async def started(services: Sequence[Service], urls: str) -> AsyncIterator[None]:
    """The services at work: hearing, saying, and waking when something falls due."""
    async with AsyncExitStack() as stack:
        for service in services:
            await service.start(urls)
            stack.push_async_callback(service.stop)
        yield


def app(settings: Settings, names: Sequence[str], ready: Callable[[str, Sequence[Service]], None]) -> FastAPI:
    """The HTTP app whose life is the life of the services in it."""
    services = build(settings, WorldClock(), names)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with bus(settings) as urls, started(services, urls):
            ready(urls, services)
            yield

    return frame.build(services, lifespan)


def serve(settings: Settings, names: Sequence[str], ready: Callable[[str, Sequence[Service]], None]) -> None:
    """Run until SIGINT or SIGTERM, then stop cleanly."""
    config = uvicorn.Config(
        app(settings, names, ready),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run()
