"""One sentence that is said on the next page: what a form has done, and how to take it back."""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ValidationError

from shared.web.addresses import is_https, parts_of

COOKIE = "flash"
LASTS = 60
"""Seconds: whoever comes back later would not know of what the sentence speaks."""
LARGEST = 3_500
"""A browser keeps no cookie of more than 4096 bytes."""


class Flash(BaseModel):
    """What was done, and the facts to take back if it was a mistake."""

    sentence: str
    undo: tuple[str, ...] = ()
    """The ids of the facts that were said."""
    undo_at: str = ""
    """Where they are taken back."""


def went_well(
    request: Request, sentence: str, otherwise: str, undo: Sequence[str] = (), undo_at: str = "", to: str = ""
) -> RedirectResponse:
    """Back to the page that the form was on (`otherwise`, if that is not told; or on to `to`), which says this once."""
    answer = RedirectResponse(to or back(request, otherwise), status_code=303)
    flash = Flash(sentence=sentence, undo=tuple(undo), undo_at=undo_at)
    if len(_packed(flash)) > LARGEST:
        flash = Flash(sentence=sentence)
    kept = is_https(request)
    answer.set_cookie(COOKIE, _packed(flash), max_age=LASTS, path="/app", httponly=True, samesite="lax", secure=kept)
    return answer


def flashed(request: Request) -> Flash | None:
    """What the page before has left to say."""
    try:
        packed = urlsafe_b64decode(request.cookies.get(COOKIE, ""))
        told: Any = json.loads(zlib.decompressobj().decompress(packed, LARGEST * 10))
        return Flash.model_validate(told)
    except (ValueError, ValidationError, zlib.error):
        return None


def forget(answer: Response) -> None:
    """It was said; it is not said again."""
    answer.delete_cookie(COOKIE, path="/app")


def _packed(flash: Flash) -> str:
    return urlsafe_b64encode(zlib.compress(flash.model_dump_json(exclude_defaults=True).encode(), 9)).decode()


def back(request: Request, otherwise: str) -> str:
    """The page that the form was on, with its filters; never one of somebody else, nor the answer to this very form."""
    came_from = parts_of(request.headers.get("referer", ""))
    is_ours = came_from.netloc == request.headers.get("host") and came_from.path.startswith("/app/")
    if not is_ours or came_from.path == request.url.path:
        return otherwise
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")
