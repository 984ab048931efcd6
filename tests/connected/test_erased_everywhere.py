"""Somebody is erased: every replica drops what it wrote, not only the one that was asked to forget."""

from email.message import EmailMessage
from pathlib import Path

from services import running
from services.followup.channels import Box, Place
from services.followup.handlers.sender import Sender
from services.intake.domain.people import TellPerson
from services.intake.handlers.people import Directory
from shared.bus.acquaintances import Acquaintances
from shared.bus.server import EmbeddedServer
from shared.clock import WorldClock
from shared.people import Person
from shared.service import Service
from shared.settings import Settings
from tests.support.bus import eventually
from tests.support.mail import Accounts, People

QUIET = Person(person_id="p-1", name="Zerelda Quillfeather")


def built(folder: Path, *names: str) -> list[Service]:
    folder.mkdir()
    return running.build(Settings(data=folder), WorldClock(), names)


async def with_a_letter(service: Service) -> Box:
    """What this service wrote without a mail server: a letter to somebody, in which another is named."""
    letter, box = EmailMessage(), Box()
    letter["Subject"] = "What is due"
    letter.set_content(f"Handed over by {QUIET.name}.")
    async with box.opened() as sending:
        await sending.send("l", letter)
    place = Place("peer@example.org", "http://here")
    service.sender = Sender(service.store, People(), box, lambda: place, Accounts(), Settings())
    return box


async def test_no_replica_keeps_a_letter_that_names_whoever_is_erased(tmp_path: Path) -> None:
    services = [*built(tmp_path / "one", "intake", "followup"), *built(tmp_path / "two", "followup")]
    async with EmbeddedServer(tmp_path / "nats") as server, running.started(services, server.url, alarm=False):
        intake, *replicas = services
        assert isinstance(intake.directory, Directory)
        await intake.register.prepare()
        await intake.directory.tell("p-1", TellPerson(name=QUIET.name))
        boxes = [await with_a_letter(replica) for replica in replicas]
        assert [box.text("l") for box in boxes] == 2 * ["Handed over by Zerelda Quillfeather.\n"]
        await intake.directory.erase("p-1", anyway=True)
        await intake.register.close()
        await eventually(lambda: [box.text("l") for box in boxes] == [None, None])


async def test_whoever_is_only_called_otherwise_costs_nobody_their_letters(tmp_path: Path) -> None:
    services = built(tmp_path / "one", "intake", "followup")
    async with EmbeddedServer(tmp_path / "nats") as server, running.started(services, server.url, alarm=False):
        intake, followup = services
        box, known = await with_a_letter(followup), followup.directory
        assert isinstance(intake.directory, Directory) and isinstance(known, Acquaintances)
        await intake.register.prepare()
        await intake.directory.tell("p-1", TellPerson(name=QUIET.name))
        assert (await known.named(["p-1"]))["p-1"].name == QUIET.name
        await intake.directory.tell("p-1", TellPerson(name="Zerelda Wombleton"))
        await eventually(lambda: not known._known)
        await intake.register.close()
        assert box.text("l")


async def test_a_replica_that_the_bus_could_not_reach_drops_what_it_wrote_when_it_is_back(tmp_path: Path) -> None:
    [followup] = built(tmp_path / "one", "followup")
    async with EmbeddedServer(tmp_path / "nats") as server, running.started([followup], server.url, alarm=False):
        box = await with_a_letter(followup)
        assert followup.broker
        await followup.broker.troubles.back()
        assert box.text("l") is None
