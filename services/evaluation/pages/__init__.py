"""Evaluation for people: rounds, what was promised and what was seen of it, and what may be an outcome."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Form, Request
from fastapi.responses import Response

from services.evaluation import decisions, domain, handlers
from services.evaluation.domain import AHEAD, Finding, Goal, Overview, RoundLine, RoundState
from services.evaluation.pages import answering, asked, calls, data, links, reporting, seen, webhooks
from services.evaluation.pages.telling import TAB, command_of, found_in, well
from shared.access.opening import EVALUATORS, STAFF, open_to
from shared.errors import Refused
from shared.events.evaluation import Kind
from shared.web.desk import Desk, desk
from shared.web.pages.flash import went_well
from shared.web.pages.forms import wrong
from shared.web.pages.lists import Listed, listed
from shared.web.pages.navigation import Entry, Pages
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes(prefix="/app", tags=["pages"], include_in_schema=False)
ENTRIES = (
    Entry("Evaluations", "/app/evaluations", order=40, icon="assessment"), reporting.ENTRY, data.ENTRY, webhooks.ENTRY,
)  # fmt: skip
PAGES = Pages(router, Path(__file__).parents[1] / "templates", ENTRIES)
for one in (answering, asked, seen, links, calls, webhooks, data, reporting):
    router.include_router(one.router)
Here = Annotated[Desk, Depends(desk("evaluation"))]
Written = Annotated[str, Form()]
Chosen = Annotated[str | None, Form()]
Ticked = Annotated[list[str] | None, Form()]
A_MISTAKE = "recorded by mistake, and undone on the page of the outcomes"


@listed(router, "/evaluations", "evaluations.html", name="evaluations")
@open_to(STAFF)
async def evaluations(
    request: Request,
    here: Here,
    state: RoundState | None = None,
    kind: Kind | None = None,
    engagement: str = "",
    page: int = 1,
) -> Listed:
    """The rounds of all engagements that are open, or lie ahead."""
    found = await handlers.ahead(here.store, here.caller)
    asked = {"state": state, "kind": kind, "engagement_id": engagement or None}
    rows = [one for one in found if all(wanted in (None, getattr(one, name)) for name, wanted in asked.items())]
    beside = {
        "total": len(found),
        "were_any": not found and await handlers.were_any(here.store, here.caller),
        "states": AHEAD,
        "kinds": sorted({one.kind for one in found}),
        "engagements": sorted({(one.engagement_id, one.engagement_title) for one in found}, key=lambda one: one[1]),
        "filters": {"state": state or "", "kind": kind or "", "engagement": engagement},
        "may_ask": not EVALUATORS.isdisjoint(here.caller.roles),
    }
    return Listed(rows, RoundLine, beside, number=page)


@listed(router, f"{TAB}/outcomes", "outcomes.html", name="outcomes")
@open_to(STAFF)
async def outcomes(request: Request, here: Here, engagement_id: str) -> Listed:
    """Promises beside what was seen of them; above them what may be an outcome, below them the rounds."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    return Listed(
        found.findings,
        Finding,
        {
            "shown": found,
            "about": found.about,
            "verdicts": decisions.VERDICT,
            "may_ask": not EVALUATORS.isdisjoint(here.caller.roles),
        },
    )


@router.get(f"{TAB}/goals/{{goal_id}}/judge")
@open_to(STAFF)
async def ask_for_a_verdict(request: Request, here: Here, engagement_id: str, goal_id: str) -> Response:
    """The form on which a goal is held against what was seen."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    goal = found_in(found.known.goals, goal_id, "goal", found)
    return await _goal_form(request, found, goal, {"verdict": goal.verdict, "outcomes": goal.outcomes, "on": None})


@router.post(f"{TAB}/goals/{{goal_id}}/judge")
@open_to(STAFF)
async def judge(
    request: Request,
    here: Here,
    engagement_id: str,
    goal_id: str,
    verdict: Written = "",
    on: Chosen = None,
    outcomes: Ticked = None,
) -> Response:
    """A goal was held against what was seen."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    goal = found_in(found.known.goals, goal_id, "goal", found)
    typed = {"verdict": verdict, "on": on or None, "outcomes": tuple(outcomes or ())}
    try:
        command = command_of(domain.AssessGoal, engagement_id, {**typed, "goal_id": goal_id})
        said = await handlers.obey_anew(here.store, command, decisions.assess_goal, here.patience)
    except Refused as refused:
        return await _goal_form(request, found, goal, typed, wrong(refused), refused.status)
    return well(request, engagement_id, f"The goal is judged: {decisions.VERDICT[verdict]}.", said)


@router.post(f"{TAB}/rounds/close")
@open_to(STAFF)
async def close(request: Request, here: Here, engagement_id: str, round_id: Written) -> Response:
    """A round ends before its time."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    found_in(found.known.rounds, round_id, "round", found)
    command = command_of(domain.CloseRound, None, {"round_id": round_id})
    said = await handlers.obey_anew(here.store, command, decisions.close, here.patience)
    return well(request, engagement_id, "The round is closed.", said)


@router.post(f"{TAB}/outcomes/undo")
@open_to(STAFF)
async def undo(request: Request, here: Here, engagement_id: str, fact_id: Annotated[list[str], Form()]) -> Response:
    """What was just said was a mistake: it never was."""
    await handlers.shown(here.store, here.caller, engagement_id)
    await handlers.retract_all(here.store, list(dict.fromkeys(fact_id)), A_MISTAKE, engagement_id)
    return went_well(request, "Undone: all is as before.", f"/app/engagements/{engagement_id}/outcomes")


async def _goal_form(
    request: Request,
    found: Overview,
    goal: Goal,
    typed: Mapping[str, Any],
    problems: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    told = {"shown": found, "about": found.about, "goal": goal, "typed": typed, "problems": problems or {}}
    return await render(request, "goal.html", status, verdicts=decisions.VERDICT, **told)
