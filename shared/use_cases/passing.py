"""Passing: what time alone does, and pieces of work that no fact tells of, each in a transaction of its own."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import func, select

from shared.obligations.following import FEW, Following, Recovering
from shared.storage import facts as kept
from shared.storage.work import Store, Unit
from shared.use_cases.given import T
from shared.use_cases.trying import patiently, side_by_side

HANDS = 2
"""How many transactions at a time let much fall due, where the database lets several write: while one is written, the
other is worked out. To each other they are what two replicas are."""
Earliest = Callable[[Unit], Awaitable[datetime | None]]
"""Tells from when on there is something to do."""


async def pass_time(store: Store, following: Following) -> None:
    """Do all that time has to do by now, a bounded number of obligations in each transaction."""

    async def once() -> int:
        async with store.work() as unit:
            await following.roll_on(unit)
            return await following.pass_time(unit)

    async def hand(helps: bool) -> None:
        # Plans apart from what falls due: in one transaction, the other hand would nearly always have been faster.
        while True:
            if not helps:
                await at_once(store, following.roll_on)
            if await at_once(store, lambda unit: following.pass_time(unit, helps)) < FEW:
                return

    if await _is_time(store, following.earliest) and await patiently(once, patience=0) >= FEW:
        hands = 1 if store.database.is_sqlite else HANDS
        await side_by_side(*(hand(helps=number > 0) for number in range(hands)))


async def plan_all_that_waits(store: Store, following: Following, recovering: Recovering = "restored") -> None:
    """Plan every line again that waits for it, and let nothing fall due; for whoever has just learned much.

    What the ledgers had said of these lines, and their rows do not know, is made true of the rows before.
    """

    async def once() -> bool:
        async with store.work() as unit:
            earliest: datetime | None = await unit.connection.scalar(select(func.min(kept.LINE.c.look_again_at)))
            waits = earliest is not None and earliest <= unit.now
            if waits:
                await following.roll_on(unit, FEW, recovering)
            return waits

    while await patiently(once, patience=0):
        pass


async def at_once(store: Store, piece: Callable[[Unit], Awaitable[T]], briefly: bool = True) -> T:
    """Do a piece of work that no fact tells of in one transaction, again where another replica was faster.

    What looks at whole tables is not done briefly.
    """

    async def once() -> T:
        async with store.work(briefly) as unit:
            return await piece(unit)

    return await patiently(once, patience=0)


async def until_done(
    store: Store, piece: Callable[[Unit], Awaitable[bool]], since: Earliest | None = None, briefly: bool = True
) -> None:
    """Do a piece of work in a transaction of its own, and another one, until there was nothing to do.

    With `since`, which tells from when on there is, none is begun before.
    """

    async def once() -> bool:
        async with store.work(briefly) as unit:
            return await piece(unit)

    if since and not await _is_time(store, since):
        return
    while await patiently(once, patience=0):
        pass


async def _is_time(store: Store, earliest: Earliest) -> bool:
    """Whether there is something to do; to see that there is nothing, nobody has to wait for whoever writes."""
    async with store.look(briefly=True) as unit:
        moment = await earliest(unit)
        return moment is not None and moment <= unit.now
