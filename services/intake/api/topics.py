"""Topics in demand by HTTP."""

from typing import Literal

from services.intake.api.here import Here
from services.intake.domain import Topic
from services.intake.handlers import topics
from shared.access.opening import STAFF, open_to
from shared.web.routes import Routes

router = Routes()


@router.get("/topics")
@open_to(STAFF)
async def list_topics(here: Here, state: Literal["in_demand", "growing"] | None = None) -> list[Topic]:
    """Topics that agencies wait for an answer on, those that most jurisdictions ask about first; whom to invite."""
    return await topics.topics(here.store, state)


@router.get("/topics/{topic}")
@open_to(STAFF)
async def get_topic(topic: str, here: Here) -> Topic:
    """One topic, by its slug or any other name that it goes by."""
    return await topics.topic(here.store, topic)
