"""Two processes of a service beside one, on the same cores as bus and database: with one ear for both, and in lanes."""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from nats.js.errors import NotFoundError

from benchmarks import turns
from benchmarks.ground import CLOCK, Behind, Ground, Place, Program, ground
from benchmarks.pages import year
from benchmarks.requests import letters, published, requests
from shared.events.base import Fact

WARM = 600
TOGETHER = 50
"""Engagements under way at the same time: their facts come in turn, so that each batch has some of all."""
LATER = timedelta(days=400)
"""What is owed in them falls due after the measurement."""
WITHIN = 900.0
SILENT = 1200
"""Half of it is for how many seconds a process may stand still, in the others' turn, before it loses its lanes."""
SIDES = {"one": (1, 1), "two": (2, 1), "lanes": (2, 2)}
"""By name: how many processes, and how many lanes."""


@dataclass
class Team:
    """The processes that hear the same."""

    place: Place
    programs: list[Program]
    lanes: int
    engagements: int = 0
    """How many were opened so far."""
    work: list[float] = field(default_factory=list)

    @property
    def ears(self) -> list[str]:
        named = [f"followup-{lane}-of-{self.lanes}" for lane in range(1, self.lanes + 1)]
        return named if self.lanes > 1 else ["followup"]

    @property
    def worked(self) -> float:
        return sum(program.work for program in self.programs)

    def facts(self, kind: str, name: str, count: int) -> list[Fact]:
        """So many, of requests or of engagements that nobody has heard of yet."""
        if kind == "requests":
            return list(requests(name, count, CLOCK.now()))
        found: list[Fact] = []
        while len(found) < count:
            some = range(self.engagements, self.engagements + TOGETHER)
            self.engagements += TOGETHER
            found += _in_turn([year.engagement(number, CLOCK.now() + LATER) for number in some])
        return found[:count]

    async def passed(self, facts: Sequence[Fact]) -> float:
        """Seconds until these are acknowledged and all that follows from them is said."""
        for program in self.programs:
            program.pause()
        await self.place.say(letters(iter(facts)))
        begun, worked = time.perf_counter(), self.worked
        for program in self.programs:
            program.resume()
        await self._all_heard(begun + WITHIN)
        await self.place.all_marked()
        took = time.perf_counter() - begun
        self.work.append((self.worked - worked) / len(facts) * 1e6)
        return took

    async def _all_heard(self, deadline: float) -> None:
        while time.perf_counter() < deadline:
            with suppress(NotFoundError):
                if all([await self.place.all_heard(ear) for ear in self.ears]):
                    return
            await asyncio.sleep(0.02)
        raise Behind("what was said is not heard", self.place.folder)


async def measure(told: argparse.Namespace) -> dict[str, Any]:
    """Each side in turn; whoever does not have its turn has nothing to do."""
    count = told.facts or (10_000 if told.full else 2_000)
    async with ground("postgresql") as here:
        teams = {name: await _team(here, name, *SIDES[name]) for name in told.sides}

        def turn(name: str) -> turns.Side:
            async def take(number: int) -> float:
                facts = teams[name].facts(told.of, f"{name}-{number}", count)
                return len(facts) / await teams[name].passed(facts)

            return take

        for name, team in teams.items():
            await team.passed(team.facts(told.of, f"{name}-warm", WARM))
            team.work.clear()
        rates = await turns.alternate(told.rounds, {name: turn(name) for name in teams})
    return {
        "facts": count,
        "facts_a_second": {name: turns.figure(some) for name, some in rates.items()},
        "work_us_a_fact": {name: turns.figure(team.work) for name, team in teams.items()},
        **{f"{name}_to_one": turns.ratio(rates[name], rates["one"]) for name in rates if name != "one"},
        "goal": 1.3,
    }


async def _team(here: Ground, name: str, processes: int, lanes: int) -> Team:
    place = await here.place(name)
    environment = {"THROUGHLINE_LANES": str(lanes), "THROUGHLINE_ACK_WAIT": str(SILENT)}
    first = await here.beside(place, place.port, environment=environment)
    others = [await here.beside(place, next(here.ports), environment=environment) for _ in range(processes - 1)]
    team = Team(place, [first, *others], lanes)
    await team.passed([published(CLOCK.now()), year.published(CLOCK.now())])
    return team


def _in_turn(several: Sequence[Iterator[Fact]]) -> list[Fact]:
    """The first fact of each, the second of each, and so on."""
    return [fact for row in zip_longest(*several) for fact in row if fact is not None]


if __name__ == "__main__":
    asked = turns.options("lanes", __doc__, databases=False)
    asked.add_argument("--facts", type=int, help="of a round")
    asked.add_argument(
        "--of", choices=("requests", "engagements"), default="engagements", help="what the facts tell of"
    )
    asked.add_argument("--sides", nargs="*", choices=SIDES, default=list(SIDES), help="which of them; `one` is needed")
    sys.exit(turns.main("lanes", asked.parse_args(), measure))
