"""A file of people for administrators: looked at, then taken in whole, or not at all."""

from dataclasses import replace
from typing import Annotated

from fastapi import File, Form, Request, UploadFile
from fastapi.responses import Response
from pydantic import ValidationError

from services.intake.decisions.people import text_of
from services.intake.domain.people import Imported, ImportPeople, Preview
from services.intake.handlers.people import NotWhole
from services.intake.pages.here import Here
from services.intake.pages.people import PEOPLE, Book, Doors, first_page
from shared.access.opening import ADMINISTRATORS, open_to
from shared.errors import Malformed
from shared.web.pages.flash import went_well
from shared.web.pages.forms import wrong
from shared.web.pages.lists import shown
from shared.web.pages.rendering import render
from shared.web.reading import LARGEST
from shared.web.routes import Routes

router = Routes()
AROUND = 4096
"""Bytes that a browser puts around what it sends."""


@router.post("/people/import", response_model=None)
@open_to(ADMINISTRATORS)
async def look_at_file(
    request: Request, here: Here, doors: Doors, book: Book, file: Annotated[UploadFile | str, File()] = ""
) -> Response:
    """What a file of people would change; nothing of it is kept, neither here nor until it is taken in."""
    try:
        if isinstance(file, str) or not file.filename:
            raise Malformed("is missing: choose one", "file")
        text, is_guessed = text_of(await file.read())
        _fits(text)
        return await _foreseen(request, text, await book.foresee(ImportPeople(csv=text)), is_guessed)
    except (Malformed, ValidationError) as error:
        told = {"file" if field in ("", "csv") else field: reason for field, reason in wrong(error).items()}
        page = await first_page(here, doors, problems=told)
        return await shown(request, "people.html", replace(page, status=Malformed.status), PEOPLE)


@router.post("/people/take-in", response_model=None)
@open_to(ADMINISTRATORS)
async def take_in(request: Request, book: Book, csv: Annotated[str, Form()]) -> Response:
    """Take in a file of people that was looked at: all of it, or nothing."""
    # A browser sends a form with line ends of its own, which are more bytes than the file had.
    file = ImportPeople(csv=csv.replace("\r\n", "\n"), whole=True)
    try:
        imported = await book.take_in(file)
    except NotWhole:
        return await _foreseen(request, csv, await book.foresee(file))
    return went_well(request, _summary(imported), PEOPLE, to=PEOPLE)


def _fits(text: str) -> None:
    """Refuse a file that could be looked at, but not be taken in: a browser sends two letters for each line end."""
    if len(text.encode()) + text.count("\n") > LARGEST - AROUND:
        raise Malformed(
            "is too large to be taken in at once; make two of it, each with the names of the columns", "file"
        )


async def _foreseen(request: Request, text: str, preview: Preview, is_guessed: bool = False) -> Response:
    told = {"csv": text, "preview": preview, "is_guessed": is_guessed}
    return await render(request, "people_foreseen.html", 422 if preview.refused else 200, **told)


def _summary(imported: Imported) -> str:
    """How many people met which outcome, in a line."""
    words = {"added": "added", "changed": "changed", "same": "as they were"}
    told = [f"{count} {word}" for outcome, word in words.items() if (count := imported.count(outcome))]
    return f"The file is taken in: {', '.join(told) or 'it had no rows'}."
