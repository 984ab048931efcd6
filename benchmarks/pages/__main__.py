"""`make bench-pages`: how long a page takes, and how many times an empty one; prints one JSON line."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple

from httpx import AsyncClient

from benchmarks.pages import year
from benchmarks.pages.house import a_house

ENOUGH = 100
"""Milliseconds within which whoever waits does not notice that they do."""


WARM = 2
"""Rounds that are not counted: what is read once is remembered afterwards."""


class Took(NamedTuple):
    """Milliseconds until a page was there, and those in which a processor worked on it.

    Whatever else keeps the machine busy makes the former longer, and the latter hardly.
    """

    all: float
    work: float


async def measure(engagements: int, rounds: int) -> dict[str, Any]:
    """All pages in turn, round by round, so that whatever slows the machine slows all alike."""
    with tempfile.TemporaryDirectory() as folder:
        async with a_house(Path(folder), engagements) as house:
            pages = {
                "empty": (house.supervisor, "/app/empty"),
                "inbox": (house.facilitator, "/app/inbox"),
                "inbox_of_all": (house.supervisor, "/app/inbox?whose=all"),
                "inbox_one_heap": (house.supervisor, "/app/inbox?whose=all&when=overdue"),
                "engagements": (house.supervisor, "/app/engagements"),
                "engagement": (house.facilitator, "/app/engagements/e-000"),
                "task": (house.facilitator, "/app/tasks/e-000/ask/ky/1"),
                "evaluations": (house.supervisor, "/app/evaluations"),
                "reports": (house.supervisor, "/app/reports"),
                "reports_by_jurisdiction": (house.supervisor, "/app/reports/jurisdiction"),
                "report": (house.facilitator, "/app/reports/engagement/e-000"),
                "contacts": (house.supervisor, "/app/contacts"),
                "handovers": (house.supervisor, "/app/handovers"),
            }
            took: dict[str, list[Took]] = {name: [] for name in pages}
            for _round in range(WARM + rounds):
                for name, (client, path) in pages.items():
                    took[name].append(await _took(client, path))
            tasks = await house.supervisor.get("/app/inbox.json?whose=all")
    told = _told({name: some[WARM:] for name, some in took.items()})
    return {"engagements": engagements, "open_tasks": len(tasks.json()["items"]), "rounds": rounds, **told}


async def _took(client: AsyncClient, path: str) -> Took:
    begun, worked = perf_counter(), process_time()
    answer = await client.get(path)
    took = Took((perf_counter() - begun) * 1000, (process_time() - worked) * 1000)
    answer.raise_for_status()
    return took


def _told(took: Mapping[str, Sequence[Took]]) -> dict[str, Any]:
    """The median of each page, and of its ratio to the empty page of the same round, with the least and the most."""
    empty = took["empty"]
    pages = {
        name: _page(some, [one.work / none.work for one, none in zip(some, empty, strict=True)])
        for name, some in took.items()
        if name != "empty"
    }
    slow = [name for name, page in pages.items() if page["ms"] >= ENOUGH]
    told = {"empty_ms": round(median(one.all for one in empty), 2)}
    told["empty_work_ms"] = round(median(one.work for one in empty), 2)
    return {**told, "pages": pages, "slower_than_100_ms": slow}


def _page(took: Sequence[Took], ratios: Sequence[float]) -> dict[str, Any]:
    work = [one.work for one in took]
    return {
        "ms": round(median(one.all for one in took), 1),
        "work_ms": round(median(work), 1),
        "work_ms_spread": [round(min(work), 1), round(max(work), 1)],
        "ratio": round(median(ratios), 1),
        "ratio_spread": [round(min(ratios), 1), round(max(ratios), 1)],
    }


def main() -> int:
    """Measure, and print the line."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    asked.add_argument("--engagements", type=int, default=200)
    asked.add_argument("--rounds", type=int, default=9, help="at least five")
    told = asked.parse_args()
    print(f"{told.engagements} engagements with {year.TASKS} open tasks each; a minute.", file=sys.stderr)
    print(json.dumps(asyncio.run(measure(told.engagements, max(5, told.rounds)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
