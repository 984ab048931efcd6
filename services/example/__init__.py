"""The example: an empty folder is filled with engagements as they stand in the middle of their work, to look at.

The logs in `playbooks/examples/` are played on a virtual clock up to now, into databases that the services then take
over; what the new bus lacks they say again, as after a restore.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import typer

from services import running
from services.example.moving import as_of
from services.intake.domain.people import ImportPeople
from services.intake.handlers.people import Directory
from services.publishing import publish
from services.stage import Courier, Stage
from shared.access import accounts
from shared.access.accounts import Account
from shared.access.caller import Role
from shared.bus.folder import Folder
from shared.clock import VirtualClock, WorldClock
from shared.errors import Conflict, Refused
from shared.events.base import Fact, say
from shared.events.intake import EngagementOpened, TaRequestLogged
from shared.service import Service
from shared.settings import Settings
from shared.storage.folder import open_folder

STANDS_AT = {
    "peer-learning-community": date(2018, 4, 9),
    "peer-learning-group": date(2018, 6, 18),
    "community-of-practice": date(2018, 4, 23),
    "community-for-action": date(2025, 4, 14),
    "action-research-partnership": date(2025, 5, 12),
    "community-of-learners": date(2019, 4, 8),
}
"""For each log, the day on which there is most to see in it."""
ASKED = (
    ("KY", "licensing", "How do others license family child care in rural counties?"),
    ("OH", "licensing", "Inspectors and coaches pull in different directions. Who has brought them together?"),
    ("WV", "licensing", "What may be left to local agencies?"),
    ("NM", "cost-modelling", "How to find the true cost of infant care?"),
)
"""What nobody has answered yet."""
MARK = "throughline-example"
"""The file that says of a folder that it holds the example."""
BEGUN = "Begun: the files of the example are put in place.\n"
"""What it says before they all are."""
APART = ".throughline-example-"
"""With what the folder begins in which it is made."""


class NotEmpty(Conflict):
    """The folder {folder} holds data already, and the example is never mixed with it. Name another folder by
    THROUGHLINE_DATA, or leave the example out.
    """


class NoPlace(Conflict):
    """The example lives in files of its own; leave out THROUGHLINE_DATABASE and THROUGHLINE_NATS to look at it."""


class NoLogs(Conflict):
    """There are no logs in {folder}. Name the folder of the playbooks that Throughline came with by
    THROUGHLINE_PLAYBOOKS.
    """


def fill(settings: Settings, stands_at: Mapping[str, date] = STANDS_AT) -> None:
    """Fill the folder of these settings; one that holds the example already stays as it is.

    Raises NotEmpty, NoPlace, NoLogs where that cannot be, FolderTaken where something runs in it.
    """
    if settings.database or settings.nats:
        raise NoPlace
    open_folder(settings.data)
    bus = Folder(settings.bus)
    bus.take()
    try:
        _fill(settings, stands_at)
    finally:
        bus.release()


def _fill(settings: Settings, stands_at: Mapping[str, date]) -> None:
    data, mark = settings.data, settings.data / MARK
    _take_out_what_was_broken_off(data, mark)
    if mark.exists():
        typer.echo(f"The example is in {data.absolute()} already, and goes on from where it was.")
        return
    if any(data.glob("*.db")):
        raise NotEmpty(folder=data.absolute())
    now = WorldClock().now()
    folder = settings.playbooks / "examples"
    facts, people = _facts(folder, stands_at, now), _people(folder)
    typer.echo(f"The example is played: {len(stands_at)} engagements up to today. That takes a minute or two.")
    with tempfile.TemporaryDirectory(dir=data, prefix=APART) as apart:
        asyncio.run(_play(settings.model_copy(update={"data": Path(apart)}), facts, people, now))
        mark.write_text(BEGUN, encoding="utf-8")
        for file in sorted(Path(apart).glob("*.db*")):
            file.rename(data / file.name)
    mark.write_text(f"The example, as of {now.date()}.\n", encoding="utf-8")


def _take_out_what_was_broken_off(data: Path, mark: Path) -> None:
    """An example that was broken off is no data of anybody; nobody makes one in this folder meanwhile."""
    for apart in data.glob(f"{APART}*"):
        shutil.rmtree(apart)
    if mark.exists() and mark.read_text(encoding="utf-8") == BEGUN:
        for file in data.glob("*.db*"):
            file.unlink()
        mark.unlink()


def _people(folder: Path) -> str:
    try:
        return (folder / "people.csv").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NoLogs(folder=folder.absolute()) from None


def _facts(folder: Path, stands_at: Mapping[str, date], now: datetime) -> list[Fact]:
    facts: list[Fact] = []
    for name, day in stands_at.items():
        log = folder / f"{name}.jsonl"
        if not log.exists():
            raise NoLogs(folder=folder.absolute())
        facts += as_of(log.read_bytes(), day, now)
    for number, (place, topic, need) in enumerate(ASKED, 1):
        on = now - timedelta(days=2 * number)
        event = TaRequestLogged(
            request_id=f"ncase-{number}",
            source="ncase",
            external_id=f"TA-{number}",
            jurisdiction=place,
            topic=topic,
            need=need,
            logged_on=on.date(),
        )
        facts.append(say(event, on))
    return facts


async def _play(settings: Settings, facts: Sequence[Fact], people: str, now: datetime) -> None:
    clock = VirtualClock(min(fact.time for fact in facts) - timedelta(days=1))
    services = running.build(settings, clock)
    register = services[0].register
    refused: list[str] = []

    def refuse(fact: Fact, error: Refused) -> None:
        refused.append(f"{fact.event.type}: {error}")

    months = {f"{fact.time:%Y-%m}" for fact in facts}

    async def tell(moment: datetime) -> None:
        if (month := f"{moment:%Y-%m}") in months:
            months.discard(month)
            typer.echo(f"  {moment:%B %Y}")

    try:
        await register.prepare()
        for service in services:
            await service.prepare()
        stage = Stage(services, clock, Courier(services).settle)
        await publish(services[0])
        await _introduce(services[0], people, facts)
        await stage.play(facts, now, refuse, tell)
    finally:
        await register.close()
        for service in services:
            await service.store.database.close()
    for line in refused:
        typer.echo(line, err=True)


async def _introduce(intake: Service, people: str, facts: Sequence[Fact]) -> None:
    """Have everybody in the directory, and let those sign in who run an engagement."""
    assert isinstance(intake.directory, Directory)
    await intake.directory.take_in(ImportPeople(csv=people, whole=True))
    for fact in facts:
        if isinstance(fact.event, EngagementOpened):
            for role, person_id in fact.event.people.model_dump(exclude_none=True).items():
                await accounts.grant(intake.register, Account(person_id=person_id, roles=frozenset({Role(role)})))
