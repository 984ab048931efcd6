"""Answers to be read one by one, in rounds in which they may be."""

from sqlalchemy import ColumnElement, func, literal, select, true

from services.evaluation.decisions.reading import KeptBack, Reading, reading
from services.evaluation.domain.reading import Answers, OneAnswer
from services.evaluation.repository import ANSWER, ANSWERS, asking
from shared.access.opening import NotForYou
from shared.errors import Unknown
from shared.obligations import ledger
from shared.storage.listing import Asked
from shared.storage.ownership import SEAT
from shared.storage.work import Unit


async def answers(unit: Unit, round_id: str, asked: Asked) -> Answers:
    """What was answered in a round; nothing while fewer than five people have."""
    may = await _reading(unit, round_id)
    if not may.is_open:
        return Answers(items=[], kept_back=may.answers)
    found = await ANSWERS.page(unit, asked, round_id=round_id)
    return Answers(items=[may.shown(one) for one in found.items], next=found.next)


async def answer(unit: Unit, round_id: str, answer_id: str) -> OneAnswer:
    """What was answered in a round under this id."""
    may = await _reading(unit, round_id)
    found = await ANSWERS.page(unit, Asked(limit=1), round_id=round_id, answer_id=answer_id)
    if not found.items:
        raise Unknown("answer", answer_id)
    if not may.is_open:
        raise KeptBack(round_id=round_id)
    return may.shown(found.items[0])


def they_evaluate(unit: Unit, line: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition on a column of engagements that whoever asks evaluates them; administrators read all."""
    if unit.caller.is_administrator:
        return true()
    mine = SEAT.c.person_id == (unit.caller.person_id or ""), SEAT.c.role == "evaluator"
    return line.in_(select(SEAT.c.engagement_id).where(*mine))


async def see_that_they_evaluate(unit: Unit, engagement_id: str) -> None:
    """Refuse to tell of answers whoever does not evaluate the engagement, whatever else they are there or elsewhere."""
    if await unit.connection.scalar(select(literal(1)).where(they_evaluate(unit, literal(engagement_id)))) is None:
        raise NotForYou(roles="the evaluator of the engagement")


async def _reading(unit: Unit, round_id: str) -> Reading:
    row = await ledger.find(unit, round_id, "round")
    await see_that_they_evaluate(unit, row.engagement)
    counted = select(ANSWER.c.team_id, func.count().label("n")).where(ANSWER.c.round_id == round_id)
    told = await unit.connection.execute(counted.group_by(ANSWER.c.team_id))
    return reading(row, await asking.form(unit, round_id), {one.team_id: one.n for one in told})
