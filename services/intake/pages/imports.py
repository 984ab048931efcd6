"""A file of requests for people: chosen, its columns looked at, foreseen, taken in, and given back with its problems.

The file goes from page to page in the forms themselves: nothing of it is kept here until it is taken in.
"""

import asyncio
import zlib
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, File, Form, Request, UploadFile
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError

from services.intake.decisions.importing.tables import MOST_BYTES
from services.intake.domain.imports import NAMES, NEEDED, ByProblem, Columns, Imported, Looked
from services.intake.handlers import imports as handlers
from services.intake.handlers.imports import LONGEST_NAME, Handed, Wanted
from services.intake.pages.here import Here
from shared.access.opening import IMPORTERS, open_to
from shared.errors import Malformed, Refused
from shared.events.fields import Slug
from shared.web.desk import Desk
from shared.web.pages import forms
from shared.web.pages.lists import Listed, listed
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes()
HERE = "/app/requests/import"
STEPS = ("again", "foresee", "take-in", "file")
MOST_PACKED = MOST_BYTES * 4 // 3 + 4
"""The letters that a file takes in a form."""
SOURCE: TypeAdapter[str] = TypeAdapter(Slug)
CALLED = {
    "external_id": "Its number in the tracker",
    "jurisdiction": "State, territory or Tribe",
    "topic": "Topic",
    "need": "What is asked for",
    "logged_on": "Day on which it was asked",
    "status": "Whether it still stands",
    "reason": "Why it was withdrawn",
    "how": "How it was answered",
    "answered_on": "Day on which it was answered",
}
"""What a column may tell, as people call it."""
NO_COLUMN = "(none)"
NOT_WHOLE = "did not come here whole: choose it again"


@dataclass(frozen=True)
class Step:
    """What goes from page to page: the file, how it is to be read, and what is to be done with it."""

    source: str = ""
    file: str = ""
    packed: str = field(default="", repr=False)
    columns: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    historic: bool = False
    accept_valid: bool = False

    @property
    def wanted(self) -> Wanted:
        return Wanted(historic=self.historic, accept_valid=self.accept_valid)

    async def handed(self) -> Handed:
        """The file as somebody hands it in."""
        content = await asyncio.to_thread(_unpacked, self.packed)
        told = {name: "" if column == NO_COLUMN else column for name, column in self.columns.items() if column}
        wanted = forms.made(Columns, columns=told, dates=self.dates or None)
        return Handed(_source(self.source), self.file[-LONGEST_NAME:] or "file", content, wanted if told else None)


async def _step(request: Request) -> Step:
    told = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    columns: dict[str, str] = {name: told[f"column_{name}"] for name in NAMES if f"column_{name}" in told}
    words = {name: told.get(name, "") for name in ("source", "file", "packed", "dates")}
    return Step(**words, columns=columns, historic="historic" in told, accept_valid=told.get("rows") == "valid")


Told = Annotated[Step, Depends(_step)]


@router.get("/requests/import")
@open_to(IMPORTERS)
async def ask_for_a_file(request: Request, here: Here) -> Response:
    """The form on which a file is chosen, and how well those before it passed."""
    return await _form(request, here, {"source": here.caller.source or ""})


@router.post("/requests/import/columns", response_model=None)
@open_to(IMPORTERS)
async def look(
    request: Request, here: Here, source: Annotated[str, Form()] = "", file: Annotated[UploadFile | str, File()] = ""
) -> Response:
    """How a file would be read."""
    try:
        if isinstance(file, str) or not file.filename:
            raise Malformed("is missing: choose one", "file")
        name = "".join(letter for letter in file.filename if letter.isprintable())[-LONGEST_NAME:]
        handed = Handed(_source(source.strip()), name or "file", await file.read())
        looked = await handlers.look(here.store, handed)
    except Refused as error:
        return await _form(request, here, {"source": source}, forms.wrong(error), error.status)
    packed = await asyncio.to_thread(_packed, handed.content)
    return await _columns(request, Step(handed.source, handed.file, packed), looked)


@router.post("/requests/import/again")
@open_to(IMPORTERS)
async def look_again(request: Request, here: Here, told: Told) -> Response:
    """Back to how the file is read, from the page that foresees."""
    return await _columns(request, told, await handlers.look(here.store, await told.handed()))


@router.post("/requests/import/foresee")
@open_to(IMPORTERS)
async def foresee(request: Request, here: Here, told: Told) -> Response:
    """What a file would do; nothing of it is kept."""
    return await _come_to(request, here, told, Wanted(True, told.historic, told.accept_valid))


@router.post("/requests/import/take-in")
@open_to(IMPORTERS)
async def take_in(request: Request, here: Here, told: Told) -> Response:
    """Take the file in: all of it, or the rows that pass. To send this again changes nothing."""
    return await _come_to(request, here, told, told.wanted)


@router.post("/requests/import/file", response_model=None)
@open_to(IMPORTERS)
async def give_back(here: Here, told: Told) -> Response:
    """One's own file with a column Problem."""
    came = await handlers.take_in(here.store, await told.handed(), Wanted(preview=True, historic=told.historic))
    if came.returned is None:
        raise Malformed("has no row with a problem any more", "file")
    back = came.returned
    name = "".join(one if one.isascii() and (one.isalnum() or one in "-_. ") else "_" for one in back.file)
    given = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(b64decode(back.content), media_type=back.media_type, headers=given)


@listed(router, "/requests/import/{source}", "imports_quality.html", name="quality")
@open_to(IMPORTERS)
async def quality(request: Request, here: Here, source: str) -> Listed:
    """How well the files of a tracker pass: what is wrong in them, the most frequent first."""
    found = await handlers.quality(here.store, source)
    return Listed(found.problems, ByProblem, {"quality": found, "called": CALLED})


async def _come_to(request: Request, here: Desk, told: Step, wanted: Wanted) -> Response:
    handed = await told.handed()
    try:
        came = await handlers.take_in(here.store, handed, wanted)
    except Malformed as error:
        looked = await handlers.look(here.store, Handed(handed.source, handed.file, handed.content))
        return await _columns(request, told, looked, _wrong(error), error.status)
    return await _result(request, told, wanted, came)


def _wrong(error: Malformed) -> dict[str, str]:
    told = forms.wrong(error)
    return {f"column_{name}" if name in NAMES else name: reason for name, reason in told.items()}


async def _result(request: Request, told: Step, wanted: Wanted, came: Imported) -> Response:
    is_refused = bool(came.problems) and not wanted.accept_valid
    status = 422 if is_refused and not wanted.preview else 200
    beside = {"step": told, "came": came, "is_preview": wanted.preview, "is_refused": is_refused, "called": CALLED}
    return await render(request, "imports_result.html", status, **beside)


async def _columns(
    request: Request, told: Step, looked: Looked, wrong: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    read = {one.name: one.column for one in looked.columns if one.name}
    chosen = {name: told.columns.get(name) or read.get(name, NO_COLUMN if told.columns else "") for name in NAMES}
    beside = {"step": told, "looked": looked, "chosen": chosen, "problems": wrong or {}}
    labels = list(dict.fromkeys(one.column for one in looked.columns))
    return await render(
        request, "imports_columns.html", status, **beside, labels=labels, names=NAMES, needed=NEEDED, called=CALLED
    )


async def _form(
    request: Request, here: Desk, typed: Mapping[str, Any], wrong: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    known = await handlers.qualities(here.store)
    return await render(request, "imports.html", status, typed=typed, problems=wrong or {}, known=known)


def _source(told: str) -> str:
    try:
        return SOURCE.validate_python(told)
    except ValidationError:
        raise Malformed("is missing" if not told else "has letters, digits, - and _ only", "source") from None


def _packed(content: bytes) -> str:
    return urlsafe_b64encode(zlib.compress(content)).decode()


def _unpacked(packed: str) -> bytes:
    """The file again; one that is larger than may be is cut off right behind that, and refused where it is read."""
    opening = zlib.decompressobj()
    try:
        content = opening.decompress(urlsafe_b64decode(packed), MOST_BYTES + 1)
    except (ValueError, zlib.error):
        raise Malformed(NOT_WHOLE, "file") from None
    if not opening.eof and len(content) <= MOST_BYTES:
        raise Malformed(NOT_WHOLE, "file")
    return content
