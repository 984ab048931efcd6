"""Which fault strikes when: every kind once, in an order by the seed, then drawn by weight until there are enough."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from random import Random

from benchmarks.faults.drain import busy
from benchmarks.faults.kinds import KINDS, Kind, Scene
from benchmarks.faults.wish import Wish
from benchmarks.faults.world import World

RECOVERS_WITHIN = 120.0
"""Seconds after which a world that shows no effect of a fresh fact has not recovered."""
STRIKES_WITHIN = 180.0
SALVOS = 0.9
"""How often, once every kind was struck by itself, one of each of these sides is struck at the same time."""
TOGETHER = (
    ("kill_service", "kill_several", "kill_all", "pause_service", "stop_service"),
    ("crash_work", "crash_postman", "crash_delivery", "crash_time"),
    ("cut_bus", "cut_before_the_answer_bus", "delay_bus", "black_hole_bus"),
    ("cut_database", "cut_before_the_answer_database", "delay_database", "kill_a_database"),
    ("kill_bus", "kill_database", "pause_bus", "poison", "cluster_leader"),
)
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


def order(world: World, chance: Random, struck: Struck, wish: Wish) -> Iterator[list[Kind]]:
    """Every kind that can be done here once; then by weight, some together. Tells what is skipped."""
    fit = fitting(world, wish.kinds)
    for kind in fit:
        if reason := kind.why_not(world):
            struck.skipped[kind.name] = reason
    can = [kind for kind in fit if kind.name not in struck.skipped]
    yield from _each_once(chance.sample(can, k=len(can)), chance, wish.hurried)
    drawn = [kind for kind in can if kind.weight]
    sides = [side for side in _sides(drawn) if side]
    while drawn:
        if len(sides) > 1 and chance.random() < SALVOS:
            yield [_drawn(side, chance) for side in sides]
        else:
            yield [_drawn(drawn, chance)]


def _each_once(kinds: Sequence[Kind], chance: Random, hurried: bool) -> Iterator[list[Kind]]:
    """Each kind by itself; in a hurry, together with one of each other side."""
    sides = _sides(kinds) if hurried else []
    salvos = [[kind for kind in salvo if kind] for salvo in zip_longest(*sides)]
    beside = [[kind] for kind in kinds if not any(kind in side for side in sides)]
    yield from chance.sample([*salvos, *beside], k=len(salvos) + len(beside))


def _sides(kinds: Sequence[Kind]) -> list[list[Kind]]:
    return [[kind for kind in kinds if kind.name.startswith(group)] for group in TOGETHER]


def _drawn(kinds: Sequence[Kind], chance: Random) -> Kind:
    return chance.choices(kinds, [kind.weight for kind in kinds])[0]


async def strike(scene: Scene, struck: Struck, wish: Wish, until: float) -> None:
    """Strike until there were faults enough or time is up, but every kind at least once."""
    at_least = sum(not kind.why_not(scene.world) for kind in fitting(scene.world, wish.kinds))
    for kinds in order(scene.world, scene.chance, struck, wish):
        done = struck.faults.total()
        if (done >= at_least and (done >= wish.faults or time.monotonic() >= until)) or struck.in_vain >= GIVE_UP_AFTER:
            return
        slot = len(kinds) * max(0.0, until - time.monotonic()) / max(1, wish.faults - done)
        began = time.monotonic()
        await _some(kinds, scene, struck)
        took = time.monotonic() - began
        if wish.say:
            names, healed = " + ".join(kind.name for kind in kinds), struck.recovery_of_last
            said = scene.load.confirmed
            print(f"{done + 1:4} {names:32} {took:6.1f} s, healed in {healed:5.1f} s, {said} confirmed", flush=True)
        if struck.faults.total() >= at_least:
            await asyncio.sleep(min(max(0.0, slot - took), 20.0))


def fitting(world: World, only: Sequence[str]) -> list[Kind]:
    """All kinds that have a meaning in this world, or those of them that were asked for."""
    return [kind for kind in KINDS.values() if kind.fits(world) and (kind.name in only or not only)]


async def _some(kinds: Sequence[Kind], scene: Scene, struck: Struck) -> None:
    """Faults at the same time, and how long it took until a fresh fact had its effect."""
    await asyncio.gather(*(_one(kind, scene, struck) for kind in kinds))
    names = " + ".join(kind.name for kind in kinds)
    try:
        took = await scene.load.probe(RECOVERS_WITHIN)
    except TimeoutError:
        took = RECOVERS_WITHIN
        struck.in_vain += 1
        why = await busy(scene.world.databases(), scene.world.nats_url) or "nothing is under way"
        struck.findings.append(f"{names}: no effect of a fresh fact within {RECOVERS_WITHIN:.0f} s: {why}")
    else:
        struck.in_vain = 0
    struck.recovery_of_last = took
    struck.recovery[names] = max(struck.recovery.get(names, 0.0), took)


async def _one(kind: Kind, scene: Scene, struck: Struck) -> None:
    try:
        async with asyncio.timeout(STRIKES_WITHIN):
            await kind.strike(scene)
    except (Exception, ExceptionGroup) as error:  # noqa: BLE001 - whatever it is, the run goes on, and tells it at the end
        struck.findings.append(f"{kind.name} could not be done: {type(error).__name__}: {error}")
    struck.faults[kind.name] += 1
