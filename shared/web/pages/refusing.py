"""A refusal as a page: what was wrong in plain words, what to do, and what was typed, so that nothing is lost."""

from typing import Any
from urllib.parse import parse_qsl, quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from shared.access.caller import NOBODY
from shared.access.opening import NotSignedIn
from shared.errors import Problem
from shared.web.pages.flash import back
from shared.web.pages.forms import Mending, sentence
from shared.web.pages.rendering import render

NOT_TYPED = frozenset({"task_id", "fact_id"})
"""Fields that tell what a form was about: nobody typed them, and nobody reads them."""
PAGES = frozenset({"/app", "/sign-in", "/sign-out"})
SIGN_IN = "/sign-in"
"""Where whoever is not signed in goes on."""
REFUSES = "throughline.refuses"
"""Where those pages that are not of the staff leave who says their refusals, in the words of their readers."""
BODY = "throughline.body"
"""Where the body is found again by whoever has to tell what was typed, after a route has read it."""


def wants_page(request: Request) -> bool:
    """Whether it is a person with a browser who asks."""
    is_page = request.url.path.startswith(("/app/", "/sign-in/")) or request.url.path in PAGES
    return is_page and not request.url.path.endswith((".json", ".csv")) and "text/html" in _accepted(request)


async def refusal(request: Request, status: int, title: str, detail: str, told: tuple[Problem, ...] = ()) -> Response:
    """The page that says so; in place of what a script asked for, the whole of the page it is on."""
    if REFUSES in request.scope:
        said: Response = await request.scope[REFUSES](request, status)
        return said
    if status == NotSignedIn.status:
        # What a form was sent to is no page to come back to.
        goes_on = request.url.path if request.method == "GET" else back(request, "/app/inbox")
        return RedirectResponse(f"{SIGN_IN}?next={quote(goes_on)}", status_code=303)
    mending = Mending(request.app.state.templates.globals["labels"])
    is_inside = request.url.path.startswith("/app")
    typed = [one for one in typed_in(request) if is_inside and one[0] not in NOT_TYPED]
    context: dict[str, Any] = {"title": title, "typed": [(mending.called(name), value) for name, value in typed]}
    context |= {"detail": detail, "is_told": all(one.reason in detail for one in told)}
    context["reasons"] = [sentence(mending.called(one.field), one.reason) for one in told]
    context["back"] = back(request, "/app/inbox") if is_inside else SIGN_IN
    if request.state.caller is NOBODY:
        context["navigation"] = ()
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
