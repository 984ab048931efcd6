"""`throughline up` while its bus is away: what it takes is kept, what it cannot do it says, and it heals."""

from pathlib import Path

import httpx
import pytest

from shared.bus.server import EmbeddedServer
from tests.connected.test_up_and_down import PLAYBOOK, open_
from tests.support.bus import a_bus
from tests.support.up import Up, a_folder, an_up


def _health(up: Up) -> httpx.Response:
    return httpx.get(f"{up.api}/health", timeout=60)


@pytest.mark.slow
async def test_while_the_bus_is_away_commands_are_taken_and_what_they_say_goes_out_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with a_bus(tmp_path / "bus") as server:
        with an_up(a_folder(tmp_path / "up", example=PLAYBOOK), THROUGHLINE_NATS=server.url) as up:
            await server.stop()
            up.until(lambda: _health(up).status_code == 503)
            assert {one["bus"] for one in _health(up).json()["services"].values()} == {False}
            open_(up, "KY")
            assert up.tasks() == {}
            async with EmbeddedServer(tmp_path / "bus", int(server.url.rpartition(":")[2])):
                up.until(lambda: up.tasks() == {"e1/ask/ky/1": "scheduled"})
                up.until(lambda: _health(up).status_code == 200)
            assert up.said().count("bus.letters_wait") <= 4
