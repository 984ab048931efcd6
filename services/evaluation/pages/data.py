"""Data for people: what each table is, buttons to take it, what its columns mean, and how programs fetch it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel

from services.evaluation.domain.data import TABLES, dictionary, snippets
from services.evaluation.domain.data.asking_for import IN_CONFIDENCE
from services.evaluation.handlers import data
from shared.access.opening import EVALUATORS, STAFF, open_to
from shared.tabular.columns import Column, about, columns_of
from shared.web.addresses import here as here_is
from shared.web.desk import Desk, desk
from shared.web.pages.lists import Listed, listed
from shared.web.pages.navigation import Entry
from shared.web.routes import Routes

router = Routes()
ENTRY = Entry("Data", "/app/data", order=480, icon="file_download")
Here = Annotated[Desk, Depends(desk("evaluation"))]
FORMS = ("csv", "xlsx", "parquet", "jsonl")


class TableLine(BaseModel):
    """A table, as the page shows it."""

    table: str
    about: str
    columns: int
    address: str


@listed(router, "/data", "data.html", name="data")
@open_to(STAFF)
async def tables(request: Request, here: Here) -> Listed:
    """The tables that there are for whoever asks."""
    at = here_is(request)
    may_read_all = not EVALUATORS.isdisjoint(here.caller.roles)
    rows = [
        TableLine(table=one.table, about=about(one), columns=len(columns_of(one)), address=f"{at}/data/{one.table}.csv")
        for one in TABLES
        if may_read_all or one.table not in IN_CONFIDENCE
    ]
    beside = {
        "forms": FORMS,
        "columns": _by_table(dictionary.columns()),
        "cursor": await data.newest(here.store),
        "snippets": {
            "Python": snippets.PYTHON,
            "R": snippets.R,
            "Excel (Power Query)": snippets.POWER_QUERY.replace("https://throughline.example.org", at),
        },
        "at": at,
        "may_read_all": may_read_all,
    }
    return Listed(rows, TableLine, beside)


def _by_table(columns: Sequence[Column]) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    for column in columns:
        found.setdefault(column.table, []).append(column)
    return found
