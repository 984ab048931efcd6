"""What a kind of fault is: a name, where it applies, and a strike that is over when what it broke may heal."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from benchmarks.faults.world import World


class Load(Protocol):
    """What faults ask of the producers."""

    @property
    def confirmed(self) -> int: ...
    @property
    def refused_503(self) -> int: ...
    async def probe(self, within: float) -> float: ...
    async def herd(self, count: int) -> None: ...
    async def poison(self) -> int: ...


@dataclass
class Scene:
    """What a strike has at hand: the world, the load on it, and chance by the seed."""

    world: World
    load: Load
    chance: Random
    herd: int
    """How many obligations make a herd."""
    notes: dict[str, int]
    """What is worth a word in the report, counted."""

    def note(self, what: str, times: int = 1) -> None:
        self.notes[what] = self.notes.get(what, 0) + times


Strike = Callable[[Scene], Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """A kind of fault."""

    name: str
    strike: Strike
    single: bool = True
    """Whether it strikes a world with one server."""
    cluster: bool = False
    """Whether it strikes a cluster."""
    database: str = ""
    """The only database that it is for, if it is not for both."""
    disk: bool = False
    """Whether it needs a disk that may be mounted."""
    networks: bool = False
    """Whether it needs nodes in networks of their own."""
    weight: float = 1.0
    """How often it is drawn, compared with others; 0: only once."""

    def fits(self, world: World) -> bool:
        """Whether it has a meaning in this world."""
        fits = self.cluster if world.cluster else self.single
        return fits and self.database in {"", world.database}

    def why_not(self, world: World) -> str:
        """Why it cannot be done on this machine; empty when it can."""
        if self.disk and world.disk.why_not:
            return world.disk.why_not
        if self.networks and world.why_no_networks:
            return world.why_no_networks
        return ""
