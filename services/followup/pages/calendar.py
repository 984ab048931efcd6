"""One's own calendar: a secret address is made and shown once, with how to subscribe to it, and taken back."""

from typing import Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import Response

from services.followup import handlers
from services.followup.domain import Feed
from shared.access.opening import STAFF, open_to
from shared.errors import Malformed
from shared.web.addresses import here as here_is
from shared.web.desk import Desk, desk
from shared.web.pages.flash import went_well
from shared.web.pages.lists import Listed, listed, shown
from shared.web.pages.navigation import Entry
from shared.web.routes import Routes

router = Routes()
ENTRY = Entry("Calendar", "/app/calendar", order=70, icon="calendar_today")
Here = Annotated[Desk, Depends(desk("followup"))]
MINE = "/app/calendar"


@listed(router, "/calendar", "calendar.html", name="calendar-addresses")
@open_to(STAFF)
async def calendar(request: Request, here: Here) -> Listed:
    """The addresses of one's own calendar that answer; what they are is told to nobody again."""
    return Listed(await handlers.live_feeds(here.store, _me(here)), Feed, {"address": ""})


@router.post("/calendar/make")
@open_to(STAFF)
async def make(request: Request, here: Here) -> Response:
    """A new address. It is in this answer and nowhere else."""
    _feed, token = await handlers.make_feed(here.store, _me(here))
    address = f"{here_is(request)}{request.app.url_path_for('read_calendar', token=token)}"
    found = Listed(await handlers.live_feeds(here.store, _me(here)), Feed, {"address": address})
    answer = await shown(request, "calendar.html", found, MINE)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/calendar/revoke")
@open_to(STAFF)
async def revoke(request: Request, here: Here, feed_id: Annotated[str, Form()]) -> Response:
    """An address answers no more."""
    await handlers.revoke_feed(here.store, feed_id, _me(here))
    return went_well(request, "That address answers no more. Remove it from the calendar, too.", MINE, to=MINE)


def _me(here: Desk) -> str:
    if here.caller.person_id is None:
        raise Malformed("is only for people: a token has no calendar", "person_id")
    return here.caller.person_id
