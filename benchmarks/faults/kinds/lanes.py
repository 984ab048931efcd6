"""Faults of lanes: what followup hears is divided otherwise, and a process joins and leaves."""

import asyncio
import signal

from benchmarks.faults.kinds.kind import Kind, Scene
from benchmarks.faults.kinds.services import ENDS_WITHIN

NUMBERS = (1, 2, 4)


async def change(scene: Scene) -> None:
    """Another number of lanes: one replica after the other ends, or is killed, and comes back with it."""
    world = scene.world
    world.lanes = scene.chance.choice([number for number in NUMBERS if number != world.lanes])
    for one in world.all_of("followup"):
        one.environment["THROUGHLINE_LANES"] = str(world.lanes)
        if one.ended.is_set():
            continue
        await one.stay_down(scene.chance.choice((signal.SIGTERM, signal.SIGKILL)), ENDS_WITHIN)
        await asyncio.sleep(scene.chance.uniform(0.0, 1.0))
        one.start()
        await asyncio.sleep(scene.chance.uniform(0.0, 3.0))


async def join(scene: Scene) -> None:
    """A third process of followup takes its share, and leaves again or is killed."""
    third = scene.world.replicas["followup", "c"]
    third.start()
    await third.until_up()
    await asyncio.sleep(scene.chance.uniform(0.5, 4.0))
    await third.stay_down(scene.chance.choice((signal.SIGTERM, signal.SIGKILL)), ENDS_WITHIN)


KINDS = (
    Kind("change_lanes", change, cluster=True, database="postgresql", weight=2),
    Kind("join_and_leave", join, cluster=True, database="postgresql", weight=2),
)
