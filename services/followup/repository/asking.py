"""The open rounds whose people are written to, and what was written about each."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from services.followup import tables
from services.followup.decisions.mail import NEWS
from services.followup.domain.asking import Asking, invitation_of, opened
from services.followup.domain.mail import Intended, Letter
from services.followup.repository.mail import LETTER, SHELF
from shared.events.base import Fact
from shared.storage.many import upsert
from shared.storage.tables import table
from shared.storage.work import Unit

ASKING = table(tables.AskingRow)
FEW = 20
"""Of how many rounds it is looked at once whom they ask."""
AT_ONCE = 500
"""How many letters are looked up by one question."""


async def note_what_opened(unit: Unit, facts: Iterable[Fact]) -> None:
    """Have the rounds on record that have just opened; whom they ask is looked at soon."""
    rows = [
        {
            "round_id": one.round_id,
            "n": one.n,
            "engagement_id": one.engagement_id,
            "kind": one.kind,
            "opened_at": one.opened_at,
            "look_at": unit.now,
        }
        for one in opened(facts, unit.now, NEWS)
    ]
    await upsert(unit.connection, ASKING, rows)


async def due(unit: Unit) -> list[Asking]:
    """The rounds of which it is time to look whom they ask."""
    query = select(ASKING).where(ASKING.c.look_at <= unit.now).order_by(ASKING.c.look_at, ASKING.c.round_id)
    found = await unit.connection.execute(query.limit(FEW))
    return [Asking(row.round_id, row.n, row.engagement_id, row.kind, row.opened_at) for row in found]


async def earliest(unit: Unit) -> datetime | None:
    """When it is next time to look."""
    moment: datetime | None = await unit.connection.scalar(select(func.min(ASKING.c.look_at)))
    return moment


async def look_again(unit: Unit, round_id: str, at: datetime) -> None:
    """Have it looked again then whom a round asks."""
    await unit.connection.execute(update(ASKING).where(ASKING.c.round_id == round_id).values(look_at=at))


async def over(unit: Unit, round_id: str) -> None:
    """Nobody is written to about this round any more."""
    await unit.connection.execute(delete(ASKING).where(ASKING.c.round_id == round_id))


async def on_record(unit: Unit, letters: Sequence[Intended]) -> dict[str, Letter]:
    """Those of these letters that were meant before, by their ids."""
    return await _by_ids(unit, [one.letter_id for one in letters])


async def invitations(unit: Unit, invited: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Letter]:
    """The letters by which these people were invited to these rounds, by round and person."""
    ids = {invitation_of(*one): one for one in invited}
    return {ids[id]: letter for id, letter in (await _by_ids(unit, list(ids))).items()}


async def _by_ids(unit: Unit, ids: Sequence[str]) -> dict[str, Letter]:
    found: dict[str, Letter] = {}
    for some in (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)):
        rows = await unit.connection.execute(select(LETTER).where(LETTER.c.letter_id.in_(some)))
        found |= {row.letter_id: SHELF.read(row) for row in rows}
    return found
