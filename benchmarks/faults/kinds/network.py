"""Faults between services and bus or database: delay, cut, black hole, a cut before the answer."""

import asyncio

from benchmarks.faults.kinds.kind import Kind, Scene, Strike
from benchmarks.faults.proxy import Mode, Proxy

BUS, DATABASE = "bus", "database"


def _ways(scene: Scene, to: str) -> list[Proxy]:
    """The way of one letter, or of both."""
    ways = list((scene.world.bus_proxies if to == BUS else scene.world.database_proxies).values())
    return ways if scene.chance.random() < 0.3 else [scene.chance.choice(ways)]


def _delay(to: str) -> Strike:
    async def strike(scene: Scene) -> None:
        """Each answer comes late."""
        ways = _ways(scene, to)
        for way in ways:
            await way.become(Mode.DELAY, scene.chance.uniform(0.05, 0.4))
        await asyncio.sleep(2.0)
        await _heal(ways)

    return strike


def _cut(to: str) -> Strike:
    async def strike(scene: Scene) -> None:
        """All connections break, and for a moment there are no new ones."""
        ways = _ways(scene, to)
        for way in ways:
            await way.become(Mode.CUT)
        await asyncio.sleep(scene.chance.choice((0.1, 1.0, 2.5)))
        await _heal(ways)

    return strike


def _black_hole(to: str) -> Strike:
    async def strike(scene: Scene) -> None:
        """Connections stay open and nothing comes through."""
        ways = _ways(scene, to)
        for way in ways:
            await way.become(Mode.BLACK_HOLE)
        await asyncio.sleep(scene.chance.uniform(2.0, 6.0))
        await _heal(ways)

    return strike


def _cut_before_the_answer(to: str) -> Strike:
    async def strike(scene: Scene) -> None:
        """What was asked for is done, and whoever asked never learns it."""
        ways = _ways(scene, to)
        for way in ways:
            await way.become(Mode.ANSWER_LOST)
        await asyncio.sleep(scene.chance.uniform(0.5, 1.5))
        await _heal(ways)

    return strike


async def _heal(ways: list[Proxy]) -> None:
    for way in ways:
        await way.become(Mode.PASS)


KINDS = tuple(
    Kind(f"{name}_{to}", make(to), database="postgresql" if to == DATABASE else "", weight=weight)
    for to in (BUS, DATABASE)
    for name, make, weight in (
        ("delay", _delay, 1.0),
        ("cut", _cut, 5.0),
        ("black_hole", _black_hole, 1.0),
        ("cut_before_the_answer", _cut_before_the_answer, 5.0),
    )
)
