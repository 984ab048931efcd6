"""What a fact and a fire cost with few and with many obligations pending, and what memory it takes."""

import argparse
import sys
from typing import Any

from benchmarks import sides, turns
from benchmarks.burst import fired
from benchmarks.ground import Ground, ground
from benchmarks.pipeline import passed
from benchmarks.seeding import Seeds
from benchmarks.sides import Side

SMALL, FULL = (1_000, 20_000), (10_000, 100_000, 1_000_000)
WARM = 20


async def measure(told: argparse.Namespace) -> dict[str, Any]:
    """A product for each size, in turn; out of its turn it stands still."""
    count = told.facts or (2_000 if told.full else 200)
    sizes = sorted(told.pending or (FULL if told.full else SMALL))
    fact_work: dict[str, list[float]] = {str(size): [] for size in sizes}
    fire: dict[str, list[float]] = {str(size): [] for size in sizes}
    async with ground(told.database) as here:
        products = {str(size): await _filled(here, size) for size in sizes}

        def turn(size: str) -> turns.Side:
            side, seeds = products[size]

            async def take(number: int) -> float:
                took, worked = await passed(side, f"fact-{number}", count)
                fact_work[size].append(worked / count * 1000)
                side.program.resume()
                fire[size].append(await fired(side, seeds, count) / count * 1000)
                side.program.pause()
                return took / count * 1000

            return take

        fact = await turns.alternate(told.rounds, {size: turn(size) for size in products})
        megabytes = {size: round(side.program.megabytes) for size, (side, _) in products.items()}
    least, most = str(sizes[0]), str(sizes[-1])
    return {
        "facts": count,
        "ms_a_fact": {size: turns.figure(some, 3) for size, some in fact.items()},
        "work_ms_a_fact": {size: turns.figure(some, 3) for size, some in fact_work.items()},
        "ms_a_fire": {size: turns.figure(some, 3) for size, some in fire.items()},
        "most_to_least": {
            "fact": turns.ratio(fact[most], fact[least], 2),
            "work": turns.ratio(fact_work[most], fact_work[least], 2),
            "fire": turns.ratio(fire[most], fire[least], 2),
        },
        "goal": 1.3,
        "megabytes": megabytes,
        "goal_megabytes": 300,
    }


async def _filled(here: Ground, size: int) -> tuple[Side, Seeds]:
    """A product with so many obligations pending; it has heard some facts since, and stands still."""
    side = await sides.product(here, f"pending-{size}")
    seeds = Seeds(side)
    await seeds.begin()
    await seeds.fill(size)
    await passed(side, "warm", WARM)
    return side, seeds


if __name__ == "__main__":
    asked = turns.options("pending", __doc__)
    asked.add_argument("--facts", type=int, help="of a round, and as many that fall due")
    asked.add_argument("--pending", type=int, nargs="*", help="how many obligations; each size is measured")
    sys.exit(turns.main("pending", asked.parse_args(), measure))
