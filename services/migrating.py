"""Bringing databases to this version before services start; a service that starts does the same for itself."""

import asyncio
from collections.abc import Sequence

import typer

from services import running
from shared import crashes, logs
from shared.clock import WorldClock
from shared.errors import NotNow
from shared.settings import Settings
from shared.storage.folder import open_folder
from shared.storage.migrations import UnknownRevision


def run(names: Sequence[str], **told: object) -> None:
    """Bring the tables of the named services, and the register, to the newest revision, and print what was done."""
    settings = running.settings_of(**told)
    # What is done is printed; a log of the same would only repeat it.
    logs.set_up("WARNING" if settings.log_level == "INFO" else settings.log_level, settings.log_json)
    crashes.choose(settings.crash_at)
    if not settings.database:
        open_folder(settings.data)
    try:
        asyncio.run(_migrate(settings, names))
    except (UnknownRevision, NotNow) as error:
        running.end(f"{error}\nWhat was not told here was not changed.")


async def _migrate(settings: Settings, names: Sequence[str]) -> None:
    services = running.build(settings, WorldClock(), names)
    for service in services:
        try:
            typer.echo(str(await service.prepare()))
        finally:
            await service.store.database.close()
    register = services[0].register
    try:
        typer.echo(str(await register.prepare()))
    finally:
        await register.close()
