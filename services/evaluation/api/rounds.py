"""Rounds by HTTP: which there are, what was answered in them, and why."""

from services.evaluation import decisions, domain, handlers
from services.evaluation.api.here import Here
from services.evaluation.domain.reading import Answers, OneAnswer
from services.evaluation.repository import reading
from shared.access.opening import EVALUATORS, STAFF, open_to
from shared.commands import Said
from shared.events import evaluation as said
from shared.events.fields import Instant
from shared.obligations import ledger
from shared.obligations.ledger import ListedState
from shared.obligations.obliged import Round, shown
from shared.obligations.why import Why, why
from shared.storage.listing import Page
from shared.web.desk import Which
from shared.web.routes import Routes

router = Routes()


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
@open_to(EVALUATORS)
async def list_answers(round_id: str, here: Here, asked: Which) -> Answers:
    """What was answered in a round, one by one, once five people have."""
    async with here.store.look() as unit:
        return await reading.answers(unit, round_id, asked)


@router.get("/rounds/{round_id:path}/answers/{answer_id}")
@open_to(EVALUATORS)
async def get_answer(round_id: str, answer_id: str, here: Here) -> OneAnswer:
    """One answer in a round, once five people have answered it."""
    async with here.store.look() as unit:
        return await reading.answer(unit, round_id, answer_id)


@router.get("/rounds/{round_id:path}")
@open_to(STAFF)
async def get_round(round_id: str, here: Here) -> Round:
    """One evaluation round."""
    async with here.store.look() as unit:
        return Round(**shown(await ledger.find(unit, round_id, "round"), unit.now).model_dump())
