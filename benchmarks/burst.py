"""Many obligations due at one instant, until their facts are on the bus and their tasks in the inbox; beside peers."""

import argparse
import asyncio
import sys
import time
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from benchmarks import rivals, sides, turns
from benchmarks.ground import CLOCK, Behind, ground
from benchmarks.seeding import Seeds
from benchmarks.sides import Side
from shared.events.followup import FollowUpFellDue
from shared.obligations.ledger import LEDGER
from shared.storage.facts import FACT

GOALS = {"pgqueuer": 1.5, "procrastinate": 20, "dbos": 10}
WRITTEN = 1_500
"""Copies whose due time is surely written in a second."""
SLOW = {"procrastinate": 10, "dbos": 10}
"""By how much smaller the heap of a peer is that would otherwise take most of the time."""


async def measure(told: argparse.Namespace) -> dict[str, Any]:
    """Each in turn; the product stands still while a peer has its turn."""
    count = told.obligations or (100_000 if told.full else 2_000)
    heaps = {name: max(200, count // SLOW.get(name, 1)) for name in told.peers}
    async with ground(told.database, beside=bool(told.peers)) as here:
        side = await sides.product(here)
        seeds = Seeds(side)
        await seeds.begin()

        def rival(name: str) -> turns.Side:
            async def take(number: int) -> float:
                found = await rivals.play(here, name, f"{name}-{number}", heaps[name])
                return heaps[name] / float(found["seconds"])

            return take

        async def product(_number: int) -> float:
            side.program.resume()
            took = await fired(side, seeds, count)
            side.program.pause()
            return count / took

        everybody = {"product": product, **{name: rival(name) for name in told.peers}}
        rates = await turns.alternate(told.rounds, everybody)
        await exactly(side, count * told.rounds)
    return {
        "obligations": count,
        "heaps": heaps,
        "fired_a_second": {name: turns.figure(some) for name, some in rates.items()},
        "times_as_fast": {name: turns.ratio(rates["product"], rates[name], 2) for name in told.peers},
        "goals": {name: GOALS[name] for name in told.peers},
        "exactly_once": True,
        "peers": rivals.versions(),
    }


async def fired(side: Side, seeds: Seeds, count: int) -> float:
    """Seconds from the instant at which so many fall due until the bus has the last of their facts."""
    numbers = await seeds.fill(count)
    moment = CLOCK.now() + timedelta(seconds=3 + count / WRITTEN)
    await seeds.due(numbers, [moment] * count)
    await seeds.tidied()
    await seeds.poke()
    before = await side.place.messages()
    if (spare := (moment - CLOCK.now()).total_seconds()) < 0:
        raise Behind(f"the heap was laid {-spare:.1f} s after it fell due", side.place.folder)
    await asyncio.sleep(spare)
    begun = time.perf_counter()
    await side.place.until(before + count, side.consumer)
    took = time.perf_counter() - begun
    await side.place.all_marked()
    return took


async def exactly(side: Side, count: int) -> None:
    """See that each fell due once: so many tasks are due, and as many facts say so, all of different tasks."""
    async with side.place.store.look() as unit:
        due = await unit.connection.scalar(select(func.count()).where(LEDGER.c.state == "due"))
        said = select(func.count(), func.count(FACT.c.line.distinct())).where(FACT.c.type == FollowUpFellDue.type)
        facts, lines = (await unit.connection.execute(said)).one()
    if not due == facts == lines == count:
        raise Behind(f"{count} fell due; {due} tasks are due, {facts} facts say so, of {lines}", side.place.folder)


if __name__ == "__main__":
    asked = turns.options("burst", __doc__)
    asked.add_argument("--obligations", type=int, help="that fall due at once")
    asked.add_argument("--peers", nargs="*", default=list(GOALS), help="beside whom; none at all is possible")
    asked.set_defaults(database="postgresql")
    sys.exit(turns.main("burst", asked.parse_args(), measure))
