"""Who is asked in a round, by name: how far each has come, and whom no letter reached."""

from typing import Annotated

from fastapi import Depends, Request

from services.evaluation import handlers
from services.evaluation.domain.asked import AskedLine
from services.evaluation.handlers import asked
from shared.access.opening import EVALUATORS, open_to
from shared.errors import Unknown
from shared.web.desk import Desk, desk
from shared.web.pages.lists import Listed, listed
from shared.web.routes import Routes

router = Routes()
Here = Annotated[Desk, Depends(desk("evaluation"))]


@listed(router, "/engagements/{engagement_id}/rounds/asked", "asked.html", name="asked")
@open_to(EVALUATORS)
async def who_is_asked(request: Request, here: Here, engagement_id: str, round_id: str = "") -> Listed:
    """Everybody who is asked in a round, and how far they have come; what they answer is not told here."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    if not round_id:
        return Listed([], AskedLine, {"about": found.about, "row": None})
    if round_id not in found.known.rounds:
        raise Unknown("round", round_id, engagement_id)
    told = await asked.everybody(here.store, here.asks, round_id)
    line = next((one for one in found.rounds if one.round_id == round_id), None)
    beside = {"about": found.about, "row": told.row, "told": told, "round": line, "places": found.places}
    return Listed(told.lines, AskedLine, beside, people=[one.person_id for one in told.lines])
