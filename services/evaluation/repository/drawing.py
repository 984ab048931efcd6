"""How samples were drawn, and how many interviews an engagement has."""

from sqlalchemy import func, select

from services.evaluation import tables
from services.evaluation.domain.sampling import Draw
from services.evaluation.repository.asking import INVITATION, form
from shared.storage.tables import table
from shared.storage.work import Unit

DRAW = table(tables.DrawRow)


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
