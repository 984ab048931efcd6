"""Topics that agencies wait for an answer on: who asks about each, and what they asked."""

from collections.abc import Sequence

from services.intake import repository
from services.intake.decisions import topics as decisions
from services.intake.domain import Topic
from shared.errors import Unknown
from shared.playbooks.model import Playbook
from shared.storage.work import Store, Unit


async def topics(store: Store, state: str | None = None) -> list[Topic]:
    """All topics, those that most jurisdictions ask about first."""
    async with store.look() as unit:
        desk = await repository.ruling(unit)
        told = await _told(unit, desk, await repository.asking(unit, desk))
    told.sort(key=lambda topic: (-len(topic.invite), topic.topic))
    return [topic for topic in told if state in (None, topic.state)]


async def topic(store: Store, name: str) -> Topic:
    """One topic, by its slug or any other name that it goes by."""
    async with store.look() as unit:
        desk = await repository.ruling(unit)
        [found] = await repository.asking(unit, desk, [unit.topics.slug_of(name)])
        if not found.requests and (not found.said or not unit.caller.sees_everywhere):
            raise Unknown("topic", name)
        [told] = await _told(unit, desk, [found])
    return told


async def _told(unit: Unit, desk: Playbook, asking: Sequence[decisions.Asking]) -> list[Topic]:
    requests = await repository.requests(unit, [asks.request_id for one in asking for asks in one.requests])
    return [decisions.told(one, requests, desk.demand) for one in asking]
