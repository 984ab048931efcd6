"""The door: each request that comes in gets its caller here, before any route sees it."""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.access import signing_in, tokens
from shared.access.caller import ALL_RIGHTS, NOBODY, Caller
from shared.access.limits import Limit
from shared.access.register import Register
from shared.access.secrets import hashed
from shared.errors import NotNow, Refused
from shared.web.addresses import parts_of
from shared.web.problems import refused

COOKIE = "throughline"
REMEMBERED_FOR = 0.5
"""Seconds for which somebody is let in without asking again: what is revoked is refused within a second."""
MOST = 2_000
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Door(Protocol):
    """Tells who is asking."""

    async def caller(self, scope: Scope) -> Caller:
        """Who sends this request; NOBODY where nothing says it. Refuses what nobody may send."""

    async def known(self, scope: Scope) -> Caller:
        """Who sent it, as it stands by now: for answers that go on for long."""


class OpenDoor:
    """For plays, replays and tests inside one process: whoever asks may see and do everything."""

    async def caller(self, scope: Scope) -> Caller:
        return ALL_RIGHTS

    async def known(self, scope: Scope) -> Caller:
        return ALL_RIGHTS


OPEN_DOOR = OpenDoor()


class TokenRefused(Refused):
    """This token is not known here, was revoked, or has expired. Ask an administrator for another."""

    status = 401
    title = "Sign in first"


class FromElsewhere(Refused):
    """This was sent by a page of another site, so nothing was done. Do it on the pages of Throughline itself."""

    status = 403
    title = "Sent from elsewhere"


class TooMany(Refused):
    """That is more than one may ask for within a minute. Try again in {seconds} seconds."""

    status = 429
    title = "Too many requests"

    def __init__(self, seconds: float) -> None:
        self.retry_after = max(1, round(seconds))
        super().__init__(seconds=self.retry_after)


class GuardedDoor:
    """Lets in who shows a token, or a cookie of somebody who signed in; everybody else comes as nobody."""

    def __init__(self, register: Register, a_minute: int = 0) -> None:
        self._register = register
        self._limit = Limit(a_minute)
        self._known: dict[str, tuple[float, Caller | None]] = {}

    async def caller(self, scope: Scope) -> Caller:
        headers = Headers(scope=scope)
        if _bearer(headers) is None and scope["method"] not in SAFE:
            _refuse_other_sites(headers, self._register.url, bool(shown(headers)))
        found = await self.known(scope)
        if found is NOBODY:
            return found
        if wait := self._limit.waits(found.label, time.monotonic()):
            raise TooMany(wait)
        return found

    async def known(self, scope: Scope) -> Caller:
        headers = Headers(scope=scope)
        if (token := _bearer(headers)) is not None:
            found = await self._remembered(token, self._by_token)
            if found is None:
                raise TokenRefused
            return found
        secret = shown(headers)
        return (await self._remembered(secret, self._by_sign_in) if secret else None) or NOBODY

    async def _remembered(self, secret: str, ask: Callable[[str], Awaitable[Caller | None]]) -> Caller | None:
        now, key = time.monotonic(), hashed(secret)
        since, found = self._known.get(key, (-REMEMBERED_FOR, None))
        if now - since >= REMEMBERED_FOR:
            found = await ask(secret)
            if len(self._known) > MOST:
                self._known.clear()
            self._known[key] = (now, found)
        return found

    async def _by_token(self, secret: str) -> Caller | None:
        token = await tokens.shown(self._register, secret)
        return token.caller if token else None

    async def _by_sign_in(self, secret: str) -> Caller | None:
        account = await signing_in.signed_in(self._register, secret)
        return account.caller if account else None


def _bearer(headers: Headers) -> str | None:
    """The token that a program shows; none where it shows none."""
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def shown(headers: Headers) -> str:
    """What the browser of somebody who signed in shows; empty where it shows nothing."""
    # Python's own reader stops at the first cookie that it does not like, and another site here may have set it.
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")


def _refuse_other_sites(headers: Headers, url: str, is_signed_in: bool) -> None:
    """Refuse what a page of another site makes a browser send; a browser always says from where it sends a form."""
    origin = headers.get("origin")
    if origin is None:
        if is_signed_in and headers.get("sec-fetch-site", "cross-site") not in ("same-origin", "none"):
            raise FromElsewhere
        return
    told, here = parts_of(origin), parts_of(url)
    # A proxy in front speaks HTTPS to the browser and HTTP to us: the host tells whose page it is, not the scheme.
    is_ours = (told.netloc or "nowhere") in {headers.get("host"), here.netloc}
    # Where people reach us by HTTPS, a page without it is of somebody in between.
    if not is_ours or (told.netloc == here.netloc and (here.scheme, told.scheme) == ("https", "http")):
        raise FromElsewhere


class AtTheDoor:
    """Puts the caller into each request: `request.state.caller`, and `request.state.known`, by which to ask again.

    Refuses as a route does: by a page, or a problem.
    """

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("state", {})
            try:
                scope["state"]["caller"] = await self._door.caller(scope)
                scope["state"]["known"] = partial(self._door.known, scope)
            except (Refused, NotNow) as error:
                scope["state"]["caller"] = NOBODY
                answer = await refused(Request(scope), error)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)
