"""Streams are made on a bus that is slow, changes its mind about who is known, or refuses."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from shared.bus.accounts.keyring import Keyring
from shared.bus.accounts.members import Kind
from shared.bus.broker import Broker, make_broker
from shared.bus.connecting import key_of_service
from shared.bus.providing import BusUnready, Providing, providing
from shared.bus.server import EmbeddedServer
from shared.bus.streams import ENGAGEMENT, INBOUND, Ear
from shared.settings import Settings

EAR = Ear("sessions", ENGAGEMENT, ("eng.intake.>",))


@asynccontextmanager
async def a_new_bus(folder: Path, ear: Ear = EAR) -> AsyncIterator[tuple[EmbeddedServer, Broker, Providing]]:
    """A bus that knows the services and has no streams yet, and how one of them gets what it needs."""
    keyring = Keyring(folder)
    keyring.admit_services()
    async with EmbeddedServer(folder, keyring=keyring) as server:
        told = Settings(nats=server.url, nats_keys=str(folder / "keys"))
        broker = make_broker(server.url, "sessions", key_of_service("sessions", told))
        await broker.connect()
        yield server, broker, providing(broker, ear, told, server.administrator)
        await broker.stop()


async def test_streams_are_made_by_a_server_that_does_not_answer_for_a_while_and_told_once(tmp_path: Path) -> None:
    async with a_new_bus(tmp_path) as (server, broker, provide):
        assert server.pid
        os.kill(server.pid, signal.SIGSTOP)
        asyncio.get_running_loop().call_later(3, os.kill, server.pid, signal.SIGCONT)
        with capture_logs() as logs:
            await provide()
        assert (await broker.client.jetstream().consumer_info(ENGAGEMENT, "sessions")).name == "sessions"
        told = [one["what"] for one in logs if one["event"] == "bus.provided"]
        assert len(told) == len(set(told)) == 6
        assert {one["event"] for one in logs} <= {"bus.provided", "bus.not_ready_yet", "bus.trouble"}


async def test_streams_are_made_by_a_server_that_is_killed_meanwhile(tmp_path: Path) -> None:
    async with a_new_bus(tmp_path) as (server, broker, provide):
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        await provide()
        assert (await broker.client.jetstream().stream_info(INBOUND)).config.name == INBOUND


async def test_streams_are_made_while_others_are_let_in(tmp_path: Path) -> None:
    async with a_new_bus(tmp_path) as (server, broker, provide):

        async def let_in() -> None:
            for number in range(8):
                await asyncio.to_thread(Keyring(tmp_path).admit, Kind.TRACKER, f"t{number}")
                assert server.pid
                os.kill(server.pid, signal.SIGHUP)
                await asyncio.sleep(0.03)

        await asyncio.gather(provide(), let_in())
        assert (await broker.client.jetstream().stream_info(ENGAGEMENT)).config.name == ENGAGEMENT
        known = Keyring(tmp_path).accounts.read_text()
        assert "inbound.requests.t7" in known and "$JS.API.>" not in known


async def test_what_the_server_refuses_is_not_asked_for_again_and_again(tmp_path: Path) -> None:
    """Sessions may not read what trackers send."""
    async with a_new_bus(tmp_path, Ear("sessions", INBOUND, ("inbound.>",))) as (_server, _broker, provide):
        with pytest.raises(BusUnready, match=r"(?i)permissions violation"):
            await provide()
