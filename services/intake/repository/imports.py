"""Files of trackers as rows: how they are read, how well they passed; and what is known of the requests in them."""

from collections.abc import Collection

from sqlalchemy import select

from services.intake import tables
from services.intake.decisions.importing.judging import Before
from services.intake.domain.imports import Columns, TakenFile
from services.intake.domain.requests import hashed_id, own_id
from services.intake.repository import REQUEST
from shared.events.base import NO_ENGAGEMENT
from shared.storage import facts as kept
from shared.storage.listing import MOST
from shared.storage.many import upsert
from shared.storage.tables import table
from shared.storage.work import Unit

COLUMNS, TAKEN = table(tables.ColumnsRow), table(tables.TakenFileRow)


async def columns(unit: Unit, source: str) -> Columns | None:
    """How the files of a tracker are read; nothing where none was taken in yet."""
    told = await unit.connection.scalar(select(COLUMNS.c.document).where(COLUMNS.c.source == source))
    return Columns.model_validate_json(told) if told else None


async def keep_columns(unit: Unit, source: str, told: Columns) -> None:
    """Read the next file of this tracker in the same way."""
    await upsert(unit.connection, COLUMNS, [{"source": source, "document": told.model_dump_json(exclude_none=True)}])


async def taken(unit: Unit, source: str) -> list[TakenFile]:
    """How well each file of a tracker passed, when it was handed in last."""
    rows = await unit.connection.scalars(select(TAKEN.c.document).where(TAKEN.c.source == source))
    return [TakenFile.model_validate_json(one) for one in rows]


async def keep_taken(unit: Unit, source: str, told: TakenFile) -> None:
    """Remember how well a file passed; the same file again counts once."""
    row = {"source": source, "digest": told.digest, "handed_in_at": told.handed_in_at}
    await upsert(unit.connection, TAKEN, [{**row, "document": told.model_dump_json()}])


async def sources(unit: Unit) -> list[str]:
    """The trackers from which files came."""
    return list((await unit.connection.scalars(select(TAKEN.c.source).distinct().order_by(TAKEN.c.source))).all())


async def before(unit: Unit, source: str, external_ids: Collection[str]) -> dict[str, Before]:
    """What is known of these requests of a tracker, and which id each of them has here, or gets."""
    with unit.unasked():
        ids = await _ids(unit, source, sorted(external_ids))
        histories = await kept.histories(unit, {f"{NO_ENGAGEMENT}/{id}" for id in ids.values()})
    return {external: Before(id, histories[f"{NO_ENGAGEMENT}/{id}"]) for external, id in ids.items()}


async def _ids(unit: Unit, source: str, external_ids: list[str]) -> dict[str, str]:
    """A request is known by what its tracker calls it; of a new one, the plain id may belong to another already."""
    found: dict[str, str] = {}
    for first in range(0, len(external_ids), MOST):
        some = external_ids[first : first + MOST]
        theirs = (REQUEST.c.source == source, REQUEST.c.external_id.in_(some))
        rows = await unit.connection.execute(select(REQUEST.c.external_id, REQUEST.c.request_id).where(*theirs))
        found |= {row.external_id: row.request_id for row in rows}
        plain = {own_id(source, one): one for one in some if one not in found}
        held = (
            await unit.connection.scalars(select(REQUEST.c.request_id).where(REQUEST.c.request_id.in_(plain)))
        ).all()
        found |= {one: hashed_id(source, one) if id in held else id for id, one in plain.items()}
    return found
