"""Reports for people: on a page with charts, in Markdown, and on paper."""

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import PlainTextResponse, Response

from services.evaluation.channels.printing import INSTALL, charts, is_installed, paper
from services.evaluation.decisions.reporting import WHOEVER, sheet
from services.evaluation.decisions.reporting.markdown import markdown
from services.evaluation.domain.reporting import BY, CALLED, By, Cell, Compared, FullReport, Scope
from services.evaluation.handlers import reporting
from shared.access.opening import EVALUATORS, OFFICE, STAFF, open_to
from shared.errors import Unknown
from shared.web.desk import Desk, desk
from shared.web.pages.lists import Listed, listed
from shared.web.pages.navigation import Entry
from shared.web.routes import Routes

router = Routes()
ENTRY = Entry("Reports", "/app/reports", order=45, icon="insights", roles=OFFICE | EVALUATORS)
HERE = "/app/reports"
Here = Annotated[Desk, Depends(desk("evaluation"))]
Dark = Annotated[bool, Query()]
UNCHANGING = {"Cache-Control": "private, no-cache"}


@router.get("/reports/charts/{chart}.svg")
@open_to(STAFF)
async def chart_of_all(here: Here, chart: str, dark: Dark = False) -> Response:
    """A picture in the report on all engagements."""
    return await _drawn(await reporting.reported(here.store), chart, dark)


@router.get("/reports/{by}/{of}/charts/{chart}.svg")
@open_to(STAFF)
async def chart_of_one(here: Here, by: By, of: str, chart: str, dark: Dark = False) -> Response:
    """A picture in the report on one thing."""
    return await _drawn(await reporting.reported(here.store, by, of), chart, dark)


@router.get("/reports.md")
@open_to(STAFF)
async def all_in_markdown(here: Here) -> Response:
    """The report on all engagements, in Markdown."""
    return _in_markdown(await reporting.reported(here.store))


@router.get("/reports/{by}/{of}.md")
@open_to(STAFF)
async def one_in_markdown(here: Here, by: By, of: str) -> Response:
    """The report on one thing, in Markdown."""
    return _in_markdown(await reporting.reported(here.store, by, of))


@router.get("/reports.pdf")
@open_to(STAFF)
async def all_on_paper(here: Here) -> Response:
    """The report on all engagements, as PDF."""
    return await _on_paper(await reporting.reported(here.store))


@router.get("/reports/{by}/{of}.pdf")
@open_to(STAFF)
async def one_on_paper(here: Here, by: By, of: str) -> Response:
    """The report on one thing, as PDF."""
    return await _on_paper(await reporting.reported(here.store, by, of))


@listed(router, "/reports", "report.html", name="report")
@open_to(STAFF)
async def portfolio(request: Request, here: Here) -> Listed:
    """The report on all engagements, and what else there are reports on."""
    return _listed(await reporting.reported(here.store))


@listed(router, "/reports/{by}", "reports.html", name="reports")
@open_to(STAFF)
async def compared(request: Request, here: Here, by: By) -> Listed:
    """All of which there is a report, beside one another."""
    found = await reporting.compared(here.store, by)
    rows = [Compared.made(one) for one in found.items]
    return Listed(rows, Compared, {"by": by, "called": CALLED, "ways": BY, "is_partial": found.is_partial})


@listed(router, "/reports/{by}/{of}", "report.html", name="report")
@open_to(STAFF)
async def one(request: Request, here: Here, by: By, of: str) -> Listed:
    """The report on one engagement, topic, jurisdiction, model or center."""
    return _listed(await reporting.reported(here.store, by, of))


def _listed(report: FullReport) -> Listed:
    told = sheet(report)
    beside = {
        "sheet": told,
        "scope": report.scope,
        "here": HERE + report.scope.path,
        "ways": BY,
        "called": CALLED,
        "size": charts.size,
        "is_installed": is_installed(),
        "install": INSTALL,
        "rows_lead_to": _leads_to(report),
    }
    return Listed(told.cells, Cell, beside, called=_file(report.scope))


def _leads_to(report: FullReport) -> dict[str, str]:
    """Where the rows that stand for an engagement lead to; two of one name lead nowhere."""
    titles = [one.title for one in report.engagements]
    return {one.title: f"{HERE}/engagement/{one.of}" for one in report.engagements if titles.count(one.title) == 1}


async def _drawn(report: FullReport, chart: str, dark: bool) -> Response:
    bars = sheet(report).charts.get(chart)
    if bars is None:
        raise Unknown("chart", chart)
    svg = await charts.drawn(bars, "dark" if dark else "light")
    return Response(svg, media_type="image/svg+xml", headers=UNCHANGING)


def _in_markdown(report: FullReport) -> Response:
    told = {"Content-Disposition": f'attachment; filename="{_file(report.scope)}.md"'}
    return PlainTextResponse(markdown(sheet(report, WHOEVER)), media_type="text/markdown; charset=utf-8", headers=told)


async def _on_paper(report: FullReport) -> Response:
    told = {"Content-Disposition": f'attachment; filename="{_file(report.scope)}.pdf"'}
    return Response(await paper.printed(sheet(report, WHOEVER)), media_type="application/pdf", headers=told)


def _file(scope: Scope) -> str:
    """What a report is called as a file; ids, codes and slugs have nothing in them that a file name may not."""
    return f"report-{scope.by}-{scope.of}".rstrip("-")
