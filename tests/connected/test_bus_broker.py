"""The broker believes neither senders nor luck: bodies stay bytes, and what the server forbids is counted."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from services import running
from shared.bus.accounts.keyring import Keyring
from shared.bus.accounts.members import Kind
from shared.bus.accounts.reloading import reload
from shared.bus.broker import Broker, make_broker
from shared.bus.connecting import Key, key_of_service
from shared.bus.folder import free_port
from shared.bus.providing import NotSetUp, providing
from shared.bus.server import EmbeddedServer, binary
from shared.bus.streams import ENGAGEMENT, Ear, provision
from shared.clock import WorldClock
from shared.settings import Settings
from tests.support.bus import a_bus, a_service, eventually


@asynccontextmanager
async def a_strict_server(folder: Path) -> AsyncIterator[str]:
    """A server on which everybody may publish to `eng.sessions.>` only."""
    port = free_port()
    rules = {"publish": ["eng.sessions.>", "$JS.>"], "subscribe": [">"]}
    config = {
        "listen": f"127.0.0.1:{port}",
        "authorization": {"default_permissions": rules, "users": [{"user": "a", "password": "b"}]},
    }
    (folder / "strict.conf").write_text(json.dumps(config))
    child = await asyncio.create_subprocess_exec(
        binary(), "-c", str(folder / "strict.conf"), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield f"nats://a:b@127.0.0.1:{port}"
    finally:
        child.terminate()
        await child.wait()


async def test_a_body_stays_bytes_whatever_its_sender_calls_it(tmp_path: Path) -> None:
    heard: list[Any] = []

    async def hear(body: Any) -> None:
        heard.append(body)

    def listen_to_anything(broker: Broker) -> None:
        broker.subscriber("anything")(hear)

    async with a_bus(tmp_path) as server, a_service(server, listen_to_anything) as broker:
        for content_type in ("application/json", "text/plain", "application/cloudevents+json", ""):
            await broker.client.publish("anything", b"1", headers={"content-type": content_type})
        await eventually(lambda: len(heard) == 4)
    assert heard == [b"1"] * 4


async def test_what_the_server_forbids_is_counted_with_its_words(tmp_path: Path) -> None:
    async with a_strict_server(tmp_path) as url:
        broker = make_broker(url, "sessions")
        await broker.start()
        await broker.client.publish("eng.intake.a", b"")
        await eventually(lambda: broker.troubles.denied)
        await broker.client.publish("eng.sessions.a", b"")
        await broker.stop()
    assert broker.troubles.denied == 1
    assert "eng.intake.a" in broker.troubles.last


async def test_a_service_that_is_refused_for_a_while_comes_back_with_its_new_key(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    keyring.admit_services()
    async with EmbeddedServer(tmp_path, keyring=keyring) as server:
        file = keyring.file(Kind.SERVICE, "sessions")
        broker = make_broker(server.url, "sessions", Key("sessions", file))
        await broker.start()
        keyring.remove(Kind.SERVICE, "sessions")
        assert reload(tmp_path)
        await eventually(lambda: "Authorization" in broker.troubles.last)
        assert keyring.admit(Kind.SERVICE, "sessions") == file
        assert reload(tmp_path)
        await eventually(lambda: broker.client.is_connected)
        await broker.stop()


async def test_a_service_that_starts_before_its_server_waits_for_it(tmp_path: Path) -> None:
    port = free_port()
    broker = make_broker(f"nats://127.0.0.1:{port}", "sessions")
    starting = asyncio.create_task(broker.start())
    await eventually(lambda: broker.troubles.others)
    assert not starting.done()
    async with a_bus(tmp_path, port=port):
        await starting
        assert broker.client.is_connected
        await broker.stop()


@pytest.mark.slow
async def test_who_starts_without_a_key_is_told_so_and_not_that_nobody_answers(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    keyring.admit_services()
    async with EmbeddedServer(tmp_path, keyring=keyring) as server:
        without, within = Settings(nats=server.url), Settings(nats=server.url, nats_keys=str(tmp_path / "keys"))
        services = [running.BUILD["sessions"](one, WorldClock()) for one in (without, within)]
        with pytest.raises(running.NotLetIn, match="THROUGHLINE_NATS_KEYS"):
            async with running.bus(without, services[:1]):
                pass
        async with running.bus(within, services[1:]) as urls:
            assert urls == server.url


async def test_a_service_that_may_not_make_streams_says_who_has_to(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    keyring.admit_services()
    async with EmbeddedServer(tmp_path, keyring=keyring) as server:
        settings = Settings(nats=server.url, nats_keys=str(tmp_path / "keys"))
        broker = make_broker(server.url, "sessions", key_of_service("sessions", settings))
        await broker.connect()
        ear = Ear("sessions", ENGAGEMENT, ("eng.intake.>",))
        with pytest.raises(NotSetUp, match="throughline bus setup"):
            await providing(broker, ear, settings, None)()
        assert server.administrator
        async with server.administrator() as administrator:
            await provision(administrator, ())
        await providing(broker, ear, settings, None)()
        assert (await broker.client.jetstream().consumer_info(ENGAGEMENT, "sessions")).name == "sessions"
        await broker.stop()
