"""One phase of a run: a world, load on it, faults, quiet, and the judgement of the checker."""

import asyncio
import time
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar

from benchmarks.faults.checker import check
from benchmarks.faults.drain import drain, enough_facts
from benchmarks.faults.kinds import Scene
from benchmarks.faults.producers import Producers
from benchmarks.faults.striking import Struck, strike
from benchmarks.faults.verdict import Verdict
from benchmarks.faults.wish import Wish
from benchmarks.faults.world import World, a_world

T = TypeVar("T")
DRAINS_WITHIN = 240.0


@dataclass
class Phase:
    """What one phase came to."""

    name: str
    struck: Struck = field(default_factory=Struck)
    verdict: Verdict | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)


async def play(name: str, wish: Wish, folder: Path) -> Phase:
    """Play one phase: `single` or `cluster`."""
    phase, began = Phase(name), time.monotonic()
    async with a_world(wish.database, folder, cluster=name == "cluster") as world:
        phase.seconds["start"] = time.monotonic() - began
        _say(wish, f"{name}: up after {phase.seconds['start']:.1f} s")
        ledger, poison = folder / "ledger.jsonl", folder / "poison.jsonl"
        load = Producers(world.entry, world.nats_url, ledger, poison, wish.seed, wish.rate)
        await load.start()
        try:
            await _under_load(phase, wish, world, load)
        except BaseException:
            with suppress(Exception):
                await asyncio.wait_for(load.stop(), 5)
            raise
        await _timed(phase, "stop", load.stop())
        await _quiet(phase, wish, world)
        phase.verdict = await _timed(phase, "check", check(world.databases(), world.nats_url, ledger, poison))
        phase.versions = await world.versions()
        phase.struck.findings += world.findings()
        phase.counts |= {"confirmed": load.confirmed, "unknown": load.unknown, "refused_503": load.refused_503}
        phase.counts |= {"starts": sum(one.starts for one in world.replicas.values())}
        phase.counts |= {"vain_starts": sum(one.vain_starts for one in world.replicas.values())}
        world.disk.is_kept = not (phase.verdict.clean and not phase.struck.findings)
        phase.counts |= {"servers_restarted": world.servers_restarted}
    return phase


async def _under_load(phase: Phase, wish: Wish, world: World, load: Producers) -> None:
    """Faults, and then load until there are facts enough or time is up."""
    until = time.monotonic() + wish.seconds
    scene = Scene(world, load, Random(f"{wish.seed} {phase.name}"), wish.herd, phase.struck.notes)
    await _timed(phase, "faults", strike(scene, phase.struck, wish, until))
    await enough_facts(world.databases(), wish.facts, until)


async def _quiet(phase: Phase, wish: Wish, world: World) -> None:
    """Wait until nothing is under way, then stop the services: whoever checks wants to see what will stay."""
    await world.until_up(120)
    _say(wish, f"{phase.name}: draining")
    if why := await _timed(phase, "drain", drain(world.databases(), world.nats_url, DRAINS_WITHIN)):
        phase.struck.findings.append(f"not quiet after {DRAINS_WITHIN:.0f} s: {why}")
    ends = await asyncio.gather(*(one.stay_down() for one in world.replicas.values()))
    for one, code in zip(world.replicas.values(), ends, strict=True):
        if code is None:
            one.findings.append(f"{one} did not end when it was asked to, with nothing to do")


async def _timed(phase: Phase, what: str, work: Awaitable[T]) -> T:
    began = time.monotonic()
    try:
        return await work
    finally:
        phase.seconds[what] = round(time.monotonic() - began, 1)


def _say(wish: Wish, words: str) -> None:
    if wish.say:
        print(words, flush=True)
