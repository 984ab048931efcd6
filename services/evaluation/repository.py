"""Rows <-> domain: how evaluation keeps its facts, its ledger, and what it found out."""

from collections.abc import Sequence

from services.evaluation import decisions, domain, tables
from services.evaluation.domain import Answer, Goal, Known, Outcome
from shared.errors import Unknown
from shared.events.base import Fact
from shared.obligations import ledger
from shared.obligations.following import Following
from shared.playbooks.model import TASK
from shared.storage import facts as kept
from shared.storage.facts import Turn
from shared.storage.listing import Asked, Shelf
from shared.storage.rows import Drawer, Records
from shared.storage.tables import table
from shared.storage.work import Unit

ANSWER, OUTCOME, GOAL = table(tables.AnswerRow), table(tables.OutcomeRow), table(tables.GoalRow)

FOLLOWING = Following(keeps=lambda kind: kind != TASK, told=decisions.told)

RECORDS: Records[Known] = Records(
    view=domain.known,
    drawers=(
        Drawer(
            ANSWER,
            lambda known: {(one.round_id, one.answer_id): one for one in known.answers.values()},
            filtered_by=("team_id",),
        ),
        Drawer(
            OUTCOME,
            lambda known: {(one.engagement_id, one.outcome_id): one for one in known.outcomes.values()},
            filtered_by=("level", "jurisdiction", "goal_id", "seen_on"),
        ),
        Drawer(
            GOAL,
            lambda known: {(one.engagement_id, one.goal_id): one for one in known.goals.values()},
            filtered_by=("level", "verdict"),
        ),
    ),
)

ANSWERS = Shelf(ANSWER, Answer, "answer", order=("round_id", "answer_id"))
OUTCOMES = Shelf(OUTCOME, Outcome, "outcome", order=("seen_on", "engagement_id", "outcome_id"))
GOALS = Shelf(GOAL, Goal, "goal", order=("engagement_id", "goal_id"))


async def answer(unit: Unit, round_id: str, answer_id: str) -> Answer:
    """What was answered in a round under this id."""
    found = await ANSWERS.page(unit, Asked(limit=1), round_id=round_id, answer_id=answer_id)
    if not found.items:
        raise Unknown("answer", answer_id)
    return found.items[0]


async def known(unit: Unit, line: str) -> Known:
    """What evaluation knows of an engagement, its rounds among it."""
    history = (await kept.histories(unit, [line]))[line]
    return domain.known(history, (await ledger.rows(unit, [line]))[line])


async def record(unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
    """Keep facts, and bring rows and ledger of their lines in step: the only way in which they change."""
    turns = await RECORDS.record(unit, facts, said)
    await FOLLOWING.follow(unit, turns)
    return turns


async def keep(unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
    """Keep facts, and leave the ledger as it is: for whoever has much to learn before anything is planned."""
    return await RECORDS.record(unit, facts, said)
