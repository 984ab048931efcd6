"""The commands `throughline backup` and `throughline restore`: everything that the services keep, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from pathlib import Path

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from services import running
from services.evaluation import handlers as evaluation
from services.followup import handlers as followup
from services.intake.repository import people
from shared import forgetting
from shared.access import accounts
from shared.access.register import NAME
from shared.access.tables import TABLES
from shared.bus.folder import Folder, FolderTaken
from shared.clock import WorldClock
from shared.events.catalogue import SPEAKERS
from shared.settings import Settings
from shared.storage import backup, restoring
from shared.storage.backup import Holding, Manifest
from shared.storage.erased import LIST, erased_in, erased_in_backups, note_erased, words_of
from shared.storage.folder import open_folder
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


def restore(folder: Path, erased: Path | None = None, **told: object) -> None:
    """Put a backup into the empty database that the settings name, or tell in a sentence why not."""
    settings = running.settings_of(**told)
    with _in_words(), _alone(settings):
        manifest = restoring.manifest_of(folder)
        gone = asyncio.run(_restore(folder, manifest, settings, erased))
    typer.echo(f"Restored from {folder}, as of {manifest.began_at:%Y-%m-%d %H:%M} UTC: {_told(manifest)}.")
    if gone:
        typer.echo(f"{gone} who were erased after it were erased again.")
    typer.echo("Start Throughline now: it takes from the bus what came after the backup, and tells it what it lacks.")


async def _save(folder: Path, settings: Settings) -> Manifest:
    async with _holdings(settings) as holdings:
        return await backup.save(holdings, folder, version("throughline"), WorldClock().now)


async def _restore(folder: Path, manifest: Manifest, settings: Settings, told: Path | None) -> int:
    """Restore, but nobody who was erased since; how many those are."""
    erased = {**dict.fromkeys(_lists(told, settings), manifest.taken_at), **erased_in_backups(folder)}
    words = words_of(folder / "intake.db", erased)
    gone = 0

    async def amend(service: str, connection: AsyncConnection) -> None:
        nonlocal gone
        if service in SPEAKERS:
            await forgetting.redact(connection, words)
        if service == "intake":
            gone = await people.erase_again(connection, erased)
        if service == "followup":
            await followup.forget_people(connection, list(erased), WorldClock().now())
        if service == "evaluation":
            await evaluation.restore(connection, erased)
        if service == NAME:
            await accounts.forget_all(connection, erased, WorldClock().now(), words)

    async with _holdings(settings) as holdings:
        await restoring.restore(folder, manifest, holdings, amend)
    for person_id in erased:
        note_erased(settings.data, person_id)
    return gone


def _lists(told: Path | None, settings: Settings) -> list[str]:
    """Who was erased, by the list in the folder that is filled, and by one that was named."""
    if told and not told.is_file():
        running.end(f"{told}: there is no such list of erased people. Nothing was restored.")
    return [*erased_in(settings.data / LIST), *(erased_in(told) if told else ())]


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
    open_folder(settings.data)
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
