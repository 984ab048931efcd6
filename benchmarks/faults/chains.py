"""The changes of each obligation, as facts tell them: numbered without a gap, possible in their order, never early."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from benchmarks.faults.verdict import Verdict

STATE = {
    "scheduled": "scheduled",
    "fell_due": "due",
    "opened": "due",
    "withdrawn": "withdrawn",
    "lapsed": "lapsed",
    "contact_suppressed": "lapsed",
    "done": "done",
    "closed": "done",
}
"""What an obligation is after a change; a move and an escalation leave it as it was, more or less."""
OPEN = ("scheduled", "due")
ENDED = ("", "hand", "withdrawn", "lapsed", "done")


class Chain:
    """One obligation, followed from change to change."""

    def __init__(self, key: str, hands: int, verdict: Verdict) -> None:
        self.state = ""
        self.n = -1
        self.fired_at: datetime | None = None
        self._key = key
        self._hands = hands
        """How many of its changes a person may have made: those are told by other facts."""
        self._due_at: datetime | None = None
        self._escalated = False
        self._verdict = verdict

    def follow(self, facts: Iterable[Mapping[str, Any]]) -> None:
        """Take the changes in the order of their numbers."""
        for fact in sorted(facts, key=lambda fact: (fact["data"].get("n", 0), fact["recordedtime"])):
            self._number(fact["data"].get("n", 0), fact)
            self._change(change_of(fact["type"]), fact)

    def end(self, row: Mapping[str, Any]) -> None:
        """Hold the end against what is recorded."""
        if row["n"] > self.n:
            self._by_hand(row["n"] - self.n, "its row")
        ended_by_hand = self.state == "hand"
        if row["n"] < self.n or (row["state"] != self.state and not ended_by_hand):
            told = f"{self._key}: facts end {self.state} at {self.n}, its row is {row['state']} at {row['n']}"
            self._verdict.wrong("chain and row differ", told)
        elif ended_by_hand and row["ended_by"] != "hand":
            self._verdict.wrong("a change is missing", f"{self._key}: {row['state']} at {row['n']}, said to {self.n}")
        elif row["state"] == "due" and instant(row["fired_at"]) != self.fired_at:
            told = f"{self._key}: {row['fired_at']} in its row, {self.fired_at} by its fact"
            self._verdict.wrong("fired at another time", told)

    def _number(self, n: int, fact: Mapping[str, Any]) -> None:
        if n == self.n:
            self._verdict.wrong("one number, two changes", f"{self._key}: {n} is {fact['type']} too")
        elif n > self.n + 1:
            self._by_hand(n - self.n - 1, fact["type"])
        self.n = max(n, self.n)

    def _by_hand(self, changes: int, before: str) -> None:
        self._hands -= changes
        if self._hands < 0:
            self._verdict.wrong("a change is missing", f"{self._key}: after {self.n} ({self.state}), before {before}")
        self.state = "hand"

    def _change(self, change: str, fact: Mapping[str, Any]) -> None:
        recorded = instant(fact["recordedtime"])
        if fact["data"].get("left_out"):
            change = "left_out"
        if change in {"fell_due", "opened"}:
            self._fall_due(recorded)
        elif not self._can(change):
            self._verdict.wrong("changes that cannot follow", f"{self._key}: {change} after {self.state or 'nothing'}")
        if change in {"scheduled", "moved"}:
            self._due_at = instant(fact["data"]["due_at"])
        if change == "moved" and self.state == "due" and self._due_at is not None and self._due_at > recorded:
            self.state = "scheduled"
        self._escalated = change == "escalated" or (self._escalated and self.state == "due")
        self.state = STATE.get(change, self.state)

    def _fall_due(self, recorded: datetime) -> None:
        self._verdict.fell_due += 1
        self.fired_at = recorded
        if self.state == "due":
            self._verdict.wrong("fell due twice", f"{self._key} at {recorded}")
        elif self.state != "scheduled":
            self._verdict.wrong("changes that cannot follow", f"{self._key}: fell due after {self.state or 'nothing'}")
        if self._due_at is not None and recorded < self._due_at:
            self._verdict.wrong("early", f"{self._key}: due at {self._due_at}, fell due at {recorded}")

    def _can(self, change: str) -> bool:
        if change == "scheduled":
            return self.state in ENDED
        if change == "escalated":
            return self.state == "due" and not self._escalated
        return self.state in OPEN


def change_of(type_: str) -> str:
    """`fell_due` of eng.followup.follow_up_fell_due.v1."""
    return type_.split(".")[2].removeprefix("follow_up_").removeprefix("evaluation_")


def instant(written: str) -> datetime:
    """An instant as facts and rows write it."""
    return datetime.fromisoformat(written)
