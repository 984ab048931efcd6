"""Evaluation by HTTP: its commands, and questions about rounds, answers, outcomes and goals."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends

from services.evaluation import decisions, domain, handlers, repository
from services.evaluation.domain import Answer, Goal, Outcome, Proposal, Report
from services.evaluation.domain.watching import State as ProposalState
from shared.access.opening import STAFF, open_to
from shared.commands import Said
from shared.events import evaluation as said
from shared.events.fields import Instant, Level
from shared.obligations import ledger
from shared.obligations.ledger import ListedState, Round
from shared.obligations.why import Why, why
from shared.storage.listing import Page
from shared.web.desk import Desk, Which, desk

router = APIRouter(tags=["evaluation"])
Here = Annotated[Desk, Depends(desk("evaluation"))]


@router.post("/rounds/answer", status_code=201)
@open_to(STAFF)
async def answer_round(command: domain.AnswerRound, here: Here) -> Said:
    """Answer an open round; late answers are welcome."""
    return await handlers.obey(here.store, command, decisions.answer, here.patience)


@router.post("/rounds/close")
@open_to(STAFF)
async def close_round(command: domain.CloseRound, here: Here) -> Said:
    """Close a round before its time."""
    return await handlers.obey(here.store, command, decisions.close, here.patience)


@router.get("/rounds")
@open_to(STAFF)
async def list_rounds(
    here: Here,
    asked: Which,
    engagement: str | None = None,
    state: ListedState | None = None,
    kind: said.Kind | None = None,
    due_before: Instant | None = None,
) -> Page[Round]:
    """Evaluation rounds by the time they are due."""
    async with here.store.look() as unit:
        return await ledger.page(unit, asked, Round, state, due_before, engagement_id=engagement, kind=kind)


@router.get("/rounds/{round_id:path}/why")
@open_to(STAFF)
async def why_round(round_id: str, here: Here) -> Why:
    """The rule, the fact and the dates behind a round."""
    async with here.store.look() as unit:
        return await why(unit, round_id, "round")


@router.get("/rounds/{round_id:path}/answers")
@open_to(STAFF)
async def list_answers(round_id: str, here: Here, asked: Which) -> Page[Answer]:
    """What was answered in a round."""
    async with here.store.look() as unit:
        await ledger.find(unit, round_id, "round")
        return await repository.ANSWERS.page(unit, asked, round_id=round_id)


@router.get("/rounds/{round_id:path}/answers/{answer_id}")
@open_to(STAFF)
async def get_answer(round_id: str, answer_id: str, here: Here) -> Answer:
    """One answer in a round."""
    async with here.store.look() as unit:
        return await repository.answer(unit, round_id, answer_id)


@router.get("/rounds/{round_id:path}")
@open_to(STAFF)
async def get_round(round_id: str, here: Here) -> Round:
    """One evaluation round."""
    async with here.store.look() as unit:
        return Round(**ledger.shown(await ledger.find(unit, round_id, "round"), unit.now).model_dump())


@router.post("/outcomes", status_code=201)
@open_to(STAFF)
async def record_outcome(command: domain.RecordOutcome, here: Here) -> Said:
    """Tell of a change that was seen."""
    return await handlers.obey(here.store, command, decisions.record_outcome, here.patience)


@router.get("/outcomes")
@open_to(STAFF)
async def list_outcomes(
    here: Here,
    asked: Which,
    engagement: str | None = None,
    level: Level | None = None,
    jurisdiction: str | None = None,
    goal: str | None = None,
    seen_since: date | None = None,
) -> Page[Outcome]:
    """Changes by the day they were seen."""
    conditions = [repository.OUTCOME.c.seen_on >= seen_since] if seen_since else []
    equal = {"engagement_id": engagement, "level": level, "jurisdiction": jurisdiction, "goal_id": goal}
    async with here.store.look() as unit:
        return await repository.OUTCOMES.page(unit, asked, *conditions, **equal)


@router.post("/outcomes/confirm", status_code=201)
@open_to(STAFF)
async def confirm_outcome(command: domain.ConfirmOutcome, here: Here) -> Said:
    """Tell that a proposed outcome is one; what is not said is as it was proposed."""
    return await handlers.obey(here.store, command, decisions.confirm, here.patience)


@router.post("/outcomes/dismiss")
@open_to(STAFF)
async def dismiss_outcome(command: domain.DismissOutcome, here: Here) -> Said:
    """Tell that a proposed outcome is none."""
    return await handlers.obey(here.store, command, decisions.dismiss, here.patience)


@router.get("/outcomes/proposed")
@open_to(STAFF)
async def list_proposed_outcomes(
    here: Here, asked: Which, engagement: str | None = None, state: ProposalState | None = "proposed"
) -> Page[Proposal]:
    """What jurisdictions did after their window, and what may show a change; those that nobody has looked at."""
    async with here.store.look() as unit:
        return await repository.PROPOSALS.page(unit, asked, engagement_id=engagement, state=state)


@router.get("/outcomes/{outcome_id}")
@open_to(STAFF)
async def get_outcome(outcome_id: str, here: Here, engagement: str | None = None) -> Outcome:
    """One change that was seen."""
    async with here.store.look() as unit:
        return await repository.OUTCOMES.find(unit, outcome_id, engagement)


@router.post("/goals/assess")
@open_to(STAFF)
async def assess_goal(command: domain.AssessGoal, here: Here) -> Said:
    """Hold a goal against what was seen."""
    return await handlers.obey(here.store, command, decisions.assess_goal, here.patience)


@router.get("/goals")
@open_to(STAFF)
async def list_goals(
    here: Here, asked: Which, engagement: str | None = None, verdict: said.Verdict | None = None
) -> Page[Goal]:
    """Goals, and how they were judged last."""
    async with here.store.look() as unit:
        return await repository.GOALS.page(unit, asked, engagement_id=engagement, verdict=verdict)


@router.get("/goals/{goal_id}")
@open_to(STAFF)
async def get_goal(goal_id: str, here: Here, engagement: str | None = None) -> Goal:
    """One goal."""
    async with here.store.look() as unit:
        return await repository.GOALS.find(unit, goal_id, engagement)


@router.get("/engagements/{engagement_id}/report")
@open_to(STAFF)
async def report(engagement_id: str, here: Here) -> Report:
    """Each goal that was promised, what was seen of it, and what was seen that nobody had promised."""
    return await handlers.report(here.store, engagement_id)
