"""Rounds as lists show them: what is recorded, what is only expected, and how many have answered."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select

from services.evaluation.domain import RoundLine, in_turn
from services.evaluation.repository import ANSWER, FOLLOWING
from shared.obligations import ledger, why
from shared.obligations.reconcile import Row
from shared.playbooks.heading import Heading
from shared.playbooks.obligation import Obligation
from shared.storage import facts as kept
from shared.storage.work import Unit


async def of(unit: Unit, engagements: Sequence[Heading], ahead_only: bool = False) -> list[RoundLine]:
    """The rounds of some engagements: what is open first, then what lies ahead, then (if wished) what is over."""
    abouts = {one.engagement_id: one for one in engagements}
    lines = await ledger.rows(unit, abouts)
    recorded = {key: row for rows in lines.values() for key, row in rows.items()}
    coming = await why.coming(unit, await kept.histories(unit, abouts), recorded, FOLLOWING.keeps)
    wanted: dict[str, Row | Obligation] = {key: row for key, row in recorded.items() if row.is_open or not ahead_only}
    wanted |= {one.key: one for one in coming}
    answers = await _answers(unit, wanted)
    return in_turn([RoundLine.of(one, abouts[one.engagement], answers.get(key, 0)) for key, one in wanted.items()])


async def _answers(unit: Unit, rounds: Iterable[str]) -> Mapping[str, int]:
    """How often each round was answered."""
    query = select(ANSWER.c.round_id, func.count().label("answers")).where(ANSWER.c.round_id.in_(list(rounds)))
    told = await unit.connection.execute(query.group_by(ANSWER.c.round_id))
    return {one.round_id: one.answers for one in told}
