"""Data for evaluators by HTTP: tables as files, what changed since a cursor, and the dictionary of their columns."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel

from services.evaluation.api.here import Here
from services.evaluation.domain.data import TABLES, dictionary
from services.evaluation.domain.data.asking_for import IN_CONFIDENCE, Wanted, wanted
from services.evaluation.handlers import data
from services.evaluation.handlers.data import Begun
from shared.access.opening import EVALUATORS, STAFF, NotForYou, open_to
from shared.tabular import files, writing
from shared.tabular.columns import Column, about, columns_of, names_of
from shared.web.desk import Desk
from shared.web.routes import Routes

router = Routes(prefix="/data")
CURSOR = "Throughline-Cursor"
As = Literal["csv", "jsonl", "xlsx", "parquet"]
MEDIA: Mapping[As, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


Sheet = tuple[str, list[str], AsyncIterator[list[dict[str, Any]]]]


class Offered(BaseModel):
    """A table that can be had."""

    table: str
    about: str
    key: list[str]
    """The columns that name a row."""
    files: list[str]
    """Where it is, in each form."""


class Tables(BaseModel):
    """The tables that there are for whoever asks."""

    items: list[Offered]
    workbook: str = "/data/workbook.xlsx"
    dictionary: str = "/data/dictionary.csv"


def _as(media: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media: {"schema": {"type": "string"}}}}}


def _file(form: As) -> dict[int | str, dict[str, Any]]:
    """What a route answers, as its document tells it."""
    media = MEDIA[form].partition(";")[0]
    headers = {CURSOR: {"description": "give it as `since` next time", "schema": {"type": "string"}}}
    schema: dict[str, Any] = {"type": "string"} if form in ("csv", "jsonl") else {"type": "string", "format": "binary"}
    return {200: {"description": "The rows.", "content": {media: {"schema": schema}}, "headers": headers}}


def _wanted(
    table: str, engagement: str | None = None, jurisdiction: str | None = None, since: str | None = None
) -> Wanted:
    return wanted(table, engagement, jurisdiction, since)


Which = Annotated[Wanted, Depends(_wanted)]


@router.get("")
@open_to(STAFF)
async def list_tables(here: Here) -> Tables:
    """The tables that evaluators take with them, and where each is."""
    return Tables(
        items=[
            Offered(
                table=one.table,
                about=about(one),
                key=list(one.key),
                files=[f"/data/{one.table}.{form}" for form in MEDIA],
            )
            for one in TABLES
            if _may_read(here, one.table)
        ]
    )


@router.get("/dictionary.csv", response_class=Response, responses=_as("text/csv"))
@open_to(STAFF)
async def dictionary_as_csv() -> Response:
    """What each column of each table means, as a table."""
    told = [piece async for piece in writing.as_csv(dictionary.NAMES, _in_one(dictionary.rows()))]
    return Response(b"".join(told), media_type=MEDIA["csv"])


@router.get("/dictionary.json")
@open_to(STAFF)
async def dictionary_as_json() -> list[Column]:
    """What each column of each table means."""
    return dictionary.columns()


@router.get("/dictionary.md", response_class=Response, responses=_as("text/markdown"))
@open_to(STAFF)
async def dictionary_as_words() -> Response:
    """What each column of each table means, to be read."""
    return Response(dictionary.page(), media_type="text/markdown; charset=utf-8")


@router.get("/workbook.xlsx", response_class=Response, responses=_file("xlsx"))
@open_to(STAFF)
async def workbook(request: Request, here: Here, engagement: str | None = None, since: str | None = None) -> Response:
    """All tables as sheets of one workbook, with the dictionary before them."""
    tables = [one.table for one in TABLES if _may_read(here, one.table)]
    tables = [one for one in tables if engagement is None or one != "requests"]
    begun = [await data.begin(here.store, wanted(one, engagement, None, since)) for one in tables]
    told: list[Sheet] = [("dictionary", dictionary.NAMES, _in_one(dictionary.rows()))]
    told += [_sheet(here, one) for one in begun]
    # The cursor of the first: what has changed while the others were looked for comes again.
    return await _answer(request, "workbook", "xlsx", files.as_workbook(told), begun[0].cursor)


@router.get("/{table}.csv", response_class=Response, responses=_file("csv"))
@open_to(STAFF)
async def as_csv(request: Request, here: Here, which: Which) -> Response:
    """A table as CSV; what a spreadsheet would take for a formula stays words."""
    begun = await _begin(here, which)
    pieces = writing.as_csv(names_of(columns_of(which.of)), data.batches(here.store, begun))
    return await _answer(request, which.of.table, "csv", pieces, begun.cursor)


@router.get("/{table}.jsonl", response_class=Response, responses=_file("jsonl"))
@open_to(STAFF)
async def as_json_lines(request: Request, here: Here, which: Which) -> Response:
    """A table as JSON, one row a line."""
    begun = await _begin(here, which)
    pieces = writing.as_json_lines(names_of(columns_of(which.of)), data.batches(here.store, begun))
    return await _answer(request, which.of.table, "jsonl", pieces, begun.cursor)


@router.get("/{table}.xlsx", response_class=Response, responses=_file("xlsx"))
@open_to(STAFF)
async def as_workbook(request: Request, here: Here, which: Which) -> Response:
    """A table as a workbook of one sheet."""
    begun = await _begin(here, which)
    pieces = files.as_workbook([_sheet(here, begun)])
    return await _answer(request, which.of.table, "xlsx", pieces, begun.cursor)


@router.get("/{table}.parquet", response_class=Response, responses=_file("parquet"))
@open_to(STAFF)
async def as_parquet(request: Request, here: Here, which: Which) -> Response:
    """A table as Parquet, with types and meanings; needs what is installed as throughline[reports]."""
    files.see_that_parquet_is_here()
    begun = await _begin(here, which)
    told = {"about": about(which.of), "cursor": begun.cursor}
    pieces = files.as_parquet(columns_of(which.of), data.batches(here.store, begun), told)
    return await _answer(request, which.of.table, "parquet", pieces, begun.cursor)


def _may_read(here: Desk, table: str) -> bool:
    return table not in IN_CONFIDENCE or not EVALUATORS.isdisjoint(here.caller.roles)


def _sheet(here: Desk, begun: Begun) -> Sheet:
    of = begun.wanted.of
    return of.table, names_of(columns_of(of)), data.batches(here.store, begun)


async def _begin(here: Desk, which: Wanted) -> Begun:
    if not _may_read(here, which.of.table):
        raise NotForYou(roles="evaluators and administrators")
    return await data.begin(here.store, which)


async def _answer(
    request: Request, name: str, form: As, pieces: AsyncIterator[bytes], cursor: str
) -> StreamingResponse:
    """A file as it is written; what cannot be written at all is refused before the first byte."""
    first = await anext(pieces, b"")

    async def all_of_it() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    since = request.url.include_query_params(since=cursor)
    headers = {
        CURSOR: cursor,
        "Link": f'<{since.path}?{since.query}>; rel="next"',
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
    }
    return StreamingResponse(all_of_it(), media_type=MEDIA[form], headers=headers)


async def _in_one(rows: list[dict[str, Any]]) -> AsyncIterator[list[dict[str, Any]]]:
    yield rows
