"""The secret links to the form of a round, made for those who are asked and shown once."""

from typing import Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import Response

from services.evaluation import handlers
from services.evaluation.handlers import asking, sampling
from shared.access.opening import EVALUATORS, open_to
from shared.errors import Unknown
from shared.web.addresses import here as here_is
from shared.web.desk import Desk, desk
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes()
Here = Annotated[Desk, Depends(desk("evaluation"))]


@router.post("/engagements/{engagement_id}/rounds/links")
@open_to(EVALUATORS)
async def make(request: Request, here: Here, engagement_id: str, round_id: Annotated[str, Form()]) -> Response:
    """A link for everybody who has not answered. They are in this answer and nowhere else."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    row = found.known.rounds.get(round_id)
    if row is None:
        raise Unknown("round", round_id, engagement_id)
    folder = request.app.state.services["evaluation"].settings.instruments
    made = await asking.links(here.store, round_id, folder)
    draws = await sampling.draws(here.store, round_id)
    at = here_is(request)
    links = [(one.person_id, found.places.get(one.team_id or ""), f"{at}/app/answer/{one.secret}") for one in made]
    answer = await render(request, "links.html", about=found.about, row=row, links=links, draws=draws)
    answer.headers["Cache-Control"] = "no-store"
    return answer
