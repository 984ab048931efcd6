"""A report as PDF, set by Typst: with its title, language, headings, and words for what is drawn."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal

from services.evaluation.channels.printing import see_that_it_is_installed
from services.evaluation.channels.printing.charts import draw
from services.evaluation.channels.printing.lacking import boxed, lacking
from services.evaluation.domain.reporting import Grid, Sheet
from shared.errors import Refused

TEMPLATE = Path(__file__).with_name("report.typ")
ACCESSIBLE: Literal["ua-1"] = "ua-1"
"""PDF for universal access: what is not accessible is no such file, and Typst refuses to make it."""
SHORT, LONG = 18, 60
"""Letters up to which a cell is not broken into lines, and beyond which a column gets no wider."""
TRIES = 3
"""Typst names all that it lacks at once, but for what stands in the same piece of text."""


class NotSet(Refused):
    """This report cannot be set on paper. Ask for it as Markdown; and tell whoever runs this Throughline."""

    status = 422
    title = "Cannot be printed"


async def printed(sheet: Sheet) -> bytes:
    """The report on paper, set in a thread of its own."""
    see_that_it_is_installed()
    return await asyncio.to_thread(set_, sheet)


def set_(sheet: Sheet) -> bytes:
    """The same; of one report on one day always the same file. A sign that no font has is printed as a box."""
    import typst  # noqa: PLC0415 - is installed with an extra

    told = words(sheet)
    for _try in range(TRIES):
        try:
            return _set(told, sheet.on)
        except typst.TypstError as error:
            why, signs = error, lacking(error.diagnostic)
        if not signs:
            break
        told = boxed(told, signs)
    raise NotSet from why


def _set(told: Mapping[str, Any], on: date) -> bytes:
    import typst  # noqa: PLC0415 - is installed with an extra

    pdf: bytes = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        sys_inputs=inputs(told),
        ignore_system_fonts=True,
        pdf_standards=ACCESSIBLE,
        timestamp=datetime.combine(on, time(), UTC),
    )
    return pdf


def words(sheet: Sheet) -> dict[str, Any]:
    """A report with its charts, as the template reads it."""
    told = sheet.model_dump(mode="json")
    for section, its in zip(sheet.sections, told["sections"], strict=True):
        for grid, table in zip(section.grids, its["grids"], strict=True):
            table |= {"widths": widths(grid), "numeric": grid.numeric}
            if grid.chart:
                table["chart"]["svg"] = draw(grid.chart, "paper")
    return told


def widths(grid: Grid) -> list[int]:
    """How much room each column wants beside the others; nothing for one that is as wide as its short words."""
    longest = [max(map(len, column)) for column in zip(grid.columns, *grid.rows, strict=True)]
    return [0 if most <= SHORT else min(most, LONG) for most in longest]


def inputs(told: Mapping[str, Any]) -> dict[str, str]:
    """The same as data: nothing of it is ever part of the template."""
    return {"report": json.dumps(told)}
