"""How far fates were carried to the bus, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from services.evaluation.domain.fates import FATES
from services.evaluation.domain.notices import Notice
from services.evaluation.repository.notices import NOTICE, NUMBERING, newest, read_row
from shared.storage.database import insert_new
from shared.storage.work import Unit

NAME = "fates on the bus"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Fates that come next, in order."""

    after: int
    """The number up to which everything is carried."""
    fates: Sequence[Notice]
    to: int
    """The number up to which everything is, once these are."""


async def waiting(unit: Unit, limit: int) -> Waiting:
    """The next fates to carry, whosesoever they are."""
    after = await unit.connection.scalar(select(NUMBERING.c.last).where(NUMBERING.c.name == NAME)) or 0
    to = (await newest(unit)).n
    wanted = (NOTICE.c.n > after, NOTICE.c.n <= to, NOTICE.c.type.in_(sorted(FATES)))
    rows = await unit.connection.execute(select(NOTICE).where(*wanted).order_by(NOTICE.c.n).limit(limit))
    found = [read_row(row) for row in rows]
    return Waiting(after, found, found[-1].n if len(found) == limit else to)


async def carried(unit: Unit, to: int) -> None:
    """Everything up to this number is on the bus; another replica may know of more."""
    await insert_new(unit.connection, NUMBERING, {"name": NAME, "last": 0})
    further = (NUMBERING.c.name == NAME, NUMBERING.c.last < to)
    await unit.connection.execute(update(NUMBERING).where(*further).values(last=to))
