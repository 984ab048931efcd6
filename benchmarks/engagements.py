"""What a fact costs as one engagement's history grows, and as engagements grow in number."""

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

from benchmarks import sides, turns
from benchmarks.ground import CLOCK, ground
from benchmarks.pages import year
from benchmarks.requests import letters
from benchmarks.sides import Side
from shared.events.base import Fact, say
from shared.events.intake import EngagementOpened
from shared.events.sessions import ActionStepReported

SMALL, FULL = (10, 500), (10, 100, 500, 1_000, 2_000)
FEW_SMALL, FEW_FULL = (10, 300), (100, 1_000, 10_000, 100_000)
HEAP = 200


async def measure(told: argparse.Namespace) -> dict[str, Any]:
    """Engagements of each size in one product, in turn; then products with so many engagements, in turn."""
    count = told.facts or 10
    sizes = sorted(told.history or (FULL if told.full else SMALL))
    heaps = sorted(told.engagements or (FEW_FULL if told.full else FEW_SMALL))
    work: dict[str, list[float]] = {str(size): [] for size in sizes}
    async with ground(told.database) as here:
        side = await sides.product(here)
        await _say(side, iter([year.published(CLOCK.now())]))
        for place, size in enumerate(sizes):
            await _grow(side, place, size)
        histories = {str(size): _one_by_one(side, place, count, work[str(size)]) for place, size in enumerate(sizes)}
        by_history = await turns.alternate(told.rounds, histories)
        side.program.pause()
        crowds = {str(size): await _crowd(await sides.product(here, f"crowd-{size}"), size, count) for size in heaps}
        by_number = await turns.alternate(told.rounds, crowds)
    return {
        "facts": count,
        "ms_a_fact_by_history": {size: turns.figure(some, 2) for size, some in by_history.items()},
        "work_ms_a_fact_by_history": {size: turns.figure(some, 2) for size, some in work.items()},
        "longest_to_shortest": turns.ratio(by_history[str(sizes[-1])], by_history[str(sizes[0])], 2),
        "goal": 3,
        "ms_a_fact_by_engagements": {size: turns.figure(some, 2) for size, some in by_number.items()},
        "most_to_fewest": turns.ratio(by_number[str(heaps[-1])], by_number[str(heaps[0])], 2),
    }


async def _grow(side: Side, place: int, size: int) -> None:
    """An engagement with five teams, its sessions, and as many reported steps as make its history so long."""
    now = CLOCK.now()
    first = list(year.engagement(place, now))[:size]
    await _say(side, iter(first))
    await _say(side, _steps(place, "past", size - len(first)))


def _one_by_one(side: Side, place: int, count: int, work: list[float]) -> turns.Side:
    async def take(number: int) -> float:
        begun, worked = time.perf_counter(), side.program.work
        for fact in _steps(place, f"r{number}", count):
            await _say(side, iter([fact]))
        work.append((side.program.work - worked) / count * 1000)
        return (time.perf_counter() - begun) / count * 1000

    return take


async def _crowd(side: Side, size: int, count: int) -> turns.Side:
    """A product with so many engagements; a turn of it tells what the first fact of another one costs."""
    await _say(side, iter([year.published(CLOCK.now())]))
    await _say(side, (_opened(f"old-{number}") for number in range(size)))
    side.program.pause()

    async def take(number: int) -> float:
        side.program.resume()
        begun = time.perf_counter()
        for place in range(count):
            await _say(side, iter([_opened(f"new-{number}-{place}")]))
        took = (time.perf_counter() - begun) / count * 1000
        side.program.pause()
        return took

    return take


async def _say(side: Side, facts: Iterator[Fact]) -> None:
    """Say these facts, and wait until all are acknowledged."""
    some = letters(facts)
    for start in range(0, len(some), HEAP):
        until = await side.place.messages() + len(some[start : start + HEAP])
        await side.place.say(some[start : start + HEAP])
        await side.place.until(until, side.consumer)


def _opened(name: str) -> Fact:
    now = CLOCK.now()
    told = {
        "title": name,
        "center": "NCASE",
        "topic": "out-of-school time",
        "playbook": "year",
        "opened_on": now.date(),
    }
    people = {"facilitator": "p-facilitator", "evaluator": "p-evaluator"}
    told |= {"engagement_id": name, "time_zone": "America/New_York", "people": people}
    return say(EngagementOpened.model_validate(told), now)


def _steps(place: int, name: str, count: int) -> Iterator[Fact]:
    for number in range(count):
        told = {"engagement_id": f"e-{place:03}", "plan_id": "plan", "step_id": f"{name}-{number}"}
        told["status"] = "under_way"
        yield say(ActionStepReported.model_validate({**told, "reported_on": date(2026, 1, 1)}), CLOCK.now())


if __name__ == "__main__":
    asked = turns.options("engagements", __doc__)
    asked.add_argument("--facts", type=int, help="of a round, said one after another")
    asked.add_argument("--history", type=int, nargs="*", help="facts of an engagement; each length is measured")
    asked.add_argument("--engagements", type=int, nargs="*", help="how many there are; each number is measured")
    sys.exit(turns.main("engagements", asked.parse_args(), measure))
