"""A refusal as a page: what was wrong in plain words, what to do, and what was typed, so that nothing is lost."""

from typing import Any
from urllib.parse import parse_qsl, quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from shared.access.opening import NotSignedIn
from shared.errors import Problem
from shared.web.pages.flash import back
from shared.web.pages.forms import Mending, sentence
from shared.web.pages.rendering import render

NOT_TYPED = frozenset({"task_id", "fact_id"})
"""Fields that tell what a form was about: nobody typed them, and nobody reads them."""
BODY = "throughline.body"
"""Where the body is found again by whoever has to tell what was typed, after a route has read it."""


def wants_page(request: Request) -> bool:
    """Whether it is a person with a browser who asks."""
    is_page = request.url.path == "/app" or request.url.path.startswith("/app/")
    return is_page and not request.url.path.endswith((".json", ".csv")) and "text/html" in _accepted(request)


async def refusal(request: Request, status: int, title: str, detail: str, told: tuple[Problem, ...] = ()) -> Response:
    """The page that says so; in place of what a script asked for, the whole of the page it is on."""
    if status == NotSignedIn.status:
        return RedirectResponse(f"/sign-in?next={quote(request.url.path)}", status_code=303)
    mending = Mending(request.app.state.templates.globals["labels"])
    typed = [(mending.called(name), value) for name, value in typed_in(request) if name not in NOT_TYPED]
    context: dict[str, Any] = {"title": title, "typed": typed, "back": back(request, "/app/inbox")}
    context |= {"detail": detail, "is_told": all(one.reason in detail for one in told)}
    context["reasons"] = [sentence(mending.called(one.field), one.reason) for one in told]
    answer = await render(request, "refusal.html", status, code=status, **context)
    if "hx-request" in request.headers:
        answer.headers.update({"HX-Retarget": "#page", "HX-Reselect": "#page", "HX-Reswap": "outerHTML"})
    return answer


def _accepted(request: Request) -> str:
    accepted = request.headers.get("accept", "")
    return "text/html" if "hx-request" in request.headers else accepted


def typed_in(request: Request) -> list[tuple[str, str]]:
    """What the form had in it, field by field."""
    if request.method != "POST" or "urlencoded" not in request.headers.get("content-type", ""):
        return []
    body: bytes = request.scope.get(BODY, b"")
    return parse_qsl(body.decode(errors="replace"))
