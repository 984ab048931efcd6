"""Three NATS servers as deploy/nats sets them up: started here, killed, paused, cut off and brought back at will."""

import asyncio
import atexit
import contextlib
import json
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from benchmarks.faults.networks import Networks, may_isolate
from benchmarks.faults.node import SECRET, ClusterFailed, Node, last_words

__all__ = ["Cluster", "ClusterFailed", "Node", "may_isolate"]

NAMES = ("nats-a", "nats-b", "nats-c")
PATIENCE = 60.0
"""Seconds that the nodes get to find together; a machine under load needs some of them."""


class Cluster:
    """Three nodes under a folder; each in a network of its own if it is to be cut off."""

    def __init__(self, folder: Path, networks: bool = False) -> None:
        self.nodes: dict[str, Node] = {}
        self._folder = folder
        self._networks = Networks(["a", "b", "c"]) if networks else None

    @property
    def urls(self) -> list[str]:
        """Where services reach each node."""
        return [node.url for node in self.nodes.values()]

    @property
    def url(self) -> str:
        """The same as one value of THROUGHLINE_NATS."""
        return ",".join(self.urls)

    async def __aenter__(self) -> Self:
        try:
            self._enter()
            await self.ready()
        except BaseException:
            self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all servers, and take their networks away; what they stored stays."""
        for node in self.nodes.values():
            node.kill()
        if self._networks:
            self._networks.close()
        atexit.unregister(self.close)

    def kill(self, name: str) -> None:
        """SIGKILL."""
        self.nodes[name].kill()

    def pause(self, name: str) -> None:
        """SIGSTOP: its connections stay open and say nothing."""
        self.nodes[name].send(signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """SIGCONT."""
        self.nodes[name].send(signal.SIGCONT)

    def isolate(self, name: str, clients_too: bool = False) -> None:
        """Cut a node off from the others; its clients still reach it, unless they are cut off as well."""
        self._known_networks().cut(name.removeprefix("nats-"), clients_too)

    def heal(self, name: str) -> None:
        """Give a node back what it was cut off from."""
        self._known_networks().join(name.removeprefix("nats-"))

    def start(self, name: str) -> None:
        """Start a node that was killed, on what it had stored."""
        self.nodes[name].start(self._routes())

    async def restart(self, name: str) -> None:
        """Let a node end in order, and start it again."""
        node = self.nodes[name]
        node.send(signal.SIGTERM)
        assert node.process
        await asyncio.to_thread(node.process.wait, PATIENCE)
        self.start(name)

    async def ready(self, within: float = PATIENCE) -> None:
        """Wait until all nodes that run have found together: they have a leader, and every node is up to date."""
        deadline = asyncio.get_running_loop().time() + within
        seen: dict[str, Any] = {}
        while asyncio.get_running_loop().time() < deadline:
            for node in self.nodes.values():
                if node.process and node.process.poll() is not None:
                    raise ClusterFailed(f"lacks {node.name}", last_words(node.log))
            seen = await self._meta()
            replicas = [one for one in seen.get("replicas") or [] if one.get("current") and not one.get("offline")]
            if seen.get("leader") and len(replicas) == len(self.nodes) - 1:
                return
            await asyncio.sleep(0.1)
        raise ClusterFailed(f"did not find together within {within:.0f} s", f"Last seen: {json.dumps(seen)}")

    async def leader_of(self, stream: str) -> str:
        """The node that leads a stream; empty while there is none, or nobody who knows it."""
        return str((await self._standing(stream)).get("leader") or "")

    async def in_step(self, stream: str, within: float = PATIENCE) -> None:
        """Wait until a stream has a leader and all its replicas hold what the leader holds."""
        deadline = asyncio.get_running_loop().time() + within
        seen: dict[str, Any] = {}
        while asyncio.get_running_loop().time() < deadline:
            seen = await self._standing(stream)
            others = seen.get("replicas") or []
            if seen.get("leader") and others and all(one["current"] and not one.get("lag") for one in others):
                return
            await asyncio.sleep(0.1)
        raise ClusterFailed(f"did not get {stream} in step within {within:.0f} s", f"Last seen: {json.dumps(seen)}")

    async def _standing(self, stream: str) -> dict[str, Any]:
        """What the cluster says of a stream: who leads, who follows, how far behind."""
        with contextlib.suppress(NatsError, OSError):
            async with a_connection(self.urls) as client:
                answer = await client.request(f"$JS.API.STREAM.INFO.{stream}", timeout=1)
                return dict(json.loads(answer.data).get("cluster") or {})
        return {}

    async def _meta(self) -> dict[str, Any]:
        """What the leader of the nodes says of them; empty while there is none."""
        with contextlib.suppress(NatsError, OSError):
            async with a_connection([node.admin_url for node in self.nodes.values()]) as client:
                wish = json.dumps({"leader_only": True}).encode()
                answer = await client.request("$SYS.REQ.SERVER.PING.JSZ", wish, timeout=1)
                return dict(json.loads(answer.data)["data"].get("meta_cluster") or {})
        return {}

    def _enter(self) -> None:
        atexit.register(self.close)
        if self._networks:
            self._networks.__enter__()
        ports = iter(free_ports(3 * len(NAMES)))
        for name in NAMES:
            folder = self._folder / name
            if self._networks:
                short, own = name.removeprefix("nats-"), self._networks
                clients, peers = f"{own.for_clients(short)}:4222", f"{own.for_peers(short)}:6222"
                self.nodes[name] = Node(name, clients, peers, "127.0.0.1:8222", folder, own.inside(short))
            else:
                clients, peers, monitor = (f"127.0.0.1:{next(ports)}" for _ in range(3))
                self.nodes[name] = Node(name, clients, peers, monitor, folder)
        for name in NAMES:
            self.start(name)

    def _routes(self) -> str:
        return f"[{','.join(f'nats://node:{SECRET}@{node.peer_address}' for node in self.nodes.values())}]"

    def _known_networks(self) -> Networks:
        if self._networks is None:
            raise ClusterFailed("is on one network", "To cut a node off, start it with networks=True.")
        return self._networks


@contextlib.asynccontextmanager
async def a_connection(urls: list[str]) -> AsyncIterator[Client]:
    """A connection to whichever node answers, for a few questions."""
    async with asyncio.timeout(5):
        client = await nats.connect(
            urls, max_reconnect_attempts=-1, reconnect_time_wait=0.1, connect_timeout=1, error_cb=_quietly
        )
    try:
        yield client
    finally:
        await client.close()


def free_ports(count: int) -> list[int]:
    """Ports on 127.0.0.1 that are free now, all different."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


async def _quietly(_error: Exception) -> None:
    """A node that is away is the point."""
