"""A round that is open, all four services around it, and a mail server to which its letters go."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.followup.handlers.sender import Sender
from services.followup.repository import contacts as kept_contacts
from services.followup.repository import mail
from shared.bus.asking import Words
from shared.events.base import Fact
from shared.people import Person
from tests.support.mail import MailServer, a_mail_server, a_sender
from tests.support.saying import said
from tests.support.services import World, a_world, published

ROUND = "e1/mid/e1/1"
RULE = (
    "- {name: mid, each: engagement, evaluation: mid, instrument: mid-survey, ask: members, "
    "due: {wait: 1 week, after: opened}, open_for: 2 weeks, remind: [1 week, 10 days]}"
)
OPENS = "2027-01-11"
LEA = Person(person_id="p-1", name="Lea Lead", address="lea@example.org", zone="America/New_York")
MAR = Person(person_id="p-2", name="Mar Miembro", address="mar@example.org", language="es-PR")
TOM = Person(person_id="p-3", name="Tom Team", address="tom@example.org")
EVERYBODY = (LEA, MAR, TOM)


def a_playbook(rule: str = RULE, head: str = "") -> Fact:
    return published(f"playbook: example\nversion: 1\ntitle: Example\n{head}rules:\n{rule}\n")


def a_team(*people: str, **told: Any) -> Fact:
    members = [{"person_id": one, "role": "provider"} for one in people]
    return said("team_formed", lead=people[0], members=members, **told)


class Letters:
    """The services, and what arrives of what they send."""

    def __init__(self, world: World, server: MailServer, *people: Person) -> None:
        self.world, self.server, self.people = world, server, people or EVERYBODY
        self.is_evaluation_there = True
        self.store = world.services["followup"].store

    async def asks(self, service: str, what: str, question: Words) -> Words | None:
        return await self.world.services["followup"].ask(service, what, question) if self.is_evaluation_there else None

    def sender(self, **told: Any) -> Sender:
        """A sender that remembers nothing of those before it, as after a restart."""
        return a_sender(self.store, self.server, *self.people, asks=self.asks, **told)

    async def send(self, **told: Any) -> list[str]:
        """Send what it is time for, by these settings; tells to whom something went."""
        before = len(self.server.arrived)
        await self.sender(**told).send_all()
        await self.world.stage.pass_time(self.world.clock.now())
        return sorted(one["To"].addresses[0].addr_spec.split("@")[0] for one in self.server.arrived[before:])

    async def states(self) -> list[tuple[str, str, str]]:
        async with self.store.look() as unit:
            return sorted((one.kind, one.person_id, one.state) for one in await mail.latest(unit, 100))

    async def contacts(self) -> list[tuple[str, str | None, str | None]]:
        async with self.store.look() as unit:
            made = await kept_contacts.latest(unit, ["e1"], None, 100)
        return sorted((one.kind, one.jurisdiction, one.person_id) for one in made)


@asynccontextmanager
async def an_open_round(
    *facts: Fact, playbook: Fact | None = None, people: tuple[Person, ...] = ()
) -> AsyncIterator[Letters]:
    """Kentucky's team has three people, and the round of the middle has just opened."""
    async with a_world() as world, a_mail_server() as server:
        teams = facts or (a_team("p-1", "p-2", "p-3"),)
        await world.say(playbook or a_playbook(), said("engagement_opened"), *teams)
        await world.until(OPENS)
        yield Letters(world, server, *people)
