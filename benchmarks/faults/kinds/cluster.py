"""Faults of a cluster: the node that leads the stream is killed, paused, or cut off from the others."""

import asyncio

from benchmarks.faults.cluster import Cluster
from benchmarks.faults.kinds.kind import Kind, Scene
from shared.bus.streams import ENGAGEMENT


async def _leader(scene: Scene) -> tuple[Cluster, str]:
    """Whoever leads; where nobody is known to, anybody."""
    cluster = scene.world.cluster
    assert cluster
    leader = await cluster.leader_of(ENGAGEMENT)
    return cluster, leader or scene.chance.choice(list(cluster.nodes))


async def kill(scene: Scene) -> None:
    """SIGKILL; the others choose another leader, and it comes back as a follower."""
    cluster, leader = await _leader(scene)
    cluster.kill(leader)
    await asyncio.sleep(scene.chance.uniform(0.5, 4.0))
    cluster.start(leader)
    await cluster.ready()


async def pause(scene: Scene) -> None:
    """SIGSTOP: its clients wait for answers that do not come; afterwards it still believes that it leads."""
    cluster, leader = await _leader(scene)
    cluster.pause(leader)
    await asyncio.sleep(scene.chance.uniform(3.0, 7.0))
    cluster.resume(leader)
    await cluster.ready()


async def isolate(scene: Scene) -> None:
    """It loses the other nodes while its clients, or some of the time not even they, still reach it."""
    cluster, leader = await _leader(scene)
    cluster.isolate(leader, clients_too=scene.chance.random() < 0.3)
    await asyncio.sleep(scene.chance.uniform(4.0, 8.0))
    cluster.heal(leader)
    await cluster.ready()


async def restart_in_turn(scene: Scene) -> None:
    """All nodes are restarted one after the other, as for an upgrade."""
    cluster, _ = await _leader(scene)
    for name in tuple(cluster.nodes):
        await cluster.restart(name)
        await cluster.ready()


KINDS = (
    Kind("cluster_leader_killed", kill, single=False, cluster=True, weight=4),
    Kind("cluster_leader_paused", pause, single=False, cluster=True, weight=2),
    Kind("cluster_leader_isolated", isolate, single=False, cluster=True, networks=True, weight=2),
    Kind("cluster_restarted_in_turn", restart_in_turn, single=False, cluster=True, weight=0.5),
)
