"""Outcomes and goals by HTTP: what was seen, what may have been, and how it is held against what was promised."""

from services.evaluation import decisions, domain, handlers, repository
from services.evaluation.api.here import Here
from services.evaluation.domain import Goal, Outcome, Proposal, Report
from services.evaluation.domain.watching import State as ProposalState
from shared.access.opening import STAFF, open_to
from shared.commands import Said
from shared.events import evaluation as said
from shared.events.fields import Day, Level
from shared.storage.listing import Page
from shared.web.desk import Which
from shared.web.routes import Routes

router = Routes()


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
    seen_since: Day | None = None,
) -> Page[Outcome]:
    """Changes by the day they were seen."""
    conditions = [repository.OUTCOME.c.seen_on >= seen_since] if seen_since else []
    equal = {"engagement_id": engagement, "level": level, "jurisdiction": jurisdiction, "goal_id": goal}
    async with here.store.look() as unit:
        return await repository.OUTCOMES.page(unit, asked, *conditions, **equal)


@router.post("/outcomes/confirm", status_code=201)
@open_to(STAFF)
async def confirm_outcome(command: domain.ConfirmOutcome, here: Here) -> Said:
    """Tell that a proposed outcome is one, and what shows it; what else is not said is as it was proposed."""
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
