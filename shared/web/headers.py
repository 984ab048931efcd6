"""What each answer tells the browser it must not do: run what is not ours, be framed, guess, keep, or tell others."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Not "no-referrer": a browser would then send forms as if they came from nowhere, and the door refuses those.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
UNLESS_TOLD = {"Cache-Control": "no-store"}
"""What an answer may decide for itself: what carries no people's data says so."""
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


class TellsBrowsers:
    """Puts these headers on every answer, whoever gives it."""

    def __init__(self, app: ASGIApp, is_https: bool = False) -> None:
        self._app = app
        self._always = ALWAYS | (HTTPS_ONLY if is_https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._tell(MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)

    def _tell(self, headers: MutableHeaders) -> None:
        for name, value in self._always.items():
            headers[name] = value
        for name, value in UNLESS_TOLD.items():
            headers.setdefault(name, value)
