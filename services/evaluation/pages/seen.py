"""What was seen, and what may have been: the forms on which a change is recorded, corrected, confirmed or dismissed."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from fastapi import Depends, Form, Request
from fastapi.responses import Response

from services.evaluation import decisions, domain, handlers
from services.evaluation.domain import Outcome, Overview, Proposal
from services.evaluation.pages.telling import TAB, command_of, found_in, well
from shared.access.opening import STAFF, open_to
from shared.errors import Refused
from shared.events.fields import Level
from shared.ids import new_id
from shared.web.desk import Desk, desk
from shared.web.pages.forms import wrong
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes()
Here = Annotated[Desk, Depends(desk("evaluation"))]
Written = Annotated[str, Form()]
Chosen = Annotated[str | None, Form()]
LEVELS = get_args(Level)


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
    outcome = found_in(found.known.outcomes, outcome_id, "outcome", found)
    return await _outcome_form(request, found, outcome.model_dump())


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
        command = command_of(domain.RecordOutcome, engagement_id, told)
        said = await handlers.obey_anew(here.store, command, decisions.record_outcome, here.patience)
    except Refused as refused:
        return await _outcome_form(request, found, typed, wrong(refused), refused.status)
    sentence = "The outcome is corrected." if before else "The outcome is recorded."
    return well(request, engagement_id, sentence, said)


@router.get(f"{TAB}/outcomes/{{outcome_id}}/confirm")
@open_to(STAFF)
async def ask_what_shows_it(request: Request, here: Here, engagement_id: str, outcome_id: str) -> Response:
    """The form on which what may be an outcome becomes one; what was confirmed already is corrected."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    if outcome_id in found.known.outcomes:
        return await _outcome_form(request, found, found.known.outcomes[outcome_id].model_dump())
    proposed = found_in(found.known.proposals, outcome_id, "proposed outcome", found)
    goal_id = found.promised_at(proposed.level) or ""
    # Its own words, without the title of another engagement: whoever reads the outcome may not see that one.
    typed = {"level": proposed.level, "statement": proposed.statement, "goal_id": goal_id}
    return await _confirming(request, found, proposed, typed)


@router.post(f"{TAB}/outcomes/{{outcome_id}}/confirm")
@open_to(STAFF)
async def confirm(
    request: Request,
    here: Here,
    engagement_id: str,
    outcome_id: str,
    level: Written = "",
    statement: Written = "",
    evidence: Written = "",
    goal_id: Chosen = None,
) -> Response:
    """What may be an outcome is one: somebody says what shows it."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    proposed = found_in(found.known.proposals, outcome_id, "proposed outcome", found)
    typed = {"level": level, "statement": statement.strip(), "evidence": evidence.strip(), "goal_id": goal_id or ""}
    try:
        command = command_of(domain.ConfirmOutcome, engagement_id, {**typed, "outcome_id": outcome_id})
        said = await handlers.obey_anew(here.store, command, decisions.confirm, here.patience)
    except Refused as refused:
        return await _confirming(request, found, proposed, typed, wrong(refused), refused.status)
    return well(request, engagement_id, "The outcome is confirmed.", said)


@router.post(f"{TAB}/outcomes/dismiss")
@open_to(STAFF)
async def dismiss(
    request: Request, here: Here, engagement_id: str, outcome_id: Written, reason: Written = ""
) -> Response:
    """What may be an outcome is none."""
    await handlers.shown(here.store, here.caller, engagement_id)
    told = {"outcome_id": outcome_id, "reason": reason.strip(), "person_id": here.caller.person_id}
    command = command_of(domain.DismissOutcome, engagement_id, told)
    said = await handlers.obey_anew(here.store, command, decisions.dismiss, here.patience)
    return well(request, engagement_id, "It is dismissed: no outcome.", said)


async def _outcome_form(
    request: Request,
    found: Overview,
    typed: Mapping[str, Any],
    problems: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    is_known = typed["outcome_id"] in found.known.outcomes
    told = {"shown": found, "about": found.about, "typed": typed, "is_known": is_known, "problems": problems or {}}
    return await render(request, "outcome.html", status, levels=LEVELS, **told)


async def _confirming(
    request: Request,
    found: Overview,
    proposed: Proposal,
    typed: Mapping[str, Any],
    problems: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    told = {"shown": found, "about": found.about, "proposed": proposed, "typed": typed, "problems": problems or {}}
    return await render(request, "confirm.html", status, levels=LEVELS, **told)


def _where(found: Overview, team_id: str | None, before: Outcome | None) -> str | None:
    """The jurisdiction in which it was seen: the team's, else as it was recorded."""
    if team_id:
        return found.places.get(team_id)
    return before.jurisdiction if before and before.team_id is None else None
