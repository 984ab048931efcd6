"""How a producer insists: it says the same again until it is confirmed, refused for good, or the run is over."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError

from benchmarks.faults.calling import Answer, Caller, Unanswered
from benchmarks.faults.kept import Ledger

Entry = Callable[[str], str]
"""The base URL of some replica of a service; an OSError, LookupError or RuntimeError where there is none."""
ROUNDS = "/rounds"
"""What is about a round may be refused because it is not open yet."""


LOOKS_EVERY = 0.2
"""Seconds after which whoever waits for a turn looks whether the pace has changed."""


class Over(Exception):
    """The run is over: nothing new is begun."""


@dataclass
class Counts:
    """What came of all that was said."""

    confirmed: int = 0
    unknown: int = 0
    """Said, and never answered until the run was over."""
    unanswered: int = 0
    """How often no answer came."""
    refused_503: int = 0
    broken: int = 0
    """How often a service answered that something broke."""
    refused: dict[str, int] = field(default_factory=dict)
    """What was refused for good, by path and status."""

    def note_refusal(self, path: str, answer: Answer) -> None:
        """Count what was refused for good, with the first words of why."""
        why = f"{path} {answer.status} {str((answer.told or {}).get('detail', ''))[:100]}"
        self.refused[why] = self.refused.get(why, 0) + 1


class Pace:
    """Lets so many things a second be said, all speakers together; time that was lost is not caught up with."""

    def __init__(self, rate: float) -> None:
        self.aim = rate
        self.rate = rate
        """What it is now; below the aim while there is a backlog."""
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for one's turn; the rate may change meanwhile."""
        clock = asyncio.get_running_loop().time
        while (wait := self._next - clock()) > 0:  # noqa: ASYNC110 - whoever sets the pace need not know who waits
            await asyncio.sleep(min(wait, LOOKS_EVERY))
        self._next = max(self._next, clock() - 0.5) + 1 / max(self.rate, 0.001)


class Voice:
    """One speaker of many, with connections of its own."""

    def __init__(self, entry: Entry, ledger: Ledger, counts: Counts, pace: Pace, over: asyncio.Event) -> None:
        self.caller = Caller()
        self._entry = entry
        self._ledger = ledger
        self._counts = counts
        self._pace = pace
        self._over = over

    async def say(self, service: str, path: str, patience: float = 90.0, **told: Any) -> list[dict[str, Any]]:
        """Command by HTTP until it is confirmed, and give back the facts; nothing where it is refused for good."""
        if self._over.is_set():
            raise Over
        await self._pace.turn()
        if self._over.is_set():
            raise Over
        return await self.insist(service, path, patience, **told)

    async def insist(self, service: str, path: str, patience: float = 90.0, **told: Any) -> list[dict[str, Any]]:
        """The same out of turn; `patience` is for what may not be known there yet, all else is tried for ever."""
        began, pause = asyncio.get_running_loop().time(), 0.1
        self._counts.unknown += 1
        while True:
            answer = await self._try("POST", service, path, told)
            waited = asyncio.get_running_loop().time() - began
            if answer is not None and answer.is_well:
                self._counts.unknown -= 1
                return self._confirm(service, answer.told["facts"])
            is_late = self._over.is_set() or waited > patience
            if answer is not None and answer.status < 500 and (is_late or not _may_pass(path, answer)):
                self._counts.unknown -= 1
                self._counts.note_refusal(path, answer)
                return []
            await asyncio.sleep(pause)
            pause = min(1.0, pause * 1.5)

    async def ask(self, service: str, path: str) -> Answer | None:
        """Ask once; nothing where nobody answers."""
        return await self._try("GET", service, path, None)

    async def track(self, bus: Client, source: str, **told: Any) -> str:
        """Hand in a request as a tracker does, over the bus, until it is accepted; its id, or nothing."""
        if self._over.is_set():
            raise Over
        await self._pace.turn()
        self._counts.unknown += 1
        while True:
            answer = await self._request(bus, f"inbound.requests.{source}", told)
            if answer.get("accepted"):
                self._counts.unknown -= 1
                words = {"source": source, "request_id": answer["request_id"], **told}
                self._confirm("intake", [{"id": id, "data": words} for id in answer["facts"]])
                return str(answer["request_id"])
            if answer.get("status", 503) < 500:
                self._counts.unknown -= 1
                self._counts.note_refusal("inbound", Answer(answer["status"], answer))
                return ""
            await asyncio.sleep(0.5)

    async def _request(self, bus: Client, subject: str, told: object) -> dict[str, Any]:
        try:
            answer = await bus.request(subject, json.dumps(told).encode(), timeout=5)
            told_back: dict[str, Any] = json.loads(answer.data)
        except (NatsError, OSError, ValueError):
            self._counts.unanswered += 1
            return {}
        # A stream that was made anew by somebody else may answer with a mere receipt of its own.
        return told_back if "accepted" in told_back else {}

    async def _try(self, method: str, service: str, path: str, told: object) -> Answer | None:
        try:
            base = self._entry(service)
        except (OSError, LookupError, RuntimeError):
            self._counts.unanswered += 1
            return None
        try:
            get = self.caller.get(base, path) if method == "GET" else self.caller.post(base, path, told)
            answer = await get
        except Unanswered:
            self._counts.unanswered += 1
            return None
        self._counts.refused_503 += answer.status == 503
        self._counts.broken += answer.status >= 500 and answer.status != 503
        return answer

    def _confirm(self, service: str, facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for fact in facts:
            self._counts.confirmed += self._ledger.enter(service, fact["id"], fact["data"])
        return facts


def _may_pass(path: str, answer: Answer) -> bool:
    """Whether what was refused may only not be known there yet."""
    return answer.status == 404 or (answer.status == 409 and path.startswith(ROUNDS))
