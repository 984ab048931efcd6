"""The world that faults strike: a bus, databases on a disk of its own, and two processes of every service."""

import asyncio
import itertools
import platform
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

from benchmarks.faults.bus import Bus
from benchmarks.faults.calling import TOKEN
from benchmarks.faults.child import send
from benchmarks.faults.cluster import Cluster, may_isolate
from benchmarks.faults.disk import Disk
from benchmarks.faults.nursery import Nursery
from benchmarks.faults.postgres import PostgreSQL, free_ports
from benchmarks.faults.proxy import Proxy
from benchmarks.faults.replica import Replica
from benchmarks.faults.visiting import a_client

SERVICES = ("intake", "sessions", "followup", "evaluation")
LETTERS = ("a", "b")
ACK_WAIT = 5.0
LANES = 2
"""Into how many lanes what followup hears is divided at first, on PostgreSQL."""
WATCH_BUS_EVERY = 2.0
COMMANDS_END_WITHIN = 150.0
MEGABYTES = 6144
"""Of the disk; its file grows only as far as it is written."""


class Away(LookupError):
    """No replica of {service} is up."""

    def __init__(self, service: str) -> None:
        super().__init__((self.__doc__ or "").format(service=service))


class World:
    """All that runs, and whoever may break it; see `a_world`."""

    def __init__(self, database: str, folder: Path, cluster: bool = False, mutation: str = "") -> None:
        self.database, self.folder, self.mutation = database, folder, mutation
        self.logs = folder / "logs"
        self.disk = Disk(folder, MEGABYTES)
        self.nursery = Nursery(self.logs)
        self.bus: Bus | None = None
        self.postgres: PostgreSQL | None = None
        self.cluster: Cluster | None = None
        self.wants_cluster = cluster
        self.why_no_networks = ""
        self.bus_proxies: dict[str, Proxy] = {}
        self.database_proxies: dict[str, Proxy] = {}
        self.replicas: dict[tuple[str, str], Replica] = {}
        self.playbooks = folder / "playbooks"
        """Empty: the producers publish their own by HTTP."""
        self.servers_restarted = 0
        """Servers that ended although nobody had ordered it, as on a full disk, and were started again."""
        self.lanes = LANES if database == "postgresql" else 1
        """Into how many what followup hears is divided."""
        self._held: set[str] = set()
        self._minder: asyncio.Task[None] | None = None
        self._turns = itertools.count()

    @property
    def nats_url(self) -> str:
        """The bus without a proxy in between."""
        if self.cluster:
            return self.cluster.url
        assert self.bus
        return self.bus.url

    def databases(self) -> dict[str, str]:
        """The database of each service, without a proxy in between."""
        if self.postgres:
            return dict.fromkeys(SERVICES, self.postgres.url())
        return {service: f"sqlite+aiosqlite:///{self.data}/{service}.db" for service in SERVICES}

    @property
    def data(self) -> Path:
        return self.disk.path / "databases"

    def entry(self, service: str) -> str:
        """Where a replica of a service is asked; another one at each call."""
        up = [one for one in self.all_of(service) if one.is_up]
        if not up:
            raise Away(service)
        return up[next(self._turns) % len(up)].url

    def all_of(self, service: str) -> list[Replica]:
        return [one for one in self.replicas.values() if one.service == service]

    async def start(self) -> None:
        for folder in (self.folder, self.logs, self.playbooks):
            folder.mkdir(parents=True, exist_ok=True)
        await self.nursery.start()
        await self.disk.start()
        ports = iter(free_ports(2 + len(SERVICES) * (len(LETTERS) + 1)))
        bus_port, database_port = next(ports), next(ports)
        if self.wants_cluster:
            self.why_no_networks = may_isolate() or ""
            self.cluster = await Cluster(self.folder / "cluster", networks=not self.why_no_networks).__aenter__()
        else:
            self.bus = Bus(self.disk.path / "bus", self.logs, bus_port)
            await self.bus.start()
        if self.database == "postgresql":
            self.postgres = PostgreSQL(self.disk.path / "postgresql", self.logs / "postgresql.log", database_port)
            await self.postgres.make()
            await self.postgres.start()
        self.data.mkdir(exist_ok=True)
        for letter in LETTERS:
            await self._start_proxies(letter)
        for service, letter in itertools.product(SERVICES, (*LETTERS, "c")):
            self._add(service, letter, next(ports))
        self._minder = asyncio.create_task(self._mind(), name="minder")
        await self.start_replicas()

    async def start_replicas(self) -> None:
        """Start two of every service and wait until all answer."""
        for service, letter in itertools.product(SERVICES, LETTERS):
            self.replicas[service, letter].start()
        await self.until_up(120)

    async def until_up(self, within: float = 60.0) -> None:
        """Wait until two of every service answer."""
        for service, letter in itertools.product(SERVICES, LETTERS):
            await self.replicas[service, letter].until_up(within)

    async def _start_proxies(self, letter: str) -> None:
        """A replica's own way to bus and database, so that one letter can be cut off and the other not."""
        if self.bus:
            self.bus_proxies[letter] = await Proxy(f"127.0.0.1:{self.bus.port}").__aenter__()
        if self.postgres:
            self.database_proxies[letter] = await Proxy(f"127.0.0.1:{self.postgres.port}").__aenter__()

    def _add(self, service: str, letter: str, port: int) -> None:
        way = letter if letter in LETTERS else LETTERS[0]
        bus = f"nats://127.0.0.1:{self.bus_proxies[way].port}" if self.bus else self.nats_url
        environment = {
            "THROUGHLINE_DATA": str(self.data),
            "THROUGHLINE_NATS": bus,
            "THROUGHLINE_TOKEN": TOKEN,
            "THROUGHLINE_REQUESTS_A_MINUTE": "0",
            "THROUGHLINE_DATABASE": self.postgres.url(self.database_proxies[way].port) if self.postgres else "",
            "THROUGHLINE_REPLICAS": "3" if self.cluster else "1",
            "THROUGHLINE_PLAYBOOKS": str(self.playbooks),
            "THROUGHLINE_ACK_WAIT": str(ACK_WAIT),
            "THROUGHLINE_WATCH_BUS_EVERY": str(WATCH_BUS_EVERY),
            "THROUGHLINE_LANES": str(self.lanes if service == "followup" else 1),
        }
        replica = Replica(self.nursery, service, letter, port, environment, self.logs)
        replica.mutation = self.mutation
        self.replicas[service, letter] = replica

    @contextmanager
    def held(self, *servers: str) -> Iterator[None]:
        """While this lasts, `bus` or `database` stay down when they are down: who holds them starts them again."""
        self._held.update(servers)
        try:
            yield
        finally:
            self._held.difference_update(servers)

    async def _mind(self) -> None:
        """Start servers again that ended, as systemd would; PostgreSQL ends by itself on a full disk."""
        while True:
            await asyncio.sleep(0.2)
            for name, server in (("bus", self.bus), ("database", self.postgres)):
                if server is not None and name not in self._held and not server.child.runs:
                    self.servers_restarted += 1
                    with suppress(TimeoutError, OSError):
                        await server.start(within=10)

    async def power_cut(self) -> None:
        """The host loses its power: nothing more is written, all die at once; then it starts again."""
        with self.held("bus", "database"):
            self.disk.cut_power()
            for replica in self.replicas.values():
                replica.order_death()
            downs = [one for one in self.replicas.values() if not one.ended.is_set()]
            await asyncio.gather(*(one.stay_down(signal.SIGKILL) for one in downs))
            for server in (self.bus, self.postgres):
                if server:
                    await server.kill()
            await self.disk.unmount()
            await self.disk.mount()
            if self.bus:
                await self.bus.start()
            if self.postgres:
                await self.postgres.start()
        await self.start_replicas()

    async def command(self, *arguments: str, crash_at: str = "") -> int:
        """Run a command of an administrator; its exit code, or minus the signal that ended it."""
        environment = self.replicas[SERVICES[0], LETTERS[0]].environment | {"THROUGHLINE_CRASH_AT": crash_at}
        pid, end = await self.nursery.fork(list(arguments), environment, self.logs / f"{arguments[0]}.log")
        try:
            return await asyncio.wait_for(asyncio.shield(end), COMMANDS_END_WITHIN)
        except TimeoutError:
            send(pid, signal.SIGKILL)
            return await end

    async def versions(self) -> dict[str, str]:
        """What ran, by name."""
        async with a_client(self.nats_url) as client:
            bus = client.connected_server_version
        found = {"nats-server": f"{bus.major}.{bus.minor}.{bus.patch}", "python": platform.python_version()}
        if self.postgres:
            return found | {"postgresql": self.postgres.version}
        return found | {"sqlite": sqlite3.sqlite_version}

    def findings(self) -> list[str]:
        """Deaths of services that nobody had ordered."""
        return [found for replica in self.replicas.values() for found in replica.findings]

    async def stop(self) -> None:
        """Stop all, whatever state it is in, and leave nothing behind but logs."""
        if self._minder:
            self._minder.cancel()
        async with AsyncExitStack() as whatever_happens:
            whatever_happens.push_async_callback(self.disk.stop)
            for server in (self.bus, self.postgres):
                if server:
                    whatever_happens.push_async_callback(server.stop)
            if self.cluster:
                whatever_happens.callback(self.cluster.close)
            for proxy in (*self.bus_proxies.values(), *self.database_proxies.values()):
                whatever_happens.push_async_exit(proxy)
            whatever_happens.push_async_callback(self.nursery.stop)
            await asyncio.gather(*(one.stay_down(within=10) for one in self.replicas.values()), return_exceptions=True)


@asynccontextmanager
async def a_world(database: str, folder: Path, cluster: bool = False, mutation: str = "") -> AsyncIterator[World]:
    """A world from its first breath to its last, which it takes also when the block fails."""
    world = World(database, folder, cluster, mutation)
    try:
        await world.start()
        yield world
    finally:
        await world.stop()
