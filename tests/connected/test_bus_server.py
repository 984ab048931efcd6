"""The embedded server: its folder has one owner, it outlives accidents, and it does not outlive us."""

import asyncio
import contextlib
import os
import resource
import signal
import socket
import sys
import textwrap
from pathlib import Path

import pytest
from nats.errors import Error as NatsError

from shared.bus import server as server_module
from shared.bus.folder import FolderTaken
from shared.bus.room import Room
from shared.bus.server import EmbeddedServer, ServerFailed
from tests.support.bus import a_bus, a_connection, all_in, eventually


async def test_what_was_said_is_still_there_after_a_restart_at_the_same_address(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        await client.jetstream().publish("eng.a", b"held")
        address = server.url

    async with EmbeddedServer(tmp_path) as server, a_connection(server) as client:
        assert server.url == address
        assert await all_in(client, "ENGAGEMENT") == [b"held"]


async def test_a_folder_in_use_is_refused_and_its_owner_named(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path) as taken:
        assert taken.administrator is None, "where there are no accounts, nobody has to be let in"
        with pytest.raises(FolderTaken, match=f"in use by process {os.getpid()}"):
            await EmbeddedServer(tmp_path).start()


async def test_a_folder_is_free_again_after_its_owner_stopped(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path):
        pass
    async with EmbeddedServer(tmp_path) as server:
        assert server.pid


async def test_a_server_that_dies_is_started_again_at_the_same_address(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        await client.jetstream().publish("eng.a", b"before")
        address, victim = server.url, server.pid
        assert victim
        os.kill(victim, signal.SIGKILL)

        await eventually(lambda: server.pid not in {victim, None} and client.stats["reconnects"])
        await client.jetstream().publish("eng.a", b"after")
        assert server.url == address
        assert await all_in(client, "ENGAGEMENT") == [b"before", b"after"]


async def test_the_server_does_not_outlive_a_process_that_was_killed(tmp_path: Path) -> None:
    script = f"""
        import asyncio, pathlib
        from shared.bus.server import EmbeddedServer
        async def main():
            async with EmbeddedServer(pathlib.Path({str(tmp_path)!r})) as server:
                print(server.pid, flush=True)
                await asyncio.sleep(60)
        asyncio.run(main())
    """
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(script), stdout=asyncio.subprocess.PIPE, cwd=Path.cwd()
    )
    assert owner.stdout
    orphan = int(await owner.stdout.readline())
    owner.kill()
    await owner.communicate()

    # The server itself holds the folder as well, so that nobody can own it while an orphan still writes there.
    async with EmbeddedServer(tmp_path) as server:
        assert server.pid != orphan


async def test_ctrl_c_at_the_terminal_does_not_reach_the_server(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path) as server:
        assert server.pid
        assert os.getsid(server.pid) != os.getsid(os.getpid())


async def test_a_port_that_is_taken_is_named_when_it_was_asked_for(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ServerFailed, match="address already in use"):
            await EmbeddedServer(tmp_path, port=other.getsockname()[1]).start()


async def test_another_port_is_taken_when_somebody_sits_on_the_one_of_last_time(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path) as server:
        port = int(server.url.rpartition(":")[2])
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        async with EmbeddedServer(tmp_path) as server:
            assert server.url != f"nats://127.0.0.1:{port}"


async def test_what_the_bus_acknowledged_is_on_disk(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path):
        config = (tmp_path / "nats-server.conf").read_text()
    assert '"sync_interval": "always"' in config


async def test_a_server_that_could_not_write_is_started_anew_when_there_is_room_and_has_lost_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "LOOK", 0.1)
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        js, confirmed = client.jetstream(timeout=0.5), list[bytes]()
        assert server.pid
        # As full as a disk, for its next life has no such limit: no file may grow over a quarter of a megabyte.
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1 << 18, 1 << 18))
        with contextlib.suppress(NatsError):
            for number in range(100):
                await js.publish("eng.a", str(number).encode() * 5000)
                confirmed.append(str(number).encode() * 5000)
        assert 0 < len(confirmed) < 100
        await eventually(lambda: client.stats["reconnects"])
        stored = await all_in(client, "ENGAGEMENT")
        assert stored[: len(confirmed)] == confirmed
        await js.publish("eng.a", b"after")
        assert (await all_in(client, "ENGAGEMENT"))[-1] == b"after"


def test_room_is_looked_for_only_after_the_server_complained_and_in_a_log_that_may_begin_anew(tmp_path: Path) -> None:
    log = tmp_path / "nats-server.log"
    log.write_text("[ERR] no space left on device: long ago\n" * 3, encoding="ascii")
    room = Room(tmp_path, log)
    assert not room.look()
    log.write_text("[ERR] Filestore [ENGAGEMENT] Critical write error\n", encoding="ascii")
    assert room.look()
    assert not room.look()
