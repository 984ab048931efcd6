"""Who gave which answer, of those who said that it may be known, and have not taken that back."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.evaluation import tables
from shared.storage.tables import table
from shared.storage.work import Unit

LINKED, INVITATION = table(tables.LinkedRow), table(tables.InvitationRow)


async def link(unit: Unit, round_id: str, answer_id: str, person_id: str) -> None:
    """Have it on record who gave an answer: they agreed."""
    row = {"answer_id": answer_id, "round_id": round_id, "person_id": person_id}
    await unit.connection.execute(LINKED.insert().values(row))


async def linked(unit: Unit, round_id: str) -> dict[str, str]:
    """Who gave which answer of a round, by the answer's id; nobody who did not agree."""
    return {answer_id: person for (_, answer_id), person in (await in_rounds(unit, [round_id])).items()}


async def in_rounds(unit: Unit, round_ids: Collection[str]) -> dict[tuple[str, str], str]:
    """The same of many rounds, by round and answer."""
    rows = await unit.connection.execute(select(LINKED).where(LINKED.c.round_id.in_(list(round_ids))))
    return {(row.round_id, row.answer_id): row.person_id for row in rows}


async def engagements(unit: Unit, person_id: str) -> list[str]:
    """In which engagements it is on record what somebody answered."""
    query = select(INVITATION.c.engagement_id).join(LINKED, LINKED.c.round_id == INVITATION.c.round_id)
    return sorted((await unit.connection.scalars(query.where(LINKED.c.person_id == person_id).distinct())).all())


async def is_linked(unit: Unit, round_id: str, person_id: str | None) -> bool:
    """Whether it is on record what somebody answered in a round."""
    return person_id is not None and person_id in (await linked(unit, round_id)).values()


async def unlink(unit: Unit, round_id: str, person_id: str) -> None:
    """They took it back: nothing tells any more which answer is theirs."""
    theirs = (LINKED.c.round_id == round_id) & (LINKED.c.person_id == person_id)
    await unit.connection.execute(delete(LINKED).where(theirs))


async def forget(connection: AsyncConnection, erased: Collection[str]) -> None:
    """Nothing tells which answers were given by those who are erased."""
    await connection.execute(delete(LINKED).where(LINKED.c.person_id.in_(list(erased))))
