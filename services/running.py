"""Running services for real: database, bus, HTTP, alarms; all four in one process, or one of them alone."""

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NoReturn

import structlog
import typer
import uvicorn
from fastapi import FastAPI
from nats.errors import Error as NatsError
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.engine import make_url

from services.evaluation import main as evaluation
from services.followup import main as followup
from services.intake import main as intake
from services.publishing import publish
from services.sessions import main as sessions
from shared import crashes, logs
from shared.access.door import GuardedDoor
from shared.access.key import WeakToken, keep_key
from shared.access.register import Register
from shared.access.welcome import first_link
from shared.bus.accounts.keyring import Keyring
from shared.bus.accounts.nkeys import BadSeed
from shared.bus.broker import without_secrets
from shared.bus.connecting import Key, KeyMissing, connect, key_of_service
from shared.bus.folder import FolderTaken
from shared.bus.providing import BusUnready, NotSetUp
from shared.bus.server import EmbeddedServer, ServerFailed
from shared.bus.streams import BusDiffers
from shared.cli.calling import how_to_find
from shared.clock import Clock, WorldClock
from shared.errors import NotNow, Refused
from shared.events.complaints import complaints
from shared.playbooks.topics import BadTopics
from shared.service import Service
from shared.settings import Settings
from shared.storage.folder import open_folder
from shared.storage.migrations import UnknownRevision
from shared.web import frame

log = structlog.get_logger()


class BusSilent(Exception):
    """No NATS server answers at {urls}. Start it, or name another with --nats or THROUGHLINE_NATS."""

    def __init__(self, urls: str) -> None:
        super().__init__((self.__doc__ or "").format(urls=urls))


class NotLetIn(Exception):
    """The NATS server at {urls} does not let {who} in. Name the folder with its key by THROUGHLINE_NATS_KEYS, or put a
    name and a password into the address; docs/bus.md tells more.
    """

    def __init__(self, urls: str, who: str) -> None:
        super().__init__(" ".join((self.__doc__ or "").format(urls=urls, who=who).split()))


ANSWERS_WITHIN = 10.0
"""Seconds that a bus has to answer when a service starts."""
Fill = Callable[[Settings], None]
FORESEEN = (
    *(BusSilent, BusUnready, NotLetIn, NotSetUp, KeyMissing, BadSeed, FolderTaken, ServerFailed, BusDiffers),
    *(UnknownRevision, WeakToken, NatsError, NotNow, OSError),
)
"""Why a start may fail through no fault of ours; each says what to do."""
BUILD: dict[str, Callable[[Settings, Clock], Service]] = {
    "intake": intake.build,
    "sessions": sessions.build,
    "followup": followup.build,
    "evaluation": evaluation.build,
}


def build(settings: Settings, clock: Clock, names: Sequence[str] = tuple(BUILD)) -> list[Service]:
    """The named services, ready to be started; a list of topics that cannot be read ends the command."""
    try:
        services = [BUILD[name](settings, clock) for name in names]
    except BadTopics as error:
        end(f"Could not start. {error}")
    for service in services[1:]:
        service.register = services[0].register
    return services


@asynccontextmanager
async def bus(settings: Settings, services: Sequence[Service] = ()) -> AsyncIterator[str]:
    """The URLs of the bus: the cluster that the settings name, or a server of our own, which these services know."""
    if settings.nats:
        name = services[0].name if services else "anybody"
        await _see_that_it_answers(settings.nats, name, key_of_service(name, settings) if services else None)
        yield settings.nats
        return
    # Without this signal a server cannot be told of new keys while it runs; there its bus asks for none.
    keyring = Keyring(settings.bus) if hasattr(signal, "SIGHUP") else None
    if keyring:
        keyring.admit_services()
    async with EmbeddedServer(settings.bus, keyring=keyring) as server:
        for service in services:
            service.administrator = server.administrator
        yield server.url


async def _see_that_it_answers(urls: str, who: str, key: Key | None) -> None:
    """A bus that goes away later is waited for; one that is not there at the start is more likely misspelt."""
    heard: list[str] = []

    async def note(error: Exception) -> None:
        heard.append(str(error))

    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            # To try no more than once would be to give up at the first node of a cluster that is paused or cut off.
            client = await connect(
                urls,
                key,
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.5,
                connect_timeout=2,
                error_cb=note,
            )
    except (NatsError, OSError) as error:
        if any("Authorization" in one for one in (*heard, str(error))):
            raise NotLetIn(without_secrets(urls), who) from error
        raise BusSilent(without_secrets(urls)) from error
    await client.close()


@asynccontextmanager
async def started(services: Sequence[Service], urls: str, alarm: bool = True) -> AsyncIterator[None]:
    """The services at work: hearing, saying, and (with an alarm) waking when something falls due."""
    async with AsyncExitStack() as stack:
        for service in services:
            await service.start(urls, alarm)
            stack.push_async_callback(service.stop)
        yield


def idle() -> list[Service]:
    """All services, only to be asked what they are; nothing is opened."""
    return build(settings_of(), WorldClock())


def up(data: Path | None, port: int | None, host: str | None, fill: Fill | None = None) -> None:
    """Run everything until SIGINT or SIGTERM; before that, the folder may be filled with something to look at."""
    settings = settings_of(data=data, port=port, host=host)
    if fill:
        logs.set_up("WARNING", settings.log_json)
        try:
            fill(settings)
        except (Refused, FolderTaken, OSError) as error:
            end(f"Could not start. {error}")
    _serve(settings, tuple(BUILD))


def run(service: str, **told: object) -> None:
    """Run one service alone until SIGINT or SIGTERM."""
    settings = settings_of(**told)
    if not settings.nats:
        end("Which bus? Say --nats nats://host:4222, or THROUGHLINE_NATS; `throughline up` brings its own.")
    _serve(settings, (service,))


def settings_of(**told: object) -> Settings:
    """The settings of the environment, with what the command line says instead; a wrong one ends the command."""
    try:
        return Settings(**{name: value for name, value in told.items() if value is not None})  # type: ignore[arg-type]
    except (ValidationError, SettingsError) as error:
        wrong = complaints(error.errors()) if isinstance(error, ValidationError) else [str(error)]
        end("\n".join(f"Setting {one}" for one in wrong))


def _serve(settings: Settings, names: Sequence[str]) -> None:
    logs.set_up(settings.log_level, settings.log_json)
    crashes.choose(settings.crash_at)
    open_folder(settings.data)
    try:
        listening = socket.create_server((settings.host, settings.port))
    except OSError as error:
        end(f"Cannot answer at {settings.host}:{settings.port}: {error.strerror}. Name another place: --port, --host.")
    app = _app(settings, names, listening)
    # What breaks is logged by us, without people's data; uvicorn would tell it again, with a traceback.
    config = uvicorn.Config(
        app, log_level="critical", timeout_graceful_shutdown=5, forwarded_allow_ips=settings.proxies
    )
    server = uvicorn.Server(config)
    # Answers that go on for as long as they are listened to end by themselves.
    app.state.is_ending = lambda: server.should_exit
    # uvicorn stops when it is asked to, and then raises the signal again: being asked to stop is no failure.
    # Before it listens to signals itself, what is asked must not be lost: it would run on until it is killed.
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, lambda *_: setattr(server, "should_exit", True))
    try:
        server.run(sockets=[listening])
    except SystemExit:
        end(f"Could not start. {app.state.failure}")


def _in_words(error: Exception) -> str:
    """Why it did not start; of an error that nobody foresaw, all that there is to know."""
    if not isinstance(error, FORESEEN):
        log.error("not_started", exc_info=error)
    return str(error) or type(error).__name__


def end(reason: str) -> NoReturn:
    """Tell why a command cannot go on, and end it."""
    typer.echo(reason, err=True)
    raise SystemExit(2)


def _app(settings: Settings, names: Sequence[str], listening: socket.socket) -> FastAPI:
    """The HTTP app whose life is the life of the services in it."""
    services = build(settings, WorldClock(), names)
    register = services[0].register

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        _tidy_seldom()
        async with AsyncExitStack() as stack:
            try:
                stack.push_async_callback(register.close)
                await register.prepare()
                key = await keep_key(register, settings.data, settings.token.get_secret_value())
                urls = await stack.enter_async_context(bus(settings, services))
                await stack.enter_async_context(started(services, urls))
                for service in services:
                    if service.name == "intake":
                        await publish(service)
            except Exception as error:
                app.state.failure = _in_words(error)
                raise
            link = await _welcome(register, settings, names, listening)
            _say_where(settings, names, urls, listening, key, link)
            yield
        typer.echo("Stopped. Nothing is lost: the next start goes on from here.")

    return frame.build(services, lifespan, GuardedDoor(register, settings.requests_a_minute))


def _tidy_seldom() -> None:
    """Have Python look for unreachable objects again, which imports put off; seldom, and not among what they loaded.

    A batch of facts makes thousands of objects that go by themselves: to look through them took a tenth of all work,
    and again a tenth where it was done at every 20,000.
    """
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)
    gc.enable()


async def _welcome(
    register: Register, settings: Settings, names: Sequence[str], listening: socket.socket
) -> str | None:
    """Tell the register where the pages are; and give whoever starts all of it here a link to sign in by."""
    host, port = listening.getsockname()[:2]
    if not settings.url:
        register.url = f"http://{host}:{port}"
    return await first_link(register, host) if len(names) == len(BUILD) else None


def _say_where(
    settings: Settings, names: Sequence[str], urls: str, listening: socket.socket, key: Path | None, link: str | None
) -> None:
    host, port = listening.getsockname()[:2]
    # A password belongs on no screen and in no log of a system.
    served = make_url(settings.database).render_as_string(hide_password=True) if settings.database else ""
    database = served or f"{settings.data.absolute()}/{names[0] if len(names) == 1 else '<service>'}.db"
    pages = f"  pages     {link}  (signs an administrator in: once, within an hour)\n" if link else ""
    typer.echo(
        f"Throughline is up: {', '.join(names)}.\n"
        f"{pages}"
        f"  HTTP      http://{host}:{port}  (what it can be asked: /openapi.json; how it is: /health)\n"
        f"  bus       {without_secrets(urls)}\n"
        f"  database  {database}\n"
        f"  key       {key.absolute() if key else 'THROUGHLINE_TOKEN'}  (an administrator's)\n"
        f"  commands  {how_to_find(host, port, key)}\n"
        f"  stop      Ctrl-C"
    )
