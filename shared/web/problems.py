"""What a caller is told when something is refused: problem+json (RFC 9457), with every field that is wrong."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.errors import Malformed, NotNow, Problem, Refused, problems
from shared.events.complaints import complaints
from shared.web.headers import ALWAYS, UNLESS_TOLD
from shared.web.pages.refusing import refusal, wants_page

log = structlog.get_logger()


def problem(status: int, title: str, detail: str, told: tuple[Problem, ...] = ()) -> JSONResponse:
    """An answer that says what was wrong, where, and what to do."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if told:
        body["problems"] = [{"field": one.field, "reason": one.reason} for one in told]
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def answer_refusals(app: FastAPI) -> None:
    """Make every error of this app answer as problem+json; to a person with a browser, as a page."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(NotNow, _not_now)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)


async def answer(request: Request, status: int, title: str, detail: str, told: tuple[Problem, ...] = ()) -> Response:
    """The same for whoever asks: a page for people, problem+json for programs."""
    if wants_page(request):
        return await refusal(request, status, title, detail, told)
    return problem(status, title, detail, told)


async def refused(request: Request, error: Refused | NotNow) -> Response:
    """What somebody is told whose request is refused, and when to try again, if that helps."""
    told = problems(error) if isinstance(error, Refused) else ()
    answered = await answer(request, error.status, error.title, str(error), told)
    if error.retry_after is not None:
        answered.headers["Retry-After"] = str(error.retry_after)
    return answered


def _route(request: Request) -> str:
    """Which route was asked, without what stands in its places: that may be a name, or somebody's secret."""
    return str(getattr(request.scope.get("route"), "path", ""))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return await refused(request, error)


async def _not_now(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotNow)
    log.warning("request_not_now", route=_route(request), reason=error.reason)
    return await refused(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    inner = [{**one, "loc": one["loc"][1:] or one["loc"]} for one in error.errors()]
    told = complaints(inner)
    return await answer(request, 422, Malformed.title, "; ".join(map(str, told)), told)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return await answer(request, error.status_code, str(error.detail), str(error.detail))


async def _broken(request: Request, error: Exception) -> Response:
    log.error("request_failed", route=_route(request), error=type(error).__name__, exc_info=error)
    answered = await answer(
        request, 500, "Something broke here", "Nothing was recorded. Try again; if it stays, see the log."
    )
    # What broke is answered outside of whatever else puts headers on.
    answered.headers.update(ALWAYS | UNLESS_TOLD)
    return answered
