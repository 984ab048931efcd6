"""What a run should be like: how many faults and facts, of which seed, on which database."""

from dataclasses import dataclass, replace

PHASES = ("single", "cluster")
CLUSTERS_SHARE = 0.25
"""Of faults, facts and time."""


@dataclass(frozen=True)
class Wish:
    """What a run should be like."""

    database: str
    seed: int
    faults: int
    facts: int
    seconds: float
    """Of load and faults; starting, drain and check come on top."""
    rate: float
    herd: int
    kinds: tuple[str, ...] = ()
    """The only kinds of faults, if not all."""
    phases: tuple[str, ...] = PHASES
    hurried: bool = False
    """Whether kinds that do not disturb each other may strike together from the first on."""
    say: bool = True

    def of(self, phase: str) -> "Wish":
        """What one of its phases has to do."""
        share = 1.0 if len(self.phases) == 1 else CLUSTERS_SHARE if phase == "cluster" else 1 - CLUSTERS_SHARE
        return replace(
            self, faults=round(self.faults * share), facts=round(self.facts * share), seconds=self.seconds * share
        )
