"""One's own account: who one is here, what one may do, and where one is signed in."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.access import signing_in
from shared.access.api import Here
from shared.access.door import shown
from shared.access.opening import STAFF, open_to
from shared.access.signing_in import SignedIn
from shared.web.pages.flash import went_well
from shared.web.pages.lists import Listed, listed
from shared.web.pages.navigation import Pages
from shared.web.routes import Routes

router = Routes(prefix="/app", tags=["pages"], include_in_schema=False)
HERE = "/app/account"
ACCOUNT = Pages(router, Path(__file__).parents[1] / "templates")
Which = Annotated[str, Form(), Field(pattern="^[0-9a-f]{16}$")]


class Row(BaseModel):
    """One browser in which somebody is signed in."""

    sign_in: str
    since: datetime
    until: datetime
    is_this: bool


@listed(router, "/account", "my_account.html", name="sign-ins")
@open_to(STAFF)
async def my_account(request: Request, here: Here) -> Listed:
    """Who you are here, and where you are signed in."""
    person_id = request.state.caller.person_id
    found = await signing_in.sign_ins(here, person_id) if person_id else []
    mine = signing_in.name_of(shown(request.headers))
    return Listed([_row(one, mine) for one in found], Row)


@router.post("/account/sign-out", response_model=None)
@open_to(STAFF)
async def sign_out_there(request: Request, here: Here, sign_in: Which) -> Response:
    """Sign out in one browser."""
    if person_id := request.state.caller.person_id:
        await signing_in.end_one(here, person_id, sign_in)
    return went_well(request, "You are signed out there.", HERE, to=HERE)


@router.post("/account/sign-out-elsewhere", response_model=None)
@open_to(STAFF)
async def sign_out_elsewhere(request: Request, here: Here) -> Response:
    """Sign out everywhere but here."""
    if person_id := request.state.caller.person_id:
        await signing_in.end_others(here, person_id, shown(request.headers))
    return went_well(request, "You are signed out everywhere else.", HERE, to=HERE)


def _row(one: SignedIn, mine: str) -> Row:
    return Row(sign_in=one.name, since=one.since, until=one.until, is_this=one.name == mine)
