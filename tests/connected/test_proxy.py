"""The proxy of the fault harness, between a client and a real server: it does what it is told, and passes the rest."""

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error, NoServersError

from benchmarks.faults.proxy import Mode, Proxy
from shared.bus.server import EmbeddedServer
from tests.support.bus import eventually

ROOT = Path(__file__).parents[2]


async def quietly(_error: Exception) -> None:
    pass


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    async with EmbeddedServer(tmp_path) as running:
        yield running


@pytest.fixture
async def proxy(server: EmbeddedServer) -> AsyncIterator[Proxy]:
    async with Proxy(server.url.removeprefix("nats://")) as between:
        yield between


@pytest.fixture
async def client(proxy: Proxy) -> AsyncIterator[Client]:
    connected = await nats.connect(
        f"nats://127.0.0.1:{proxy.port}", max_reconnect_attempts=-1, reconnect_time_wait=0.05, error_cb=quietly
    )
    yield connected
    await connected.close()


@pytest.fixture
async def direct(server: EmbeddedServer) -> AsyncIterator[Client]:
    connected = await nats.connect(server.url)
    yield connected
    await connected.close()


async def heard_by_the_server(*clients: Client) -> None:
    """Subscriptions are known: the PING of a first flush goes ahead of what is buffered."""
    for client in clients:
        await client.flush()
        await client.flush()


async def rtt(client: Client) -> float:
    before = asyncio.get_running_loop().time()
    await client.flush()
    return asyncio.get_running_loop().time() - before


async def test_all_passes_both_ways_and_in_order(client: Client, direct: Client) -> None:
    heard = await direct.subscribe("a")
    await heard_by_the_server(direct)
    bodies = [bytes([number]) * 100_000 for number in range(100)]
    for body in bodies:
        await client.publish("a", body)
    assert [(await heard.next_msg(timeout=10)).data for _ in bodies] == bodies


async def test_all_comes_late_and_in_order_until_it_passes_again(proxy: Proxy, client: Client, direct: Client) -> None:
    heard = await direct.subscribe("a")
    await heard_by_the_server(direct)
    await proxy.become(Mode.DELAY, 0.2)
    for number in range(10):
        await client.publish("a", b"%d" % number)
    assert await rtt(client) >= 0.4
    await client.publish("a", b"10")
    await proxy.become(Mode.PASS)
    await client.publish("a", b"11")
    assert [(await heard.next_msg(timeout=10)).data for _ in range(12)] == [b"%d" % number for number in range(12)]


async def test_who_is_cut_off_is_refused_until_the_cut_is_over(proxy: Proxy, client: Client) -> None:
    await proxy.become(Mode.CUT)
    await eventually(lambda: not client.is_connected)
    with socket.socket() as asking:
        assert asking.connect_ex(("127.0.0.1", proxy.port)) != 0
    with pytest.raises(NoServersError):
        await nats.connect(
            f"nats://127.0.0.1:{proxy.port}", max_reconnect_attempts=1, reconnect_time_wait=0.01, error_cb=quietly
        )
    await proxy.become(Mode.PASS)
    await eventually(lambda: client.is_connected)
    await client.flush()


async def test_nothing_comes_out_of_a_black_hole_and_nobody_is_told(
    proxy: Proxy, client: Client, direct: Client
) -> None:
    there, back = await direct.subscribe("there"), await client.subscribe("back")
    await heard_by_the_server(client, direct)
    await proxy.become(Mode.BLACK_HOLE)
    await client.publish("there", b"1")
    await direct.publish("back", b"1")
    await direct.flush()
    for subscription in (there, back):
        with pytest.raises(TimeoutError):
            await subscription.next_msg(timeout=0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readline(), 0.3)
    assert client.is_connected
    await proxy.become(Mode.PASS)
    assert [(await subscription.next_msg(timeout=10)).data for subscription in (there, back)] == [b"1", b"1"]
    assert (await reader.readline()).startswith(b"INFO")
    writer.close()


async def test_a_request_arrives_and_its_answer_is_lost_with_the_connection(
    proxy: Proxy, client: Client, direct: Client
) -> None:
    asked: list[bytes] = []

    async def answer(message: Msg) -> None:
        asked.append(message.data)
        await message.respond(b"answer")

    await direct.subscribe("question", cb=answer)
    await heard_by_the_server(direct)
    assert (await client.request("question", b"1")).data == b"answer"
    await proxy.become(Mode.ANSWER_LOST)
    with pytest.raises(Error):
        await client.request("question", b"2", timeout=1)
    assert (asked, proxy.answers_lost) == ([b"1", b"2"], 1)
    await eventually(lambda: client.is_connected)
    assert (await client.request("question", b"3")).data == b"answer"


async def test_what_a_server_says_last_arrives_before_the_connection_ends() -> None:
    async def say_and_go(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x" * 5_000_000)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(say_and_go, "127.0.0.1")
    async with server, Proxy(f"127.0.0.1:{server.sockets[0].getsockname()[1]}") as proxy:
        await proxy.become(Mode.DELAY, 0.05)
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert len(await reader.read()) == 5_000_000
        writer.close()
        await eventually(lambda: not proxy.pairs)


async def test_a_server_that_is_away_is_away_through_the_proxy(proxy: Proxy, server: EmbeddedServer) -> None:
    await server.stop()
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()


async def test_a_proxy_of_its_own_process_obeys_what_it_is_told(server: EmbeddedServer) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.faults.proxy", server.url.removeprefix("nats://")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdin and process.stdout
    port = json.loads(await process.stdout.readline())["port"]
    client = await nats.connect(f"nats://127.0.0.1:{port}", error_cb=quietly)
    await client.flush()
    process.stdin.write(b"cut\n")
    assert json.loads(await process.stdout.readline())["mode"] == "cut"
    await eventually(lambda: not client.is_connected)
    await client.close()
    process.stdin.close()
    assert await process.wait() == 0
