"""Much at once: thousands of obligations overdue after a downtime; messages that nobody can handle."""

import signal

from benchmarks.faults.kinds.kind import Kind, Scene


async def herd(scene: Scene) -> None:
    """Three replicas start at the same moment, after thousands of obligations fell due while none was there."""
    replicas = scene.world.all_of("followup")
    for one in replicas:
        await one.stay_down(signal.SIGTERM)
    await scene.load.herd(scene.herd)
    scene.note("herd", scene.herd)
    for one in replicas:
        one.start()
    for one in replicas:
        await one.until_up()


async def poison(scene: Scene) -> None:
    """Malformed JSON, wrong types, contradictions; on the subjects of facts and on those of trackers."""
    scene.note("poisonous_messages", await scene.load.poison())


KINDS = (
    Kind("poison", poison, cluster=True, weight=2),
    Kind("herd", herd, weight=0),
)
