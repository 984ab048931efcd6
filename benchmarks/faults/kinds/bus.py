"""Faults of the single NATS server: killed, paused, its block files damaged, its stream deleted, default sync."""

import asyncio
import signal
from pathlib import Path

from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from benchmarks.faults.bus import ALWAYS, BY_ITSELF, Bus
from benchmarks.faults.kinds.kind import Kind, Scene
from benchmarks.faults.visiting import delete_stream
from shared.bus.streams import ENGAGEMENT


def _bus(scene: Scene) -> Bus:
    assert scene.world.bus
    return scene.world.bus


async def kill(scene: Scene) -> None:
    """SIGKILL of nats-server; it is started again."""
    with scene.world.held("bus"):
        await _bus(scene).kill()
        await asyncio.sleep(scene.chance.choice((0.0, 0.3, 1.5)))
        await _bus(scene).start()


async def pause(scene: Scene) -> None:
    """SIGSTOP of nats-server for some seconds: connections stay open and say nothing."""
    _bus(scene).child.signal(signal.SIGSTOP)
    await asyncio.sleep(scene.chance.uniform(2.0, 4.0))
    _bus(scene).child.signal(signal.SIGCONT)


async def flip_a_bit(scene: Scene) -> None:
    """One bit of one block file is another; at the next start the server drops what it cannot read."""
    await _damage(scene, cut=False)


async def cut_a_tail(scene: Scene) -> None:
    """The end of the newest block file is gone."""
    await _damage(scene, cut=True)


async def _damage(scene: Scene, cut: bool) -> None:
    bus = _bus(scene)
    with scene.world.held("bus"):
        # Not asked to end: then it would write an index of what it holds, and believe that.
        await bus.kill()
        blocks = bus.blocks(ENGAGEMENT)
        if not blocks:
            scene.note("nothing_to_damage")
        elif cut:
            _cut(blocks[-1], scene.chance.uniform(0.05, 0.5))
        else:
            _flip(scene.chance.choice(blocks), scene.chance.random(), scene.chance.randrange(8))
        for index in (bus.store.glob(f"*/streams/{ENGAGEMENT}/msgs/index.db")) if blocks else ():
            index.unlink()
        await bus.start()


def _flip(block: Path, where: float, bit: int) -> None:
    with block.open("r+b") as file:
        place = int(where * max(block.stat().st_size - 1, 0))
        file.seek(place)
        byte = file.read(1)
        file.seek(place)
        file.write(bytes([(byte or b"\0")[0] ^ (1 << bit)]))


def _cut(block: Path, share: float) -> None:
    size = block.stat().st_size
    with block.open("r+b") as file:
        file.truncate(int(size * (1 - share)))


async def delete(scene: Scene) -> None:
    """Somebody deletes the stream, with all ears on it."""
    try:
        await delete_stream(scene.world.nats_url)
    except NotFoundError:
        scene.note("stream_was_gone_already")
    except (NatsError, OSError, TimeoutError):
        scene.note("stream_not_deleted")


async def lose_all(scene: Scene) -> None:
    """The whole folder of the bus is gone: streams, consumers, all."""
    bus = _bus(scene)
    with scene.world.held("bus"):
        await bus.kill()
        gone = bus.folder.rename(bus.folder.with_name(f"bus.gone.{scene.chance.randrange(10**9)}"))
        await bus.start()
    await asyncio.to_thread(_remove, gone)


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


async def default_sync(scene: Scene) -> None:
    """The server syncs every two minutes, as it does by itself; then the power is cut. What it lost is said again."""
    bus = _bus(scene)
    await _restart_with(scene, BY_ITSELF)
    try:
        before = scene.load.confirmed
        async with asyncio.timeout(15):
            while scene.load.confirmed < before + 50:  # noqa: ASYNC110 - something has to be there to be lost
                await asyncio.sleep(0.1)
    except TimeoutError:
        scene.note("little_said_before_default_sync_cut")
    bus.sync = ALWAYS
    await scene.world.power_cut()


async def _restart_with(scene: Scene, sync: str) -> None:
    bus = _bus(scene)
    with scene.world.held("bus"):
        await bus.stop()
        bus.sync = sync
        await bus.start()


KINDS = (
    Kind("kill_bus", kill, weight=3),
    Kind("pause_bus", pause, weight=1),
    Kind("flip_a_bit_in_a_block", flip_a_bit, weight=0.3),
    Kind("cut_a_tail_of_a_block", cut_a_tail, weight=0.3),
    Kind("delete_stream", delete, weight=0.3),
    Kind("lose_the_whole_bus", lose_all, weight=0.2),
    Kind("power_cut_with_default_sync", default_sync, disk=True, weight=0.7),
)
