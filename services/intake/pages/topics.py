"""Topics in demand for people: what agencies ask about, who asks, and the way to an engagement about it."""

from datetime import date
from typing import Literal

from fastapi import Request
from pydantic import BaseModel

from services.intake.domain import Topic
from services.intake.handlers import topics as asked
from services.intake.pages.here import Here
from shared.access.opening import STAFF, open_to
from shared.web.pages.lists import Listed, listed
from shared.web.routes import Routes

router = Routes()


class Demanded(BaseModel):
    """One topic as it is listed."""

    topic: str
    called: tuple[str, ...]
    state: str
    jurisdictions: tuple[str, ...]
    requests: tuple[str, ...]
    since: date | None
    to_go: int

    @classmethod
    def of(cls, topic: Topic) -> "Demanded":
        """The topic, and who asks about it."""
        return cls(
            topic=topic.topic,
            called=topic.called,
            state=topic.state,
            jurisdictions=tuple(one.jurisdiction for one in topic.invite),
            requests=tuple(request.request_id for one in topic.invite for request in one.requests),
            since=topic.since,
            to_go=topic.to_go,
        )


@listed(router, "/topics", "topics.html", name="topics")
@open_to(STAFF)
async def topics(request: Request, here: Here, state: Literal["in_demand", "growing"] | None = None) -> Listed:
    """What agencies ask about, those topics first that most jurisdictions wait on."""
    found = [one for one in await asked.topics(here.store, state) if one.invite]
    return Listed([Demanded.of(one) for one in found], Demanded, {"topics": found, "state": state or ""})
