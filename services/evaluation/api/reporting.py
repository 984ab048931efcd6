"""Reports by HTTP: the figures of one engagement, of what has something in common, or of all."""

from services.evaluation.api.here import Here
from services.evaluation.domain.reporting import By, Comparison, FullReport
from services.evaluation.handlers import reporting
from shared.access.opening import STAFF, open_to
from shared.web.routes import Routes

router = Routes()


@router.get("/reports")
@open_to(STAFF)
async def list_reports(here: Here, by: By = "engagement") -> Comparison:
    """Of what there are reports, with the figures of each: by engagement, topic, jurisdiction, model or center."""
    return await reporting.compared(here.store, by)


@router.get("/reports/portfolio")
@open_to(STAFF)
async def get_portfolio(here: Here) -> FullReport:
    """The report on all engagements that are yours to see."""
    return await reporting.reported(here.store)


@router.get("/reports/{by}/{of}")
@open_to(STAFF)
async def get_full_report(by: By, of: str, here: Here) -> FullReport:
    """The report on one engagement, topic, jurisdiction, model or center."""
    return await reporting.reported(here.store, by, of)
