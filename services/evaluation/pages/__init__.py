"""Evaluation for people: rounds, what was promised and what was seen of it, and what may be an outcome."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import ValidationError

from services.evaluation import decisions, domain, handlers
from services.evaluation.domain import AHEAD, Finding, Goal, Known, Outcome, Overview, RoundLine, RoundState
from services.evaluation.pages import answering, asked, calls, data, links, reporting, webhooks
from shared.access.opening import EVALUATORS, STAFF, open_to
from shared.commands import Said
from shared.errors import Refused, Unknown, problems
from shared.events.complaints import complaints, malformed
from shared.events.evaluation import Kind
from shared.events.fields import Level
from shared.ids import new_id
from shared.use_cases import C, Decide
from shared.web.desk import Desk, desk
from shared.web.pages.flash import went_well
from shared.web.pages.lists import Listed, listed
from shared.web.pages.navigation import Entry, Pages
from shared.web.pages.rendering import render

router = APIRouter(prefix="/app", tags=["pages"], include_in_schema=False)
ENTRIES = (
    Entry("Evaluations", "/app/evaluations", order=40, icon="assessment"), reporting.ENTRY, data.ENTRY, webhooks.ENTRY,
)  # fmt: skip
PAGES = Pages(router, Path(__file__).parents[1] / "templates", ENTRIES)
for one in (answering, asked, links, calls, webhooks, data, reporting):
    router.include_router(one.router)
Here = Annotated[Desk, Depends(desk("evaluation"))]
Written = Annotated[str, Form()]
Chosen = Annotated[str | None, Form()]
Ticked = Annotated[list[str] | None, Form()]
TAB = "/engagements/{engagement_id}"
LEVELS = get_args(Level)
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


@router.get(f"{TAB}/outcomes/new")
@open_to(STAFF)
async def ask_what_was_seen(request: Request, here: Here, engagement_id: str) -> Response:
    """The form on which a change is recorded that was seen."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    return await _outcome_form(request, found, {"outcome_id": f"o-{new_id()}"})


@router.get(f"{TAB}/outcomes/{{outcome_id}}/correct")
@open_to(STAFF)
async def ask_what_was_seen_indeed(request: Request, here: Here, engagement_id: str, outcome_id: str) -> Response:
    """The same form, on which what was recorded is corrected."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    return await _outcome_form(request, found, _found(found.known.outcomes, outcome_id, "outcome", found).model_dump())


@router.post(f"{TAB}/outcomes/record")
@open_to(STAFF)
async def record(
    request: Request,
    here: Here,
    engagement_id: str,
    outcome_id: Written,
    level: Written = "",
    statement: Written = "",
    evidence: Written = "",
    team_id: Chosen = None,
    goal_id: Chosen = None,
    seen_on: Chosen = None,
) -> Response:
    """A change was seen, or seen otherwise than was recorded."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    typed = {"outcome_id": outcome_id, "level": level, "statement": statement.strip(), "evidence": evidence.strip()}
    typed |= {"team_id": team_id or "", "goal_id": goal_id or "", "seen_on": seen_on or ""}
    before = found.known.outcomes.get(outcome_id)
    told = {**typed, "jurisdiction": _where(found, team_id, before), "source": before.source if before else "report"}
    try:
        command = _made(domain.RecordOutcome, engagement_id, told)
        said = await handlers.obey_anew(here.store, command, decisions.record_outcome, here.patience)
    except Refused as refused:
        return await _outcome_form(request, found, typed, _wrong(refused), refused.status)
    sentence = "The outcome is corrected." if before else "The outcome is recorded."
    return _well(request, engagement_id, sentence, said)


@router.post(f"{TAB}/outcomes/confirm")
@open_to(STAFF)
async def confirm(request: Request, here: Here, engagement_id: str, outcome_id: Written) -> Response:
    """What may be an outcome is one."""
    command = _made(domain.ConfirmOutcome, engagement_id, {"outcome_id": outcome_id})
    return await _obeyed(request, here, command, decisions.confirm, "The outcome is confirmed.")


@router.post(f"{TAB}/outcomes/dismiss")
@open_to(STAFF)
async def dismiss(
    request: Request, here: Here, engagement_id: str, outcome_id: Written, reason: Written = ""
) -> Response:
    """What may be an outcome is none."""
    told = {"outcome_id": outcome_id, "reason": reason.strip(), "person_id": here.caller.person_id}
    command = _made(domain.DismissOutcome, engagement_id, told)
    return await _obeyed(request, here, command, decisions.dismiss, "It is dismissed: no outcome.")


@router.get(f"{TAB}/goals/{{goal_id}}/judge")
@open_to(STAFF)
async def ask_for_a_verdict(request: Request, here: Here, engagement_id: str, goal_id: str) -> Response:
    """The form on which a goal is held against what was seen."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    goal = _found(found.known.goals, goal_id, "goal", found)
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
    goal = _found(found.known.goals, goal_id, "goal", found)
    typed = {"verdict": verdict, "on": on or None, "outcomes": tuple(outcomes or ())}
    try:
        command = _made(domain.AssessGoal, engagement_id, {**typed, "goal_id": goal_id})
        said = await handlers.obey_anew(here.store, command, decisions.assess_goal, here.patience)
    except Refused as refused:
        return await _goal_form(request, found, goal, typed, _wrong(refused), refused.status)
    return _well(request, engagement_id, f"The goal is judged: {decisions.VERDICT[verdict]}.", said)


@router.post(f"{TAB}/rounds/close")
@open_to(STAFF)
async def close(request: Request, here: Here, engagement_id: str, round_id: Written) -> Response:
    """A round ends before its time."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    _found(found.known.rounds, round_id, "round", found)
    command = _made(domain.CloseRound, None, {"round_id": round_id})
    return await _obeyed(request, here, command, decisions.close, "The round is closed.")


@router.post(f"{TAB}/outcomes/undo")
@open_to(STAFF)
async def undo(request: Request, here: Here, engagement_id: str, fact_id: Annotated[list[str], Form()]) -> Response:
    """What was just said was a mistake: it never was."""
    await handlers.shown(here.store, here.caller, engagement_id)
    await handlers.retract_all(here.store, list(dict.fromkeys(fact_id)), A_MISTAKE, engagement_id)
    return went_well(request, "Undone: all is as before.", f"/app/engagements/{engagement_id}/outcomes")


async def _obeyed(request: Request, here: Desk, command: C, decide: Decide[C, Known], sentence: str) -> Response:
    await handlers.shown(here.store, here.caller, command.line)
    said = await handlers.obey_anew(here.store, command, decide, here.patience)
    return _well(request, command.line, sentence, said)


def _well(request: Request, engagement_id: str, sentence: str, said: Said) -> Response:
    page = f"/app/engagements/{engagement_id}/outcomes"
    # What had been said before is not undone: it was no mistake of this form.
    facts = [fact["id"] for fact in said.facts] if said.new else []
    return went_well(request, sentence, page, facts, f"{page}/undo", to=page)


async def _outcome_form(
    request: Request,
    found: Overview,
    typed: Mapping[str, Any],
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    is_known = typed["outcome_id"] in found.known.outcomes
    told = {"shown": found, "about": found.about, "typed": typed, "is_known": is_known, "problems": wrong or {}}
    return await render(request, "outcome.html", status, levels=LEVELS, **told)


async def _goal_form(
    request: Request,
    found: Overview,
    goal: Goal,
    typed: Mapping[str, Any],
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    told = {"shown": found, "about": found.about, "goal": goal, "typed": typed, "problems": wrong or {}}
    return await render(request, "goal.html", status, verdicts=decisions.VERDICT, **told)


def _where(found: Overview, team_id: str | None, before: Outcome | None) -> str | None:
    """The jurisdiction in which it was seen: the team's, else as it was recorded."""
    if team_id:
        return found.places.get(team_id)
    return before.jurisdiction if before and before.team_id is None else None


def _found(things: Mapping[str, Any], id: str, kind: str, of: Overview) -> Any:
    if id not in things:
        raise Unknown(kind, id, of.about.engagement_id)
    return things[id]


def _made(command: type[C], engagement_id: str | None, told: Mapping[str, Any]) -> C:
    """The command that a form asks for; a field that was left empty is not told, and what cannot be is refused."""
    named = {"engagement_id": engagement_id, **told}
    try:
        return command(**{name: value for name, value in named.items() if value not in (None, "")})
    except ValidationError as error:
        raise malformed(complaints(error.errors(include_url=False, include_input=False))) from None


def _wrong(refused: Refused) -> dict[str, str]:
    """What was wrong, by the field of the form that it stands beside."""
    return {one.field.partition(".")[0].partition("[")[0]: one.reason for one in problems(refused)}
