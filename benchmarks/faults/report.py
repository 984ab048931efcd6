"""What a run came to, as one JSON line."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks.faults.phase import Phase
from benchmarks.faults.wish import Wish

FORBIDDEN = (
    "lost",
    "duplicated_effects",
    "early",
    "unfired",
    "ledger_differences",
    "word_differences",
    "aside_differences",
    "orphans",
)
COUNTED = (
    "facts",
    "confirmed",
    *FORBIDDEN,
    "duplicated_deliveries",
    "redelivered",
    "obligations",
    "fell_due",
    "put_aside",
)


def report(wish: Wish, phases: Sequence[Phase]) -> dict[str, Any]:
    """All phases together; `clean` is whether nothing was lost, nothing came twice, and all is as it must be.

    What was slow, or could not be done, is found and told; on a machine that others use too it proves nothing.
    """
    told: dict[str, Any] = {"seed": wish.seed, "database": wish.database}
    faults = sum((phase.struck.faults for phase in phases), Counter[str]())
    told |= {name: sum(getattr(phase.verdict, name, 0) for phase in phases) for name in COUNTED}
    findings = [f"{phase.name}: {finding}" for phase in phases for finding in phase.struck.findings]
    unjudged = [phase.name for phase in phases if phase.verdict is None]
    told |= {
        "faults": faults.total(),
        "faults_by_kind": dict(sorted(faults.items())),
        "worst_recovery_seconds": round(max((phase.struck.worst_recovery for phase in phases), default=0.0), 2),
        "worst_recovery_of": max(
            ((took, name) for phase in phases for name, took in phase.struck.recovery.items()), default=(0.0, "")
        )[1],
        "skipped": {name: why for phase in phases for name, why in phase.struck.skipped.items()},
        "findings": findings,
        "notes": dict(sum((Counter(phase.struck.notes) for phase in phases), Counter[str]())),
        "counts": dict(sum((Counter(phase.counts) for phase in phases), Counter[str]())),
        "seconds": {phase.name: {what: round(took, 1) for what, took in phase.seconds.items()} for phase in phases},
        "versions": {name: version for phase in phases for name, version in phase.versions.items()},
    }
    told["wrong"] = dict(
        sum((Counter(phase.verdict.counts) for phase in phases if phase.verdict is not None), Counter[str]())
    )
    told["clean"] = not unjudged and not told["wrong"]
    return told


def examples(phases: Sequence[Phase]) -> list[str]:
    """Some of what was found wrong, for whoever looks for the cause."""
    return [
        f"{phase.name}: {name}: {one}"
        for phase in phases
        if phase.verdict is not None
        for name, found in phase.verdict.examples.items()
        for one in found
    ]
