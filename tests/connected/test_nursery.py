"""The fault harness starts and ends services: nobody waits for one in vain, and only an ordered kill is no finding."""

import os
import signal
from pathlib import Path

import pytest

from benchmarks.faults.child import family, send
from benchmarks.faults.nursery import Nursery, NurseryEnded
from benchmarks.faults.replica import Replica


def nurseries() -> list[int]:
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in family(os.getpid())[1:]}
    return [pid for pid, command in commands.items() if b"benchmarks.faults.nursery" in command]


@pytest.mark.slow
async def test_a_service_that_nobody_can_start_any_more_is_not_waited_for(tmp_path: Path) -> None:
    nursery = Nursery(tmp_path)
    await nursery.start()
    pid, end = await nursery.fork(["--help"], {}, tmp_path / "help.log")
    assert pid
    assert await end == 0
    for one in nurseries():
        send(one, signal.SIGKILL)

    replica = Replica(nursery, "intake", "a", 1, {}, tmp_path)
    replica.start()
    with pytest.raises(NurseryEnded, match="no service can be started"):
        await replica.until_up(60)
    assert await replica.stay_down() == 0, "and what never ran needs no end"
    await nursery.stop()


@pytest.mark.slow
async def test_a_kill_is_a_good_end_only_where_another_fault_has_ordered_it(tmp_path: Path) -> None:
    replica = Replica(Nursery(tmp_path), "intake", "a", 1, {}, tmp_path)
    replica.send(signal.SIGTERM)
    assert replica.ended_well(0)
    assert not replica.ended_well(-signal.SIGKILL)

    replica.send(signal.SIGKILL)
    assert replica.ended_well(-signal.SIGKILL)
    assert not replica.ended_well(1)
    assert not replica.ended_well(None), "whoever had to be killed for not ending did not end well"
