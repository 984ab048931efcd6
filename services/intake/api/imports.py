"""Files of requests by HTTP: how one would be read, taking it in, and how well those of a tracker pass."""

from typing import Annotated

from fastapi import Depends, Form, Path, UploadFile
from pydantic import ValidationError

from services.intake.api.here import Here
from services.intake.domain.imports import Columns, Imported, Looked, Quality
from services.intake.handlers import imports as handlers
from services.intake.handlers.imports import LONGEST_NAME, Handed, Wanted
from shared.access.opening import IMPORTERS, open_to
from shared.events.complaints import complaints, malformed
from shared.events.fields import SLUG
from shared.web.routes import Routes

router = Routes()
Source = Annotated[str, Form(pattern=SLUG)]
OfTracker = Annotated[str, Path(pattern=SLUG)]


async def _handed(file: UploadFile, source: Source, columns: Annotated[str, Form()] = "{}") -> Handed:
    try:
        told = Columns.model_validate_json(columns, strict=True)
    except ValidationError as error:
        raise malformed(complaints(error.errors(include_url=False, include_input=False), "columns")) from None
    name = "".join(letter for letter in file.filename or "" if letter.isprintable())[-LONGEST_NAME:]
    return Handed(source, name or "file", await file.read(), told if told != Columns() else None)


File = Annotated[Handed, Depends(_handed)]


@router.post("/imports/columns")
@open_to(IMPORTERS)
async def look_at_columns(here: Here, handed: File) -> Looked:
    """How a file of requests would be read: which column tells what. Nothing of it is kept."""
    return await handlers.look(here.store, handed)


@router.post("/imports")
@open_to(IMPORTERS)
async def import_file(
    here: Here,
    handed: File,
    preview: Annotated[bool, Form()] = False,
    historic: Annotated[bool, Form()] = False,
    accept_valid: Annotated[bool, Form()] = False,
) -> Imported:
    """Take in a file of requests, CSV or XLSX: all of it, or nothing. Handing it in twice changes nothing.

    `preview` records nothing, and tells what would be owed. With `historic` nothing falls due that was due before now.
    With `accept_valid` the rows that pass are taken in, though others are refused. `columns` is JSON: {"columns":
    {"topic": "Subject"}, "dates": "day first"}; what it leaves out is read as the last time, else guessed.
    """
    return await handlers.take_in(here.store, handed, Wanted(preview, historic, accept_valid))


@router.get("/imports/{source}")
@open_to(IMPORTERS)
async def get_quality(here: Here, source: OfTracker) -> Quality:
    """How well the files of a tracker pass: the share of rows, and what is wrong with the others."""
    return await handlers.quality(here.store, source)


@router.get("/imports/{source}/columns")
@open_to(IMPORTERS)
async def get_columns(here: Here, source: OfTracker) -> Columns:
    """How the files of a tracker are read."""
    return await handlers.columns(here.store, source)
