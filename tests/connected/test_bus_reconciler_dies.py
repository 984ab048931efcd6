"""A reconciler that dies at its worst moments: the next start finds what it had not finished."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shared.bus.comparing import postmarks
from shared.bus.server import EmbeddedServer
from tests.connected.test_bus_reconciler import MINE, all_there, at_work, requests, tell
from tests.support.bus import a_connection
from tests.support.up import ROOT


@pytest.mark.slow
@pytest.mark.parametrize("point", ["reconciler.after_compare", "reconciler.after_unmark"])
async def test_whoever_dies_while_reconciling_has_the_same_doubt_at_the_next_start(tmp_path: Path, point: str) -> None:
    async with EmbeddedServer(tmp_path / "nats") as server, at_work(tmp_path, server, "intake") as (intake,):
        await tell(intake, 1, 20)
    async with EmbeddedServer(tmp_path / "nats") as server, a_connection(server) as client:
        await client.jetstream().purge_stream("ENGAGEMENT")
        died = await asyncio.to_thread(reconcile_and_die, tmp_path, server.url, point)
        assert died == -signal.SIGKILL
        assert [postmark async for postmark in postmarks(client, "ENGAGEMENT", MINE, None)] == []
        async with at_work(tmp_path, server, "intake"):
            await all_there(client, 20)
            found = [postmark async for postmark in postmarks(client, "ENGAGEMENT", MINE, None)]
    assert sorted(found) == sorted(f"{fact.id}.1" for fact in requests(1, 20))


def reconcile_and_die(folder: Path, bus: str, point: str) -> int:
    """How a process ended that was to reconcile, and to die at this point."""
    environment = {
        **os.environ,
        "THROUGHLINE_DATA": str(folder),
        "THROUGHLINE_NATS": bus,
        "THROUGHLINE_CRASH_AT": point,
    }
    command = [sys.executable, "-m", "services", "reconcile", "--api", "http://127.0.0.1:1"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120, check=False).returncode
