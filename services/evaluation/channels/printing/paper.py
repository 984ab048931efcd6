"""A report as PDF, set by Typst: with its title, language, headings, and words for what is drawn."""

import asyncio
import json
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Literal

from services.evaluation.channels.printing import see_that_it_is_installed
from services.evaluation.channels.printing.charts import draw
from services.evaluation.domain.reporting import Sheet

TEMPLATE = Path(__file__).with_name("report.typ")
ACCESSIBLE: Literal["ua-1"] = "ua-1"
"""PDF for universal access: what is not accessible is no such file, and Typst refuses to make it."""


async def printed(sheet: Sheet) -> bytes:
    """The report on paper, set in a thread of its own."""
    see_that_it_is_installed()
    return await asyncio.to_thread(set_, sheet)


def set_(sheet: Sheet) -> bytes:
    """The same; of one report on one day always the same file."""
    import typst  # noqa: PLC0415 - is installed with an extra

    made = datetime.combine(sheet.on, time(), UTC)
    pdf: bytes = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        sys_inputs=inputs(sheet),
        ignore_system_fonts=True,
        pdf_standards=ACCESSIBLE,
        timestamp=made,
    )
    return pdf


def inputs(sheet: Sheet) -> dict[str, str]:
    """A report as the template reads it: nothing of it is ever part of the template."""
    told = sheet.model_dump(mode="json")
    for section, words in zip(sheet.sections, told["sections"], strict=True):
        if section.chart:
            words["chart"]["svg"] = draw(section.chart.unit, section.chart.bars, "paper")
    return {"report": json.dumps(told)}
