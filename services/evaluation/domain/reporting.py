"""Reports: about what one is, its figures, and how it is told on a page, on paper and in a file."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal, get_args

from pydantic import BaseModel

from services.evaluation.domain.account import Account
from services.evaluation.domain.figures import Figures
from shared.entities import Entity

By = Literal["engagement", "topic", "jurisdiction", "model", "center"]
"""By what reports are made, beside the one of the whole portfolio."""
BY: tuple[By, ...] = get_args(By)
CALLED: Mapping[By, tuple[str, str]] = {
    "engagement": ("engagement", "engagements"),
    "topic": ("topic", "topics"),
    "jurisdiction": ("jurisdiction", "jurisdictions"),
    "model": ("model", "models"),
    "center": ("center", "centers"),
}
"""One of it, and many."""
PORTFOLIO: Literal["portfolio"] = "portfolio"


NUMBER = re.compile(r"\d+(%| days?| of \d+)?")


class Scope(Entity):
    """About what a report is: all that its reader may see, or what has one thing in common."""

    by: By | Literal["portfolio"]
    of: str
    title: str

    @property
    def path(self) -> str:
        """Where it stands below a page or a route of reports."""
        return "" if self.by == PORTFOLIO else f"/{self.by}/{self.of}"


class Share(Entity):
    """The figures of one of several things that are compared."""

    of: str
    title: str
    figures: Figures


class Comparison(BaseModel):
    """What there are reports of, each with its figures."""

    by: By
    on: date
    items: list[Share]
    is_partial: bool = False
    """Whether its reader sees only some of the engagements and requests."""


class FullReport(BaseModel):
    """A report as data: small numbers of people are in none of its figures."""

    scope: Scope
    on: date
    figures: Figures
    engagements: list[Share]
    """What it is made of; as far as they concern the jurisdiction, if it is about one."""
    is_partial: bool = False
    """Whether its reader sees only some of the engagements and requests."""
    account: Account | None = None
    """Of one engagement, all that it was, promised and came to."""


class Compared(BaseModel):
    """One of what there are reports of, in a line of a list."""

    of: str
    title: str
    engagements: int
    goals: int
    seen: int
    overdue: int
    offered: int
    taken: int
    plans: int
    accepted: int
    steps_done: int
    days_to_answer: int | None
    """The median."""

    @classmethod
    def made(cls, share: Share) -> "Compared":
        """The numbers of it that are asked for first."""
        figures = share.figures
        return cls(
            of=share.of,
            title=share.title,
            engagements=figures.engagements,
            goals=figures.promises.made,
            seen=figures.promises.seen,
            overdue=figures.promises.overdue,
            offered=figures.follow_ups.offered,
            taken=figures.follow_ups.taken,
            plans=figures.plans.submitted,
            accepted=figures.plans.accepted,
            steps_done=figures.plans.steps.get("done", 0),
            days_to_answer=figures.request_to_answer.median,
        )


class Cell(BaseModel):
    """One number of a report, for a spreadsheet."""

    section: str
    table: str
    row: str
    column: str
    value: str


class Bars(Entity):
    """Numbers to be drawn, each as a bar with its name."""

    name: str
    title: str
    unit: str
    bars: tuple[tuple[str, int], ...]
    words: str
    """What is to be seen, for whoever does not see it."""


class Grid(Entity):
    """A table; the first cell of each row is its name."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    chart: Bars | None = None
    """What is drawn of it, where there is anything to be compared."""

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Of each column, whether numbers stand in it and nothing else; the names of the rows are none."""
        columns = zip(*self.rows, strict=True)
        return tuple(n > 0 and all(map(NUMBER.fullmatch, column)) for n, column in enumerate(columns))


class Item(Entity):
    """One thing that is told in words, such as a goal: what is told of it stands behind what each of it is."""

    title: str = ""
    lines: tuple[tuple[str, str], ...]


class Section(Entity):
    """One thing that a report tells of."""

    name: str
    title: str
    sentences: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    grids: tuple[Grid, ...] = ()


class Sheet(Entity):
    """A report in words and tables, the same on a page, in Markdown and on paper."""

    title: str
    on: date
    sentences: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def cells(self) -> list[Cell]:
        """Every word and number that is told of something, a line each."""
        return [cell for one in self.sections for cell in (*_told(one), *_counted(one))]

    @property
    def charts(self) -> Mapping[str, Bars]:
        """What is drawn in it, by name."""
        return {grid.chart.name: grid.chart for one in self.sections for grid in one.grids if grid.chart}


def _told(section: Section) -> Iterator[Cell]:
    for item in section.items:
        for label, value in item.lines:
            yield Cell(section=section.title, table=section.title, row=item.title, column=label, value=value)


def _counted(section: Section) -> Iterator[Cell]:
    for grid in section.grids:
        for row in grid.rows:
            for column, value in zip(grid.columns[1:], row[1:], strict=True):
                yield Cell(section=section.title, table=grid.caption, row=row[0], column=column, value=value)
