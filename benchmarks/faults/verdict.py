"""What the checker found: how much there was, and whatever was lost, came twice, came early, or does not agree."""

from dataclasses import dataclass, field
from typing import Any

EXAMPLES = 5

LOST = {
    "confirmed but not kept": "a speaker does not have a fact that it confirmed",
    "not in the stream": "a fact was said, and the stream does not have it",
    "not heard": "the stream has a fact, and a service that hears it does not",
    "unsent": "a letter still waits in the outbox",
    "not owed": "the plan obliges to something, and the ledger does not have it",
    "a change is missing": "the numbers of an obligation's changes have a gap that nobody's hand explains",
}
TWICE = {
    "kept twice": "a service has a fact twice",
    "fell due twice": "an obligation fell due again, and nothing had moved it",
    "one number, two changes": "two changes of one obligation have the same number",
}
EARLY = {"early": "something fell due before its time"}
UNFIRED = {"not fired": "something is due, and has not fallen due"}
LEDGER = {
    "open without a reason": "the ledger has something open that the plan does not oblige to, or that is done",
    "in another state": "the ledger tells another state than plan and time",
    "in other words": "the ledger tells another day, title, role or reason than the plan",
    "chain and row differ": "the facts of an obligation end otherwise than its row",
    "changes that cannot follow": "a change that is not possible after the one before it",
    "fired at another time": "the row fell due at another time than its fact tells",
    "rows differ": "a list tells something else than the facts",
}
WORDS = {
    "confirmed in other words": "a fact does not say what was confirmed",
    "kept in other words": "two places tell one fact in different words",
    "heard from nobody": "a service has a fact that nobody said",
    "said without an outbox": "a fact was said past the outbox, or a letter without a fact",
    "not understood": "the stream has what is neither a fact nor our poison",
}
ASIDE = {
    "poison not put aside": "a service that heard poison has not put it aside",
    "put aside, and no poison": "a service put aside what was not our poison",
}
ORPHANS = {"orphan": "a row that belongs to nothing"}


@dataclass
class Verdict:
    """The end of a run, in numbers; clean if nothing in it is wrong."""

    facts: int = 0
    """Different facts, those of the ledgers among them."""
    confirmed: int = 0
    obligations: int = 0
    fell_due: int = 0
    """How often something fell due."""
    put_aside: int = 0
    duplicated_deliveries: int = 0
    """How often the stream has a message once more; allowed, for whoever hears it again recognises it."""
    redelivered: int = 0
    """How often the bus gave a message to a service once more, as far as its consumers remember."""
    seconds: float = 0.0
    """How long it took to check."""
    counts: dict[str, int] = field(default_factory=dict)
    """What is wrong, by kind."""
    examples: dict[str, list[str]] = field(default_factory=dict)

    def wrong(self, kind: str, what: object) -> None:
        """Note one thing that is wrong."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        examples = self.examples.setdefault(kind, [])
        if len(examples) < EXAMPLES:
            examples.append(str(what))

    @property
    def clean(self) -> bool:
        return not self.counts

    @property
    def lost(self) -> int:
        return self._of(LOST)

    @property
    def duplicated_effects(self) -> int:
        return self._of(TWICE)

    @property
    def early(self) -> int:
        return self._of(EARLY)

    @property
    def unfired(self) -> int:
        return self._of(UNFIRED)

    @property
    def ledger_differences(self) -> int:
        return self._of(LEDGER)

    @property
    def word_differences(self) -> int:
        return self._of(WORDS)

    @property
    def aside_differences(self) -> int:
        return self._of(ASIDE)

    @property
    def orphans(self) -> int:
        return self._of(ORPHANS)

    def document(self) -> dict[str, Any]:
        """All of it, ready to be written as JSON."""
        told = {name: getattr(self, name) for name in NUMBERS}
        return {"clean": self.clean, **told, "seconds": round(self.seconds, 1), "wrong": self.counts}

    def _of(self, kinds: dict[str, str]) -> int:
        return sum(self.counts.get(kind, 0) for kind in kinds)


NUMBERS = (
    "facts", "confirmed", "obligations", "fell_due", "put_aside", "lost", "duplicated_effects", "early", "unfired",
    "ledger_differences", "word_differences", "aside_differences", "orphans", "duplicated_deliveries", "redelivered",
)  # fmt: skip
