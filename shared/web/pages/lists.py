"""Lists for people and for programs: one function gives the rows, its page and the .json and .csv twins show them."""

import csv
import io
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import wraps
from typing import Any, TypeVar

from fastapi import Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from shared.cells import safe
from shared.web.pages.rendering import know, render
from shared.web.routes import Routes

LEAF = 50
"""How many rows of a long list a page shows."""


@dataclass(frozen=True)
class Listed:
    """The rows of a list, and what its page shows beside them."""

    rows: Sequence[BaseModel]
    of: type[BaseModel]
    """What a row is: a file of no rows has its columns all the same."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    _: KW_ONLY
    number: int | None = None
    """Which page of a long list is wanted; none where the list is never long. Its twins have all of it."""
    people: Iterable[str | None] = ()
    """Whose names stand in the rows: they are asked for together."""
    status: int = 200
    """Of its page: 422 where what was asked for cannot be shown, and the page says why."""
    called: str = ""
    """What it is called as a file, where its rows are of one thing of many; else as all such lists are."""


@dataclass(frozen=True)
class Leaf:
    """What a page shows of a long list."""

    number: int
    of: int
    """How many pages there are."""
    first: int
    """The number of its first row, counted from one; 0 where there is none."""
    last: int
    rows: int
    """How many rows the list has."""


def leaf(number: int, rows: int) -> Leaf:
    """The page with this number of a list of so many rows, or the last one there is."""
    of = max(1, -(-rows // LEAF))
    number = min(max(1, number), of)
    return Leaf(number, of, min(rows, (number - 1) * LEAF + 1), min(rows, number * LEAF), rows)


Rows = TypeVar("Rows", bound=Callable[..., Awaitable[Listed]])
Answer = Callable[[Request, Listed], Awaitable[Response]]


def listed(router: Routes, path: str, template: str, *, name: str) -> Callable[[Rows], Rows]:
    """Route a list: at `path` the page, at `path`.json and `path`.csv the same rows; the function takes a `request`."""

    async def page(request: Request, found: Listed) -> Response:
        return await shown(request, template, found)

    async def for_programs(_request: Request, found: Listed) -> Response:
        return JSONResponse({"items": jsonable_encoder(found.rows)})

    async def for_spreadsheets(_request: Request, found: Listed) -> Response:
        told = {"Content-Disposition": f'attachment; filename="{found.called or name}.csv"'}
        return Response(as_csv(found), media_type="text/csv; charset=utf-8", headers=told)

    def route(rows: Rows) -> Rows:
        for suffix, answer in ((".json", for_programs), (".csv", for_spreadsheets), ("", page)):
            router.add_api_route(path + suffix, _answering(rows, answer), methods=["GET"], response_model=None)
        return rows

    return route


async def shown(request: Request, template: str, found: Listed, path: str = "") -> Response:
    """The page of a list; where a form on it was refused, `path` is where the list itself is."""
    twins = {kind: twin_of(request, kind, path) for kind in ("json", "csv")}
    rows, told = found.rows, dict(found.beside)
    if found.number is not None:
        told["leaf"] = part = leaf(found.number, len(rows))
        rows = rows[max(0, part.first - 1) : part.last]
    await know(request, found.people)
    return await render(request, template, found.status, rows=rows, twins=twins, **told)


def twin_of(request: Request, kind: str, path: str = "") -> str:
    """The address of this list for programs, with the same filters."""
    asked = f"?{request.url.query}" if request.url.query and not path else ""
    return f"{path or request.url.path}.{kind}{asked}"


def as_csv(found: Listed) -> str:
    """Rows as a spreadsheet reads them; what looks like a formula is kept a text."""
    names = [*found.of.model_fields, *found.of.model_computed_fields]
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(names)
    for row in found.rows:
        told = row.model_dump(mode="json")
        writer.writerow([_cell(told[name]) for name in names])
    return file.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        value = "; ".join(str(one) for one in value)
    # A number below zero is none: only words can be a formula.
    if isinstance(value, str):
        return safe(value)
    return "" if value is None else str(value)


def _answering(rows: Callable[..., Awaitable[Listed]], answer: Answer) -> Callable[..., Awaitable[Response]]:
    @wraps(rows)
    async def answered(**asked: Any) -> Response:
        return await answer(asked["request"], await rows(**asked))

    return answered
