"""Everything is rebuilt from a log: an empty database learns all that the bus holds; beside the pipeline."""

import argparse
import sys
import time
from typing import Any

from sqlalchemy import func, select

from benchmarks import sides, turns
from benchmarks.ground import Behind, Ground, Place, ground
from benchmarks.pipeline import passed
from benchmarks.sides import Side
from shared.obligations.ledger import LEDGER

AT_A_TIME = 250
"""Requests of which the bus holds what was said before the next come. In life they come one by one."""


async def measure(told: argparse.Namespace) -> dict[str, Any]:
    """A start with the log on the bus, one with nothing there, and the pipeline, in turn.

    What a start takes that has nothing to learn is taken off: what is left is the rebuilding. Half of the log are
    requests, the other half is what followup said of them; the pipeline is compared by the request. It works on tables
    with half of the log in them, which is what the rebuilding finds there on an average.
    """
    facts = told.facts or (1_000_000 if told.full else 2_000)
    requests = facts // 2
    heard = min(requests, 20_000 if told.full else 500)
    async with ground(told.database) as here:
        side = await sides.product(here)
        await passed(side, "before", requests // 2)
        log, nothing = await here.place("log"), await here.place("nothing")
        await _fill(here, log, requests, told.at_a_time)

        async def pipeline(number: int) -> float:
            seconds, _ = await passed(side, f"r{number}", heard)
            return heard / seconds

        async def rebuilt(number: int) -> float:
            return await _start(here, log, f"log-{number}", requests)

        async def started(number: int) -> float:
            return await _start(here, nothing, f"nothing-{number}", 0)

        side.program.pause()
        took = await turns.alternate(told.rounds, {"started": started, "rebuilt": rebuilt, "pipeline": pipeline})
    rates = [requests / max(0.01, one - other) for one, other in zip(took["rebuilt"], took["started"], strict=True)]
    return {
        "facts_of_the_log": 2 * requests,
        "start_seconds": turns.figure(took["started"], 2),
        "rebuild_seconds": turns.figure(took["rebuilt"], 2),
        "facts_of_the_log_a_second": turns.figure([2 * rate for rate in rates]),
        "requests_rebuilt_a_second": turns.figure(rates),
        "requests_heard_a_second": turns.figure(took["pipeline"]),
        "ratio": turns.ratio(rates, took["pipeline"], 2),
        "goal": 1,
    }


async def _fill(here: Ground, place: Place, requests: int, at_a_time: int) -> None:
    """A bus that holds so many requests and what was said because of them, and no database any more."""
    side = Side(place, await here.product(place), "followup")
    side.program.pause()
    for begun in range(0, requests, at_a_time):
        await passed(side, f"logged-{begun:07}", min(at_a_time, requests - begun))
    side.program.resume()
    await side.program.stop()


async def _start(here: Ground, place: Place, name: str, obligations: int) -> float:
    """Seconds until a product on an empty database is ready, and owes again what it owed."""
    await place.store.database.close()
    for file in place.folder.glob("followup.db*"):
        file.unlink()
    fresh = Place(place.name, place.folder, place.bus, await here.database_for(name), place.client, place.port)
    begun = time.perf_counter()
    program = await here.product(fresh)
    async with fresh.store.look() as unit:
        owed = await unit.connection.scalar(select(func.count()).select_from(LEDGER))
    took = time.perf_counter() - begun
    await program.stop()
    await fresh.store.database.close()
    if owed != obligations:
        raise Behind(f"{obligations} obligations are owed again, {owed} are there", place.folder)
    return took


if __name__ == "__main__":
    asked = turns.options("replay", __doc__)
    asked.add_argument("--facts", type=int, help="of the log, half of them requests")
    asked.add_argument(
        "--at-a-time", type=int, default=AT_A_TIME, help="requests that stand in the log before what was said of them"
    )
    sys.exit(turns.main("replay", asked.parse_args(), measure))
