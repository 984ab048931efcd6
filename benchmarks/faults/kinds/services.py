"""Faults of services: killed, one or several at once; paused for longer than the bus waits; asked to end under load."""

import asyncio
import signal

from benchmarks.faults.kinds.kind import Kind, Scene
from benchmarks.faults.replica import Replica
from benchmarks.faults.world import ACK_WAIT

ENDS_WITHIN = 12.0
"""Seconds in which a service that was asked to end has to have ended."""


def running(scene: Scene) -> list[Replica]:
    """All replicas that run."""
    return [one for one in scene.world.replicas.values() if not one.ended.is_set()]


async def kill_one(scene: Scene) -> None:
    """SIGKILL of a replica; the other one goes on."""
    scene.chance.choice(running(scene)).send(signal.SIGKILL)


async def kill_several(scene: Scene) -> None:
    """SIGKILL of several replicas at the same time, at times all of a service."""
    everyone = running(scene)
    for one in scene.chance.sample(everyone, k=scene.chance.randint(2, min(5, len(everyone)))):
        one.send(signal.SIGKILL)


async def kill_both(scene: Scene) -> None:
    """SIGKILL of all replicas of a service."""
    service = scene.chance.choice(("intake", "sessions", "followup", "evaluation"))
    for one in scene.world.all_of(service):
        one.send(signal.SIGKILL)


async def pause(scene: Scene) -> None:
    """SIGSTOP for longer than the bus waits for an answer, then SIGCONT: others have done its work since."""
    one = scene.chance.choice(running(scene))
    one.send(signal.SIGSTOP)
    one.is_up = False
    await asyncio.sleep(ACK_WAIT + scene.chance.uniform(0.5, 2.0))
    one.send(signal.SIGCONT)
    one.look_again()


async def ask_to_end(scene: Scene) -> None:
    """SIGTERM under load: it ends by itself, in time, and says that nothing went wrong."""
    one = scene.chance.choice(running(scene))
    code = await one.stay_down(within=ENDS_WITHIN)
    if not one.ended_well(code):
        one.findings.append(f"{one} was asked to end and {'did not' if code is None else f'ended with {code}'}")
    one.start()


KINDS = (
    Kind("kill_service", kill_one, cluster=True, weight=6),
    Kind("kill_several_services", kill_several, weight=3),
    Kind("kill_all_of_a_service", kill_both, weight=2),
    Kind("pause_service", pause, cluster=True, weight=1),
    Kind("stop_service_under_load", ask_to_end, weight=2),
)
