"""The play: four services on a real bus and real databases, a virtual clock, and a log of what people said."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from services import running
from services.demo import tracker
from services.demo.onlooker import Onlooker, everything_said, watching
from services.demo.story import Story, Told, Turn
from services.intake import handlers as intake
from services.intake.decisions import playbooks as publishing
from services.intake.domain import PublishPlaybook
from services.replay import obligations
from services.stage import Stage
from shared.bus.server import EmbeddedServer
from shared.clock import VirtualClock
from shared.errors import Refused
from shared.events.base import Fact
from shared.events.followup import FollowUpDone
from shared.events.intake import TaRequestLogged
from shared.obligations import ledger
from shared.obligations.obliged import Obliged
from shared.service import Service
from shared.settings import Settings
from shared.storage.tables import OutboxRow, table

OUTBOX = table(OutboxRow)
Tell = Callable[[Told], None]


@dataclass
class Play:
    """What is at work in a play, and what it has brought so far."""

    story: Story
    clock: VirtualClock
    services: Sequence[Service]
    url: str
    onlooker: Onlooker
    tell: Tell
    refused: list[str] = field(default_factory=list)
    _answer: str | None = None

    async def publish(self, documents: Iterable[str]) -> None:
        """Put playbooks into force, through intake."""
        store = self._service("intake").store
        for document in documents:
            await intake.obey(store, PublishPlaybook(document=document), publishing.publish)
            await self.onlooker.settle()
            await self._turned(self.clock.now())

    async def go_on(self, facts: Iterable[Fact], until: datetime) -> None:
        """Have everything said that was said up to `until`, and let time do the rest."""
        stage = _OnTheBus(self)
        await stage.play(facts, until, self._refuse, self._turned)

    async def stream(self) -> list[Fact]:
        """All that the bus keeps."""
        return await everything_said(self.onlooker.client)

    async def obligations(self) -> list[Obliged]:
        """What became of every obligation."""
        return await obligations(self.services)

    async def posted(self) -> dict[str, list[str]]:
        """The ids of the facts in each service's outbox."""
        ids = {}
        for service in self.services:
            async with service.store.look() as unit:
                letters = select(OUTBOX.c.id).where(OUTBOX.c.subject.startswith("eng.")).order_by(OUTBOX.c.seq)
                ids[service.name] = list((await unit.connection.scalars(letters)).all())
        return ids

    async def ask(self, request: TaRequestLogged) -> None:
        """Send a request as a tracker does, and remember what was answered."""
        self._answer = await tracker.send(self.onlooker.client, request)

    async def _turned(self, now: datetime) -> None:
        """Tell what was said since the last time."""
        facts = self.onlooker.news()
        if not facts:
            return
        for fact in facts:
            if isinstance(fact.event, FollowUpDone) and await self._was_overdue(fact.event.task_id, now):
                self.story.known.overdue.add(fact.event.task_id)
        answer, self._answer = self._answer, None
        self.tell(self.story.hear(Turn(now, facts, answer)))

    async def _was_overdue(self, key: str, now: datetime) -> bool:
        """Whether a task was on somebody's desk when its grace ended."""
        if key not in self.story.known.fell_due:
            return False
        async with self._service("followup").store.look() as unit:
            row = await ledger.find(unit, key, "task")
        return bool(row.fired_at and row.overdue_at and row.fired_at < row.overdue_at <= now)

    def _refuse(self, fact: Fact, error: Refused) -> None:
        self.refused.append(f"fact {fact.id} ({fact.event.type}) was refused: {error}")

    def _service(self, name: str) -> Service:
        return next(service for service in self.services if service.name == name)


class _OnTheBus(Stage):
    """A stage on which requests come in over the bus, as trackers send them."""

    def __init__(self, play: Play) -> None:
        super().__init__(play.services, play.clock, play.onlooker.settle)
        self._play = play

    async def take_in(self, fact: Fact) -> None:
        if isinstance(fact.event, TaRequestLogged):
            await self._play.ask(fact.event)
        else:
            await super().take_in(fact)


@asynccontextmanager
async def at_work(folder: Path, story: Story, clock: VirtualClock, tell: Tell) -> AsyncIterator[Play]:
    """A server and all services at work in a folder: from the beginning, or from where they were when they stopped."""
    services = running.build(Settings(data=folder, database="", nats=""), clock)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(EmbeddedServer(folder / "nats"))
        await stack.enter_async_context(running.started(services, server.url, alarm=False))
        onlooker = await stack.enter_async_context(watching(server.url, services))
        yield Play(story, clock, services, server.url, onlooker, tell)
