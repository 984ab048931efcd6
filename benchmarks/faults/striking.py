"""Which fault strikes when: every kind once, in an order by the seed, then drawn by weight until there are enough."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.faults.drain import busy
from benchmarks.faults.kinds import KINDS, Kind, Scene
from benchmarks.faults.wish import Wish
from benchmarks.faults.world import World

RECOVERS_WITHIN = 60.0
"""Seconds after which a world that shows no effect of a fresh fact has not recovered."""
STRIKES_WITHIN = 180.0
GIVE_UP_AFTER = 3
"""Faults in a row without recovery, after which more of them would tell nothing."""


@dataclass
class Struck:
    """What was done so far, and how it went."""

    faults: Counter[str] = field(default_factory=Counter)
    recovery: dict[str, float] = field(default_factory=dict)
    """The worst time of each kind."""
    skipped: dict[str, str] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    recovery_of_last: float = 0.0
    in_vain: int = 0
    """How many faults in a row no recovery was seen after."""
    findings: list[str] = field(default_factory=list)
    """What should not have happened, besides what the checker finds."""

    @property
    def worst_recovery(self) -> float:
        return max(self.recovery.values(), default=0.0)


def order(world: World, chance: Random, struck: Struck, only: Sequence[str]) -> Iterator[Kind]:
    """Every kind that can be done here once; then by weight, without end. Tells what is skipped, and why."""
    fit = fitting(world, only)
    for kind in fit:
        if reason := kind.why_not(world):
            struck.skipped[kind.name] = reason
    can = [kind for kind in fit if kind.name not in struck.skipped]
    yield from chance.sample(can, k=len(can))
    drawn = [kind for kind in can if kind.weight]
    while drawn:
        yield from chance.choices(drawn, [kind.weight for kind in drawn])


async def strike(scene: Scene, struck: Struck, wish: Wish, until: float) -> None:
    """Strike until there were faults enough or time is up, but every kind at least once."""
    at_least = sum(not kind.why_not(scene.world) for kind in fitting(scene.world, wish.kinds))
    count = wish.faults
    for done, kind in enumerate(order(scene.world, scene.chance, struck, wish.kinds)):
        if (done >= at_least and (done >= count or time.monotonic() >= until)) or struck.in_vain >= GIVE_UP_AFTER:
            return
        slot = max(0.0, until - time.monotonic()) / max(1, count - done)
        began = time.monotonic()
        await _one(kind, scene, struck)
        took = time.monotonic() - began
        if wish.say:
            healed = struck.recovery_of_last
            said = scene.load.confirmed
            print(f"{done + 1:4} {kind.name:32} {took:6.1f} s, healed in {healed:5.1f} s, {said} confirmed", flush=True)
        if done + 1 >= at_least:
            await asyncio.sleep(min(max(0.0, slot - took), 20.0))


def fitting(world: World, only: Sequence[str]) -> list[Kind]:
    """All kinds that have a meaning in this world, or those of them that were asked for."""
    return [kind for kind in KINDS.values() if kind.fits(world) and (kind.name in only or not only)]


async def _one(kind: Kind, scene: Scene, struck: Struck) -> None:
    """One fault, and how long it took until a fresh fact had its effect."""
    try:
        async with asyncio.timeout(STRIKES_WITHIN):
            await kind.strike(scene)
    except (Exception, ExceptionGroup) as error:  # noqa: BLE001 - whatever it is, the run goes on, and tells it at the end
        struck.findings.append(f"{kind.name} could not be done: {type(error).__name__}: {error}")
    struck.faults[kind.name] += 1
    try:
        took = await scene.load.probe(RECOVERS_WITHIN)
    except TimeoutError:
        took = RECOVERS_WITHIN
        struck.in_vain += 1
        why = await busy(scene.world.databases(), scene.world.nats_url) or "nothing is under way"
        struck.findings.append(f"{kind.name}: no effect of a fresh fact within {RECOVERS_WITHIN:.0f} s: {why}")
    else:
        struck.in_vain = 0
    struck.recovery_of_last = took
    struck.recovery[kind.name] = max(struck.recovery.get(kind.name, 0.0), took)
