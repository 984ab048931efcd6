"""Faults at the worst moments: a replica kills itself at a named point of the code, once, and comes back."""

import asyncio
import signal

from nats.errors import Error as NatsError

from benchmarks.faults.kinds.kind import Kind, Scene, Strike
from benchmarks.faults.replica import Replica
from benchmarks.faults.visiting import delete_stream
from shared.crashes import POINTS

IN_TIME = 8.0
"""Seconds in which the point should be passed; a replica that has nothing to do there keeps its wish."""
KEEPS_A_LEDGER = ("followup", "evaluation")


async def crash(scene: Scene, point: str, times: int) -> None:
    """Start a replica anew with a wish to die, and wait until it died."""
    candidates = [one for one in scene.world.replicas.values() if not one.ended.is_set()]
    if point.startswith("time."):
        candidates = [one for one in candidates if one.service in KEEPS_A_LEDGER]
    one = scene.chance.choice(candidates)
    before = one.starts
    one.crash_at = f"{point}:{times}"
    one.send(signal.SIGKILL)
    if point.startswith("reconciler."):
        await _lose_the_stream(scene, one, before)
    if not await _came_back(one, before + 2):
        scene.note(f"{point}_not_passed_in_time")


async def _lose_the_stream(scene: Scene, one: Replica, before: int) -> None:
    """The reconciler has something to do once the bus has lost something."""
    async with asyncio.timeout(30):
        while one.starts == before or not (one.is_up or one.starts > before + 1):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    try:
        await delete_stream(scene.world.nats_url)
    except (NatsError, OSError, TimeoutError):
        scene.note("stream_not_deleted")


async def _came_back(one: Replica, starts: int) -> bool:
    try:
        async with asyncio.timeout(IN_TIME):
            while one.starts < starts:  # noqa: ASYNC110 - what is waited for is in another process
                await asyncio.sleep(0.05)
    except TimeoutError:
        return False
    return True


def _at(point: str) -> Strike:
    async def strike(scene: Scene) -> None:
        often = 1 if point.startswith(("reconciler.", "time.")) else scene.chance.randint(1, 3)
        await crash(scene, point, often)

    return strike


KINDS = tuple(
    Kind(f"crash_{point}", _at(point), weight=0.2 if point.startswith("reconciler.") else 1.0)
    for point in POINTS
    # Nobody there has an address to write to, or a webhook.
    if not point.startswith(("migration.", "mail.", "webhook."))
)
