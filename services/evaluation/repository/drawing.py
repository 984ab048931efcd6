"""How samples were drawn, how many interviews an engagement has, and who was called in vain."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from services.evaluation import tables
from services.evaluation.domain.sampling import Draw
from services.evaluation.repository.asking import INVITATION, form
from shared.storage.tables import table
from shared.storage.work import Unit

DRAW, TRIED, ANSWER = table(tables.DrawRow), table(tables.CallTriedRow), table(tables.AnswerRow)


async def draws(unit: Unit, round_id: str) -> list[Draw]:
    """All that was drawn in a round, in turn."""
    query = select(DRAW.c.document).where(DRAW.c.round_id == round_id).order_by(DRAW.c.n)
    return [Draw.model_validate_json(one) for one in await unit.connection.scalars(query)]


async def keep(unit: Unit, drawn: Draw) -> None:
    """Have on record how somebody was drawn; two who draw at one instant collide here."""
    row = {"round_id": drawn.round_id, "n": drawn.n, "drawn_at": unit.now, "document": drawn.model_dump_json()}
    await unit.connection.execute(DRAW.insert().values(row))


async def next_number(unit: Unit, round_id: str) -> int:
    """The number of the draw that is made next."""
    last = await unit.connection.scalar(select(func.max(DRAW.c.n)).where(DRAW.c.round_id == round_id))
    return int(last or 0) + 1


async def interviews_beside(unit: Unit, engagement_id: str, round_id: str) -> int:
    """How many people are asked in other rounds of an engagement that are held as interviews."""
    query = select(INVITATION.c.round_id, func.count().label("many")).where(
        INVITATION.c.engagement_id == engagement_id,
        INVITATION.c.round_id != round_id,
        INVITATION.c.state.not_in(("erased", "replaced")),
    )
    many = {row.round_id: row.many for row in await unit.connection.execute(query.group_by(INVITATION.c.round_id))}
    forms = {id: await form(unit, id) for id in many}
    return sum(n for id, n in many.items() if (it := forms[id]) and it.instrument.held_as == "interview")


async def tries(unit: Unit, round_id: str) -> dict[str, tuple[int, datetime]]:
    """How often each was called in vain in a round, and when last; by invitation."""
    query = select(TRIED.c.invitation_id, func.count().label("many"), func.max(TRIED.c.at).label("last"))
    mine = query.join(INVITATION, INVITATION.c.invitation_id == TRIED.c.invitation_id)
    found = await unit.connection.execute(mine.where(INVITATION.c.round_id == round_id).group_by(TRIED.c.invitation_id))
    return {row.invitation_id: (row.many, row.last) for row in found}


async def tried(unit: Unit, invitation_id: str) -> None:
    """Have it on record that somebody was called in vain."""
    last = await unit.connection.scalar(select(func.max(TRIED.c.n)).where(TRIED.c.invitation_id == invitation_id))
    row = {"invitation_id": invitation_id, "n": int(last or 0) + 1, "at": unit.now}
    await unit.connection.execute(TRIED.insert().values(row))


async def answers(unit: Unit, round_id: str) -> list[Mapping[str, Any]]:
    """What was answered in a round, for the codes in it."""
    query = select(ANSWER.c.document).where(ANSWER.c.round_id == round_id)
    return [json.loads(one)["answers"] for one in await unit.connection.scalars(query)]
