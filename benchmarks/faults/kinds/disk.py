"""Faults of the host: its power is cut, its disk is full for a while."""

import asyncio
import time

from benchmarks.faults.kinds.kind import Kind, Scene

FULL_FOR = 6.0


async def power_cut(scene: Scene) -> None:
    """What was not synced is gone, all processes die at once; then the host starts again."""
    await scene.world.power_cut()


async def full(scene: Scene) -> None:
    """No room for some seconds. When it is back the bus is restarted, which does not heal by itself, as documented."""
    world = scene.world
    refused, confirmed = scene.load.refused_503, scene.load.confirmed
    world.disk.fill()
    ends = time.monotonic() + FULL_FOR
    try:
        while time.monotonic() < ends:
            # What was freed meanwhile, by a checkpoint or a log that ended, is taken as well.
            await asyncio.sleep(0.5)
            world.disk.fill()
    finally:
        world.disk.empty()
    scene.note("refused_503_while_full", scene.load.refused_503 - refused)
    scene.note("confirmed_while_full", scene.load.confirmed - confirmed)
    if world.bus:
        with world.held("bus"):
            await world.bus.stop()
            await world.bus.start()
    if world.postgres:
        await world.postgres.start()


KINDS = (
    Kind("power_cut", power_cut, disk=True, weight=1.5),
    Kind("disk_full", full, disk=True, weight=0.4),
)
