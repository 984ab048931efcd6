"""Signing in and out, for people: by a link that comes by mail, or that an administrator hands over.

At a provider: by_provider.py.
"""

import time
from typing import Annotated

import structlog
from fastapi import BackgroundTasks, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from shared.access import accounts, signing_in
from shared.access.api import register
from shared.access.caller import NOBODY
from shared.access.door import COOKIE, TooMany, shown
from shared.access.limits import Limit
from shared.access.opening import ANYBODY, open_to
from shared.access.register import Register
from shared.errors import NotNow, Refused
from shared.service import Service
from shared.web.addresses import is_https, parts_of
from shared.web.pages.rendering import render
from shared.web.routes import Routes

log = structlog.get_logger()
router = Routes(tags=["signing in"], include_in_schema=False)
Here = Annotated[Register, Depends(register)]
START = "/app/inbox"
ASKS = Limit(60)
"""How often one machine may ask for a link within a minute; never counted by mail address: others could use it up."""


def safe(next_: str) -> str:
    """Where somebody goes on who signed in: to a page of ours, whatever the address told."""
    told = parts_of(next_)
    is_ours = not told.scheme and not told.netloc and told.path.startswith("/app/") and "\\" not in next_
    return next_ if is_ours else START


@router.get("/sign-in")
@open_to(ANYBODY)
async def sign_in(request: Request, next: str = START) -> Response:
    """How to sign in."""
    if request.state.caller is not NOBODY:
        return RedirectResponse(safe(next), status_code=303)
    provider = request.app.state.provider
    return await page(request, "sign_in.html", next=safe(next), provider=provider.name if provider else "")


@router.post("/sign-in")
@open_to(ANYBODY)
async def ask_for_link(
    request: Request, here: Here, later: BackgroundTasks, address: Annotated[str, Form()] = ""
) -> Response:
    """Send a link to whoever reads mail at this address and may sign in; nobody else learns whether they may."""
    if wait := ASKS.waits(request.client.host if request.client else "", time.monotonic()):
        raise TooMany(wait)
    later.add_task(_send, here, next(iter(request.app.state.services.values())), address.strip())
    answer = await page(request, "look_into_mail.html", status=202)
    answer.background = later
    return answer


async def _send(here: Register, service: Service, address: str) -> None:
    person = await service.directory.whose(address)
    if person is None or person.left or await accounts.account(here, person.person_id) is None:
        log.info("sign_in_not_sent", why="no account has this address")
        return
    if await signing_in.has_enough(here, person.person_id):
        log.info("sign_in_not_sent", why="links that were sent still work", person_id=person.person_id)
        return
    try:
        told = await service.ask("followup", "mail", {"person_id": person.person_id, "kind": "sign_in"})
        log.info("sign_in_sent" if told is not None else "sign_in_not_sent", person_id=person.person_id)
    except (Refused, NotNow) as error:
        log.warning("sign_in_not_sent", person_id=person.person_id, why=type(error).__name__)


@router.get("/sign-in/link")
@open_to(ANYBODY)
async def look_at_link(request: Request, key: str = "", next: str = START) -> Response:
    """Ask whoever follows the link to press a button: programs that look through mails follow links, too."""
    return await page(request, "use_link.html", key=key, next=safe(next))


@router.post("/sign-in/link")
@open_to(ANYBODY)
async def use_link(
    request: Request, here: Here, key: Annotated[str, Form()] = "", next: Annotated[str, Form()] = START
) -> Response:
    """Use up the link, and sign its person in."""
    secret = await signing_in.use(here, key)
    if secret is None:
        return await page(request, "link_is_void.html", status=410)
    return await let_in(request, here, secret, next)


@router.post("/sign-out")
@open_to(ANYBODY)
async def sign_out(request: Request, here: Here) -> Response:
    """Sign out, here and at once."""
    if secret := shown(request.headers):
        await signing_in.end(here, secret)
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


async def let_in(request: Request, here: Register, secret: str, next_: str) -> Response:
    """The page on which somebody goes on who has just signed in."""
    if before := shown(request.headers):
        # Whoever was signed in here until now is not left signed in where nobody sees it.
        await signing_in.end(here, before)
    answer = RedirectResponse(safe(next_), status_code=303)
    lasts = round(signing_in.STAYS.total_seconds())
    kept = is_https(request)
    answer.set_cookie(COOKIE, secret, max_age=lasts, path="/", httponly=True, samesite="lax", secure=kept)
    return answer


async def page(request: Request, template: str, status: int = 200, **context: object) -> Response:
    """A page for whoever is not signed in."""
    answer = await render(request, template, status, navigation=(), **context)
    answer.headers["Cache-Control"] = "no-store"
    return answer
