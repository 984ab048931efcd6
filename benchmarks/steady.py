"""Obligations falling due evenly, with many more pending: how late their facts are on the bus; beside peers.

The product and NATS schedules are judged by when their message arrives, the peers by when they write the task's row,
which is earlier than anybody could have heard of it.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from nats.aio.msg import Msg

from benchmarks import rivals, sides, turns
from benchmarks.burst import WRITTEN, exactly
from benchmarks.ground import CLOCK, Behind, Ground, ground
from benchmarks.schedules import Schedules
from benchmarks.seeding import Seeds
from benchmarks.sides import Side

FELL_DUE = "eng.followup.follow_up_fell_due.v1.>"
SMALL, FULL = (1_000, 10_000), (10_000, 100_000, 1_000_000)
MOST = {"schedules": 100_000, "pgqueuer": 100_000, "procrastinate": 100_000, "dbos": 10_000}
"""Pending jobs that each can be given within some minutes; it is measured with so many, if more are asked for."""


async def measure(told: argparse.Namespace) -> dict[str, Any]:
    """Each in turn; out of its turn a product stands still."""
    count = told.obligations or (3_000 if told.full else 300)
    pending = sorted(told.pending or (FULL if told.full else SMALL))
    high: dict[str, list[float]] = {}
    async with ground(told.database, beside=bool(told.peers)) as here:
        everybody: dict[str, turns.Side] = {}
        products = [await _product(here, size) for size in pending]
        for size, (side, seeds) in zip(pending, products, strict=True):
            everybody[f"product {size}"] = _turn_of_product(side, seeds, count, told.rate, high)
        for name in told.peers:
            size = min(MOST[name], pending[0] if not told.full else MOST[name])
            everybody[f"{name} {size}"] = await _turn_of_peer(here, name, size, count, told.rate, high)
        half = await turns.alternate(told.rounds, everybody)
        for side, _ in products:
            await exactly(side, count * told.rounds)
        megabytes = {
            f"product {size}": round(it[0].program.megabytes) for size, it in zip(pending, products, strict=True)
        }
    least, most = f"product {pending[0]}", f"product {pending[-1]}"
    return {
        "obligations": count,
        "p50_ms": {name: turns.figure(some, 2) for name, some in half.items()},
        "p99_ms": {name: turns.figure(some, 2) for name, some in high.items()},
        "most_to_least_p50": turns.ratio(half[most], half[least], 2),
        "most_to_least_p99": turns.ratio(high[most], high[least], 2),
        "p99_to_peers": {name: turns.ratio(high[most], some) for name, some in high.items() if "product" not in name},
        "goals": {"most_to_least": 2, "dbos": 0.1, "schedules": 0.5},
        "megabytes": megabytes,
        "peers": rivals.versions(),
    }


async def _product(here: Ground, size: int) -> tuple[Side, Seeds]:
    side = await sides.product(here, f"product-{size}")
    seeds = Seeds(side)
    await seeds.begin()
    await seeds.fill(size)
    side.program.pause()
    return side, seeds


def _turn_of_product(side: Side, seeds: Seeds, count: int, rate: float, high: dict[str, list[float]]) -> turns.Side:
    async def take(_number: int) -> float:
        side.program.resume()
        numbers = await seeds.fill(count)
        first = CLOCK.now() + timedelta(seconds=3 + count / WRITTEN)
        await seeds.due(numbers, [first + timedelta(seconds=number / rate) for number in range(count)])
        await seeds.poke()
        if CLOCK.now() > first:
            raise Behind("the first was due before the last was written", side.place.folder)
        async with _lateness(side, count) as late:
            pass
        await side.place.all_marked()
        side.program.pause()
        high.setdefault(side.place.name.replace("-", " "), []).append(turns.percentile(late, 0.99))
        return turns.percentile(late, 0.5)

    return take


@asynccontextmanager
async def _lateness(side: Side, count: int) -> AsyncIterator[list[float]]:
    """Milliseconds from when each was due to when its fact was heard; the block ends when all were."""
    late: list[float] = []
    all_seen = asyncio.Event()

    async def hear(message: Msg) -> None:
        now = time.time()
        told = json.loads(message.data)["data"]
        late.append((now - datetime.fromisoformat(told["due_at"]).timestamp()) * 1000)
        if len(late) == count:
            all_seen.set()

    subscription = await side.place.client.subscribe(FELL_DUE, cb=hear)
    yield late
    async with asyncio.timeout(600):
        await all_seen.wait()
    await subscription.unsubscribe()


async def _turn_of_peer(
    here: Ground, name: str, pending: int, count: int, rate: float, high: dict[str, list[float]]
) -> turns.Side:
    tall = high.setdefault(f"{name} {pending}", [])
    schedules = await Schedules.begin(here, pending) if name == "schedules" else None

    async def take(number: int) -> float:
        if schedules:
            late = await schedules.late(str(number), count, rate, 2 + count / 1000)
            tall.append(turns.percentile(late, 0.99))
            return turns.percentile(late, 0.5)
        told = await rivals.play(here, name, f"{name}-{number}", count, rate, pending)
        tall.append(float(told["p99_ms"]))
        return float(told["p50_ms"])

    return take


if __name__ == "__main__":
    asked = turns.options("steady", __doc__)
    asked.add_argument("--obligations", type=int, help="that fall due in a round")
    asked.add_argument("--rate", type=float, default=100, help="so many of them a second")
    asked.add_argument("--pending", type=int, nargs="*", help="how many more there are; each size is measured")
    asked.add_argument("--peers", nargs="*", default=list(MOST), help="beside whom; none at all is possible")
    asked.set_defaults(database="postgresql")
    sys.exit(turns.main("steady", asked.parse_args(), measure))
