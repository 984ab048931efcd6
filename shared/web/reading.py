"""What comes in by HTTP is read as strictly as what comes on the bus, before any route sees it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fastapi.routing import RouteContext
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.access.door import SAFE
from shared.access.opening import refuse_unread
from shared.errors import Malformed, Problem, Refused
from shared.events import strict_json
from shared.web.pages.refusing import BODY
from shared.web.problems import answer, refused

LARGEST = 1 << 20
"""The most bytes of a request: several times what a fact may have, however its letters are escaped."""
NUL = b"%00"
NO_FILES: Mapping[str, int] = MappingProxyType({})


class StrictReading:
    """Refuses what is too large, what is JSON in more than one reading, and ids that no database could hold."""

    def __init__(
        self,
        app: ASGIApp,
        largest: int = LARGEST,
        files: Mapping[str, int] = NO_FILES,
        routes: Sequence[RouteContext] = (),
    ) -> None:
        self._app = app
        self._routes = routes
        self._largest = largest
        self._files = files
        """Paths to which files are sent, and the most bytes of each."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            _refuse_nul(scope)
            _leave_out_what_is_empty(scope)
            body = await self._body(receive, self._most(scope))
            _refuse_loose_json(scope, body)
        except ClientGone:
            return
        except TooLarge as error:
            told = await answer(Request(scope), 413, "Too large", str(error), (Problem("", str(error)),))
            await told(scope, receive, send)
        except Malformed as error:
            told = await answer(Request(scope), error.status, error.title, _told(error.problems), error.problems)
            await told(scope, receive, send)
        except Refused as error:
            told = await refused(Request(scope), error)
            await told(scope, receive, send)
        else:
            scope[BODY] = body
            await self._app(scope, _again(body, receive), send)

    def _most(self, scope: Scope) -> int:
        """How much may come; refuses whoever may send nothing here, before it is read."""
        if scope["method"] in SAFE:
            return self._largest
        refuse_unread(self._routes, scope)
        return self._files.get(scope["path"], self._largest)

    async def _body(self, receive: Receive, largest: int) -> bytes:
        """All of the body, unless it is too large: then no more of it than shows that."""
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            more = message.get("more_body", False)
            if size > largest:
                raise TooLarge(largest)
        return b"".join(parts)


class ClientGone(Exception):
    """Whoever asked went away before all of it was here; half of a form is another form."""


class TooLarge(Exception):
    """A request may have {largest:,} bytes at most."""

    def __init__(self, largest: int) -> None:
        super().__init__((self.__doc__ or "").format(largest=largest))


def _refuse_nul(scope: Scope) -> None:
    if "\0" in scope["path"] or NUL in scope["query_string"] or b"\0" in scope["query_string"]:
        raise Malformed("must not contain the character NUL", "path" if "\0" in scope["path"] else "query")


def _leave_out_what_is_empty(scope: Scope) -> None:
    """Of a page's address, the filters in which nothing was chosen: browsers send them all the same."""
    if scope["path"].startswith("/app/"):
        scope["query_string"] = b"&".join(one for one in scope["query_string"].split(b"&") if one.partition(b"=")[2])


def _refuse_loose_json(scope: Scope, body: bytes) -> None:
    """Refuse what Python would read as JSON and others would not, or otherwise: NaN, a name that is there twice."""
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    if body and (kind == "application/json" or kind.endswith("+json")):
        strict_json.read_one_or_many(body, len(body))


def _told(problems: tuple[Problem, ...]) -> str:
    return "; ".join(map(str, problems))


def _again(body: bytes, receive: Receive) -> Receive:
    """A way to receive what was received already, and then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again
