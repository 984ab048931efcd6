"""All kinds of faults."""

from benchmarks.faults.kinds import bus, cluster, crash_points, database, disk, herd, lanes, network, services, upkeep
from benchmarks.faults.kinds.kind import Kind, Load, Scene

__all__ = ["KINDS", "Kind", "Load", "Scene"]

KINDS: dict[str, Kind] = {
    kind.name: kind
    for module in (services, lanes, crash_points, bus, database, disk, network, cluster, herd, upkeep)
    for kind in module.KINDS
}
"""By name, in the order in which a run shows each for the first time."""
