"""Facts in, histories, obligations, outbox, published, acknowledged: the product beside the ceiling."""

import argparse
import sys
import time
from typing import Any

from benchmarks import sides, turns
from benchmarks.ground import CLOCK, ground
from benchmarks.requests import letters, requests
from benchmarks.sides import Side

WARM = 200
FASTER = 8
"""How many times as many facts the ceiling gets in its turn: what takes a moment cannot be measured."""


async def measure(told: argparse.Namespace) -> dict[str, Any]:
    """Both sides in turn; out of its turn a side stands still."""
    facts = told.facts or (20_000 if told.full else 500)
    async with ground(told.database) as here:
        both = {"ceiling": await sides.ceiling(here), "product": await sides.product(here)}
        work: dict[str, list[float]] = {name: [] for name in both}
        counts = {"ceiling": facts * FASTER, "product": facts}

        def turn(name: str) -> turns.Side:
            async def take(number: int) -> float:
                seconds, worked = await passed(both[name], f"{name}-{number}", counts[name])
                work[name].append(worked / counts[name] * 1e6)
                return counts[name] / seconds

            return take

        for name, side in both.items():
            side.program.pause()
            await passed(side, f"{name}-warm", WARM)
        before = {name: (await side.place.rows(), await side.place.messages()) for name, side in both.items()}
        rates = await turns.alternate(told.rounds, {name: turn(name) for name in both})
        each = {name: await _each(side, *before[name], counts[name] * told.rounds) for name, side in both.items()}
        megabytes = round(both["product"].program.megabytes)
    return {
        "facts": facts,
        "facts_a_second": {name: turns.figure(some) for name, some in rates.items()},
        "ratio": turns.ratio(rates["product"], rates["ceiling"]),
        "goal": 0.5,
        "work_us_a_fact": {name: turns.figure(some) for name, some in work.items()},
        "each_fact": each,
        "same_rows": each["product"] == each["ceiling"],
        "product_megabytes": megabytes,
    }


async def passed(side: Side, prefix: str, count: int) -> tuple[float, float]:
    """Seconds, and seconds of work, until all that follows from so many facts is said and they are acknowledged."""
    place, program = side.place, side.program
    # Counted before anything is said: a program that does not stand still hears at once.
    until = await place.messages() + 2 * count
    await place.say(letters(requests(prefix, count, CLOCK.now())))
    begun, worked = time.perf_counter(), program.work
    program.resume()
    await place.until(until, side.consumer)
    took = time.perf_counter() - begun
    await place.all_marked()
    program.pause()
    return took, program.work - worked


async def _each(side: Side, rows: dict[str, int], messages: int, facts: int) -> dict[str, float]:
    """What each fact came to: rows by table, and what was said."""
    now = await side.place.rows()
    found = {name: (now[name] - rows[name]) / facts for name in now if now[name] != rows[name]}
    # Of the messages each fact is one itself.
    return {**found, "messages said": (await side.place.messages() - messages) / facts - 1}


if __name__ == "__main__":
    asked = turns.options("pipeline", __doc__)
    asked.add_argument("--facts", type=int, help="of a round; the ceiling gets eight times as many")
    sys.exit(turns.main("pipeline", asked.parse_args(), measure))
