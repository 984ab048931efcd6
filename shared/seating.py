"""Seats and places of what has neither: an older version recorded it, before this one or beside it."""

from functools import partial

from sqlalchemy import select

from shared import use_cases
from shared.storage import facts as kept
from shared.storage import ownership
from shared.storage.ownership import LINE, PLACE, SEAT
from shared.storage.work import Store, Unit

AT_ONCE = 200
"""Lines that one transaction looks at."""


async def seat_all(store: Store) -> None:
    """Write the seats and places of all that has neither."""
    last: str | None = ""
    while last is not None:
        last = await use_cases.at_once(store, partial(_seat_some, after=last))


async def _seat_some(unit: Unit, after: str) -> str | None:
    """Write the seats and places of the next lines that have neither; gives back the last of them, if there was one."""
    has_none = LINE.c.line.not_in(select(SEAT.c.engagement_id)), LINE.c.line.not_in(select(PLACE.c.line))
    some = select(LINE.c.line).where(LINE.c.line > after, *has_none).order_by(LINE.c.line).limit(AT_ONCE)
    lines = (await unit.connection.scalars(some)).all()
    await kept.hold(unit, lines)
    for history in (await kept.histories(unit, lines)).values():
        await ownership.write(unit, history)
    return lines[-1] if lines else None
