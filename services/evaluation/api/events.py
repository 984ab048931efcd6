"""What evaluation tells its subscribers, by HTTP: page by page, or as it comes (server-sent events)."""

from collections import Counter
from typing import Annotated

from fastapi import Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from services.evaluation.api.here import Here
from services.evaluation.domain import notices
from services.evaluation.domain.notices import Told
from services.evaluation.handlers import notices as handling
from services.evaluation.handlers.notices import News
from shared.access.opening import TRACKERS, open_to
from shared.errors import Refused
from shared.events.fields import EngagementId
from shared.storage.listing import MOST
from shared.web.routes import Routes

router = Routes()
STREAM = "text/event-stream"
EACH, ALL = 5, 200
"""How many streams one caller, and all of them, may have open at one process."""


class TooManyStreams(Refused):
    """{who} streams are open already. Close one, or ask for pages: GET /events?since=..."""

    status = 429
    title = "Too many streams"


class Streams:
    """The streams that are open, by whose they are."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()

    def enter(self, who: str) -> None:
        """Count one more; refuses it where there are too many."""
        if self.open[who] >= EACH:
            raise TooManyStreams(who=f"{EACH} of your")
        if self.open.total() >= ALL:
            raise TooManyStreams(who=f"{ALL}")
        self.open[who] += 1

    def leave(self, who: str) -> None:
        self.open[who] -= 1
        if not self.open[who]:
            del self.open[who]


STREAMS = Streams()


class Counted(StreamingResponse):
    """A stream that is counted until it ends, however it ends."""

    media_type = STREAM
    who: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            STREAMS.leave(self.who)


def _news(request: Request) -> News:
    """What looks for news for all streams of this app."""
    if not hasattr(request.app.state, "news"):
        request.app.state.news = News()
    found: News = request.app.state.news
    return found


@router.get("/events", response_model=Told, responses={200: {"content": {STREAM: {"schema": {"type": "string"}}}}})
@open_to(TRACKERS)
async def events(
    request: Request,
    here: Here,
    since: str | None = None,
    engagement: EngagementId | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response | Told:
    """Outcomes and verdicts (for a tracker: what became of its requests), after a cursor or from a time on; as a stream
    for who accepts such.

    Each is a CloudEvent. A stream goes on after `Last-Event-ID`.
    """
    begin = notices.since(last_event_id or since or "0")
    if STREAM not in request.headers.get("accept", ""):
        return await handling.page(here.store, begin, limit, engagement)
    STREAMS.enter(here.caller.label)
    is_ending = getattr(request.app.state, "is_ending", lambda: False)
    told = handling.stream(here.store, request.state.known, TRACKERS, begin, engagement, _news(request), is_ending)
    answer = Counted(told, headers={"X-Accel-Buffering": "no"})
    answer.who = here.caller.label
    return answer
