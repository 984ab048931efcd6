"""Signing in at the provider that the settings name: there, and back again."""

import time
from collections.abc import Mapping
from urllib.parse import quote, unquote

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from shared.access import accounts, attempts, identities, signing_in
from shared.access.attempts import Attempt
from shared.access.caller import NOBODY
from shared.access.failing import Departed, KnownAsAnother, NoAddress, NotKnown, SignInFailed, Stale, TooManyAtOnce
from shared.access.limits import Limit
from shared.access.opening import ANYBODY, open_to
from shared.access.pages import START, Here, let_in, page, safe
from shared.access.provider import Provider, Vouched
from shared.access.register import Register
from shared.people import ADDRESS, Directory, Person
from shared.web.addresses import is_https

log = structlog.get_logger()
router = APIRouter(tags=["signing in"], include_in_schema=False)
BEGIN, BACK = "/sign-in/provider", "/sign-in/provider/return"
COOKIE = "throughline-sign-in"
"""What the browser keeps of an attempt: its secret, and where to go on."""
LONGEST = 1_000
"""The most letters of an address to go on to that a browser is to keep."""
STARTS = Limit(60)
"""How many attempts may begin at one machine within a minute."""


@router.get(BEGIN)
@open_to(ANYBODY)
async def begin(request: Request, here: Here, next: str = START) -> Response:
    """Go to the provider; by following a link, for a browser lets no form lead to another site."""
    provider: Provider | None = request.app.state.provider
    if provider is None or request.state.caller is not NOBODY:
        return RedirectResponse("/sign-in" if provider is None else safe(next), status_code=303)
    try:
        if STARTS.waits(request.client.host if request.client else "", time.monotonic()):
            raise TooManyAtOnce
        attempt = await attempts.begin(here)
        place = await provider.where(attempt, here.url + BACK)
    except SignInFailed as error:
        return await _failed(request, provider, next, error)
    answer = RedirectResponse(place, status_code=303, headers={"Cache-Control": "no-store"})
    kept = f"{attempt.secret}.{quote(safe(next), safe='')}"
    lasts = round(attempts.LASTS.total_seconds())
    answer.set_cookie(
        COOKIE,
        kept if len(kept) <= LONGEST else attempt.secret,
        max_age=lasts,
        path=BEGIN,
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )
    return answer


@router.get(BACK)
@open_to(ANYBODY)
async def come_back(request: Request, here: Here) -> Response:
    """Whoever comes back from the provider is signed in, if it vouches for somebody who may sign in here."""
    provider: Provider | None = request.app.state.provider
    if provider is None:
        return RedirectResponse("/sign-in", status_code=303)
    secret, _, next_ = request.cookies.get(COOKIE, "").partition(".")
    next_ = unquote(next_) or START
    try:
        person_id = await _whoever_comes(request, here, provider, Attempt(secret))
        session = await signing_in.begin(here, person_id)
        if session is None:
            raise NotKnown("no account")
    except SignInFailed as error:
        return await _failed(request, provider, next_, error)
    log.info("signed_in", by="provider", person_id=person_id)
    answer = await let_in(request, here, session, next_)
    answer.delete_cookie(COOKIE, path=BEGIN)
    return answer


async def _whoever_comes(request: Request, here: Register, provider: Provider, attempt: Attempt) -> str:
    told: Mapping[str, str] = request.query_params
    if not attempt.is_answered_by(told.get("state", "")):
        raise Stale("the answer is to no attempt of this browser")
    if not await attempts.finish(here, attempt):
        raise Stale("the attempt was finished before, or took too long")
    vouched = await provider.vouched(attempt, here.url + BACK, told, here.clock.now())
    return await _known_here(here, request.app.state.directory, provider, vouched)


async def _known_here(here: Register, directory: Directory, provider: Provider, vouched: Vouched) -> str:
    """Who this is here; raises SignInFailed for whoever may not sign in."""
    person_id = await identities.known(here, vouched.issuer, vouched.subject)
    if person_id is not None:
        person = (await directory.named([person_id])).get(person_id)
    else:
        person = await _by_address(directory, await provider.address_of(vouched))
    if person is None:
        raise NotKnown("not in the directory")
    if person.left:
        raise Departed("left")
    if await accounts.account(here, person.person_id) is None:
        raise NotKnown("no account")
    if person_id is None and not await identities.introduce(here, vouched.issuer, vouched.subject, person.person_id):
        raise KnownAsAnother("the person has another subject")
    return person.person_id


async def _by_address(directory: Directory, address: str | None) -> Person | None:
    if address is None:
        raise NoAddress("no address, or none that is verified")
    return await directory.whose(address) if ADDRESS.fullmatch(address) else None


async def _failed(request: Request, provider: Provider, next_: str, error: SignInFailed) -> Response:
    """What went wrong, in plain words, and what to do."""
    log.warning("sign_in_failed", by="provider", kind=type(error).__name__, why=error.why)
    told = {"title": error.title, "sentence": error.told(provider.name), "can_try_again": error.can_try_again}
    return await page(request, "not_signed_in.html", error.status, **told, provider=provider.name, next=safe(next_))
