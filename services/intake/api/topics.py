"""Topics in demand by HTTP."""

from collections.abc import Sequence
from typing import Literal

from fastapi import APIRouter

from services.intake import repository
from services.intake.api.here import Here
from services.intake.decisions import topics as decisions
from services.intake.domain import Topic
from shared.access.opening import STAFF, open_to
from shared.errors import Unknown
from shared.playbooks.model import Playbook
from shared.storage.work import Unit

router = APIRouter()


@router.get("/topics")
@open_to(STAFF)
async def list_topics(here: Here, state: Literal["in_demand", "growing"] | None = None) -> list[Topic]:
    """Topics that agencies wait for an answer on, those that most jurisdictions ask about first; whom to invite."""
    async with here.store.look() as unit:
        desk = await repository.ruling(unit)
        told = await _told(unit, desk, await repository.asking(unit, desk))
    told.sort(key=lambda topic: (-len(topic.invite), topic.topic))
    return [topic for topic in told if state in (None, topic.state)]


@router.get("/topics/{topic}")
@open_to(STAFF)
async def get_topic(topic: str, here: Here) -> Topic:
    """One topic, by its slug or any other name that it goes by."""
    async with here.store.look() as unit:
        desk = await repository.ruling(unit)
        [found] = await repository.asking(unit, desk, [unit.topics.slug_of(topic)])
        if not found.requests and not found.said:
            raise Unknown("topic", topic)
        [told] = await _told(unit, desk, [found])
    return told


async def _told(unit: Unit, desk: Playbook, asking: Sequence[decisions.Asking]) -> list[Topic]:
    requests = await repository.requests(unit, [asks.request_id for one in asking for asks in one.requests])
    return [decisions.told(one, requests, desk.demand) for one in asking]
