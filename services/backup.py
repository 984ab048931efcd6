"""The commands `throughline backup` and `throughline restore`: everything that the services keep, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from pathlib import Path

import typer

from services import running
from shared.access.register import NAME
from shared.access.tables import TABLES
from shared.bus.folder import Folder, FolderTaken
from shared.clock import WorldClock
from shared.settings import Settings
from shared.storage import backup, restoring
from shared.storage.backup import Holding, Manifest
from shared.storage.migrations import UnknownRevision

HEARERS_FIRST = ("followup", "evaluation", "sessions", "intake")
"""Where there is no common instant, whatever a hearer knows its speaker's copy then knows too."""
FORESEEN = (
    backup.Occupied, backup.NothingToSave, backup.NotSaved,
    restoring.NoBackup, restoring.NotEmpty, restoring.InUse, restoring.NotRestored,
    UnknownRevision, FolderTaken,
)  # fmt: skip


def save(folder: Path, **told: object) -> None:
    """Write a backup, or tell in a sentence why there is none."""
    settings = running.settings_of(**told)
    with _in_words():
        manifest = asyncio.run(_save(folder, settings))
    typer.echo(f"Saved to {folder}: {_told(manifest)}.")


def restore(folder: Path, **told: object) -> None:
    """Put a backup into the empty database that the settings name, or tell in a sentence why not."""
    settings = running.settings_of(**told)
    with _in_words(), _alone(settings):
        manifest = restoring.manifest_of(folder)
        asyncio.run(_restore(folder, manifest, settings))
    typer.echo(
        f"Restored from {folder}, as of {manifest.began_at:%Y-%m-%d %H:%M} UTC: {_told(manifest)}.\n"
        "Start Throughline now: it takes from the bus what came after the backup, and tells it what it lacks."
    )


async def _save(folder: Path, settings: Settings) -> Manifest:
    async with _holdings(settings) as holdings:
        return await backup.save(holdings, folder, version("throughline"), WorldClock().now)


async def _restore(folder: Path, manifest: Manifest, settings: Settings) -> None:
    async with _holdings(settings) as holdings:
        await restoring.restore(folder, manifest, holdings)


@asynccontextmanager
async def _holdings(settings: Settings) -> AsyncIterator[list[Holding]]:
    services = running.build(settings, WorldClock(), HEARERS_FIRST)
    register = services[0].register
    try:
        holdings = [Holding(service.store.database, service.models) for service in services]
        yield [*holdings, Holding(register.database, TABLES, every=())]
    finally:
        await register.close()
        for service in services:
            await service.store.database.close()


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Nobody runs `up` on the folder meanwhile."""
    settings.data.mkdir(parents=True, exist_ok=True)
    if settings.nats:
        yield
        return
    folder = Folder(settings.data / "nats")
    folder.take()
    try:
        yield
    finally:
        folder.release()


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except FORESEEN as error:
        running.end(str(error))


def _told(manifest: Manifest) -> str:
    saved = manifest.services.items()
    facts = {service: saved.rows["fact"] for service, saved in saved if "fact" in saved.rows}
    told = [f"{service} ({count} facts)" for service, count in facts.items()]
    return ", ".join([*told, *("who may come in" for service, _ in saved if service == NAME)])
