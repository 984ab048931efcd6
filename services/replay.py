"""`throughline replay`: a log of facts goes through the services, and what became of every obligation is printed."""

import asyncio
import hashlib
import json
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from services import running
from services.stage import Courier, Stage
from shared.clock import VirtualClock
from shared.errors import Malformed, of_file
from shared.events.base import Fact, say
from shared.events.catalogue import speaker
from shared.events.followup import ContactSuppressed
from shared.events.intake import EngagementOpened, PlaybookPublished
from shared.events.log import end_of, read_log
from shared.obligations import why
from shared.obligations.obliged import Obliged
from shared.playbooks.model import read
from shared.service import Service
from shared.settings import Settings
from shared.shelf import files_in, whole
from shared.storage import facts as kept

COLUMNS = (
    "key", "engagement", "rule", "kind", "item", "occurrence", "to", "title", "due_at", "state", "fired_at", "because",
)  # fmt: skip
IN_MEMORY = "sqlite+aiosqlite://"
BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)


def run(log: Path, playbooks: Path, until: str | None, form: str) -> int:
    """Replay, print the obligations to standard output and what was refused to standard error.

    A line that is refused costs only itself; a log without any other is no log, and the exit code says so.
    """
    try:
        facts, refused = facts_of(log)
        published, unsound = playbooks_in(playbooks)
        end = end_of(until) if until else max((fact.time for fact in facts), default=BEGINNING)
    except OSError as error:
        typer.echo(of_file(error), err=True)
        return 1
    except Malformed as error:
        typer.echo("\n".join(map(str, error.problems)), err=True)
        return 1
    refused += [*unsound, *unruled(facts, published)]
    refused += asyncio.run(_print(facts, published, end, form))
    for line in refused:
        typer.echo(line, err=True)
    return 1 if refused and not facts else 0


def facts_of(log: Path) -> tuple[list[Fact], list[str]]:
    """The facts of a log, and what was wrong with its other lines."""
    return read_log(log.read_bytes(), str(log))


def published_in(folder: Path) -> list[PlaybookPublished]:
    """The playbooks of a folder, as if they had been published before anything else; all of them have to be sound."""
    published, refused = playbooks_in(folder)
    if refused:
        raise Malformed("\n".join(refused))
    return published


def playbooks_in(folder: Path) -> tuple[list[PlaybookPublished], list[str]]:
    """The sound playbooks of a folder, and what was wrong with its others: an error never costs its neighbours."""
    if not folder.is_dir():
        raise Malformed(f"is no folder: {folder}", "--playbooks")
    said: dict[tuple[str, int], tuple[PlaybookPublished, Path]] = {}
    refused = []
    for file in files_in(folder):
        try:
            event = published_as(whole(file, folder).document, str(file))
        except (Malformed, UnicodeDecodeError) as error:
            refused.append(str(error) if isinstance(error, Malformed) else f"{file}: is not UTF-8")
            continue
        first, where = said.setdefault((event.playbook, event.version), (event, file))
        if first.digest != event.digest:
            refused.append(f"{file}: {event.playbook} version {event.version} is another text in {where}: left out")
    return [event for event, _ in said.values()], refused


def published_as(text: str, name: str) -> PlaybookPublished:
    """What is said when this text is published."""
    playbook = read(text, name)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return PlaybookPublished(playbook=playbook.playbook, version=playbook.version, document=text, digest=digest)


def unruled(facts: Iterable[Fact], published: Iterable[PlaybookPublished]) -> list[str]:
    """The playbooks that engagements are opened with and that nobody has: nothing can be owed there."""
    events = [fact.event for fact in facts]
    known = {event.playbook for event in (*published, *events) if isinstance(event, PlaybookPublished)}
    return [
        f"{event.engagement_id}: there is no playbook {event.playbook}, so nothing is owed"
        for event in events
        if isinstance(event, EngagementOpened) and event.playbook not in known
    ]


@asynccontextmanager
async def staged(clock: VirtualClock) -> AsyncIterator[tuple[Stage, Sequence[Service]]]:
    """All services on a stage without a bus, their databases in memory."""
    with tempfile.TemporaryDirectory() as folder:
        services = running.build(Settings(data=Path(folder), database=IN_MEMORY, nats=""), clock)
        for service in services:
            await service.prepare()
        try:
            yield Stage(services, clock, Courier(services).settle), services
        finally:
            for service in services:
                await service.store.database.close()


async def obligations(services: Iterable[Service]) -> list[Obliged]:
    """Every obligation that was ever said, and those that are expected, by key."""
    found: list[Obliged] = []
    for service in services:
        if service.following:
            async with service.store.look() as unit:
                found += await why.everything(unit, service.following.keeps)
    return sorted(found, key=lambda one: one.key)


@dataclass(frozen=True)
class Played:
    """What a log came to."""

    obligations: list[Obliged]
    refused: list[str]
    """Facts that no service took in, with the reason."""
    suppressed: dict[str, str]
    """Contacts that a policy kept back, by key, with the rule that did."""


async def played(facts: Sequence[Fact], published: Sequence[PlaybookPublished], end: datetime) -> Played:
    """Play a log on a stage of its own, as if some playbooks had been published before anything else."""
    start = min((fact.time for fact in facts), default=end)
    refused: list[str] = []
    async with staged(VirtualClock(min(start, end))) as (stage, services):
        for event in published:
            await stage.say(say(event, BEGINNING))
        await stage.play(facts, end, lambda fact, error: refused.append(f"{fact.event.type} {fact.id}: {error}"))
        return Played(await obligations(services), refused, await suppressed(services))


async def suppressed(services: Iterable[Service]) -> dict[str, str]:
    """The contacts that a policy kept back, with the rule that did."""
    found: dict[str, str] = {}
    for service in services:
        if service.name == speaker(ContactSuppressed.type):
            async with service.store.look() as unit:
                events = [fact.event for fact in await kept.of_type(unit, ContactSuppressed.type)]
            # A contact that only leaves some teams out was made all the same.
            kept_back = [event for event in events if isinstance(event, ContactSuppressed) and not event.left_out]
            found |= {event.task_id: event.rule for event in kept_back}
    return found


async def _print(facts: Sequence[Fact], published: Sequence[PlaybookPublished], end: datetime, form: str) -> list[str]:
    play = await played(facts, published, end)
    rows = [one.model_dump(mode="json", include=set(COLUMNS)) for one in play.obligations]
    rows = [{name: row[name] for name in COLUMNS} for row in rows]
    typer.echo(json.dumps(rows, indent=1, ensure_ascii=False) if form == "json" else _table(rows))
    return play.refused


def _table(rows: Sequence[dict[str, object]]) -> str:
    lines = [
        f"{str(row['due_at'])[:16]:16}  {row['state']:9}  {row['to']:11}  {row['key']}  {row['title']}" for row in rows
    ]
    return "\n".join(["due (UTC)         state      to           key  title", *lines])
