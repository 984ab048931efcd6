"""From a fact published to its task visible, at 50 facts a second: the product beside the ceiling.

A task is taken to be visible when the bus tells that it is scheduled: its row was committed before.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from nats.aio.msg import Msg

from benchmarks import sides, turns
from benchmarks.ground import CLOCK, ground
from benchmarks.requests import letters, requests
from benchmarks.sides import Side

TOLD = "eng.followup.follow_up_scheduled.v1.>"


async def measure(told: argparse.Namespace) -> dict[str, Any]:
    """Both sides in turn; out of its turn a side stands still."""
    count = told.facts or (1500 if told.full else 200)
    async with ground(told.database) as here:
        both = {"ceiling": await sides.ceiling(here), "product": await sides.product(here)}
        high: dict[str, list[float]] = {name: [] for name in both}

        def turn(name: str) -> turns.Side:
            async def take(number: int) -> float:
                took = await waits(both[name], f"{name}-{number}", count, told.rate)
                high[name].append(turns.percentile(took, 0.99))
                return turns.percentile(took, 0.5)

            return take

        for name, side in both.items():
            await waits(side, f"{name}-warm", told.rate, told.rate)
            side.program.pause()
        half = await turns.alternate(told.rounds, {name: turn(name) for name in both})
    return {
        "facts": count,
        "p50_ms": {name: turns.figure(some, 2) for name, some in half.items()},
        "p99_ms": {name: turns.figure(some, 2) for name, some in high.items()},
        "ratio_p50": turns.ratio(half["product"], half["ceiling"], 2),
        "ratio_p99": turns.ratio(high["product"], high["ceiling"], 2),
        "goal_p99": 3,
    }


async def waits(side: Side, prefix: str, count: int, rate: float) -> list[float]:
    """Milliseconds from each fact to its task, facts coming evenly."""
    some = letters(requests(prefix, count, CLOCK.now()))
    names = [f"{prefix}-{number:07}" for number in range(count)]
    said: dict[str, float] = {}
    js = side.place.client.jetstream(timeout=15)
    side.program.resume()
    async with _hearing(side, count) as seen:
        begun = time.perf_counter()
        confirmed = []
        for number, letter in enumerate(some):
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            said[names[number]] = time.perf_counter()
            confirmed.append(await js.publish_async(letter.subject, letter.body))
        await asyncio.gather(*confirmed)
    await side.place.all_marked()
    side.program.pause()
    return [(seen[name] - said[name]) * 1000 for name in names]


@asynccontextmanager
async def _hearing(side: Side, count: int) -> AsyncIterator[dict[str, float]]:
    """When each request's task was told; the block ends when all were."""
    seen: dict[str, float] = {}
    all_seen = asyncio.Event()

    async def hear(message: Msg) -> None:
        seen[json.loads(message.data)["data"]["task_id"].split("/")[2]] = time.perf_counter()
        if len(seen) == count:
            all_seen.set()

    subscription = await side.place.client.subscribe(TOLD, cb=hear)
    yield seen
    async with asyncio.timeout(120):
        await all_seen.wait()
    await subscription.unsubscribe()


if __name__ == "__main__":
    asked = turns.options("latency", __doc__)
    asked.add_argument("--facts", type=int, help="of a round")
    asked.add_argument("--rate", type=int, default=50, help="facts a second")
    sys.exit(turns.main("latency", asked.parse_args(), measure))
