"""Slips that somebody might make in the services, so that the simulation can prove that it would find them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared.bus.delivery import Delivery, PutAside, Take, deliver
from shared.obligations import following, ledger
from shared.obligations.reconcile import Change, Forbidden, Row, pass_time
from shared.playbooks.history import History
from shared.storage import facts
from shared.storage.work import Unit
from tests.simulation import town

Slip = Callable[[pytest.MonkeyPatch], None]
EARLY = timedelta(days=2)


def tell_the_bus_before_it_is_recorded(patched: pytest.MonkeyPatch) -> None:
    """Settle messages first, and record them then."""

    async def hasty(batch: Sequence[Delivery], take: Take, put_aside: PutAside) -> None:
        for delivery in batch:
            await delivery.ack()
        await deliver(batch, take, put_aside)

    patched.setattr(town, "deliver", hasty)


def trust_what_is_remembered(patched: pytest.MonkeyPatch) -> None:
    """Take a history from memory, whatever version is on record."""
    careful = facts.histories

    async def trusting(unit: Unit, lines: Iterable[str]) -> dict[str, History]:
        found = await careful(unit, lines)
        return {line: unit.memory[line][1] if line in unit.memory else history for line, history in found.items()}

    patched.setattr(facts, "histories", trusting)


def fire_before_it_is_due(patched: pytest.MonkeyPatch) -> None:
    """Take what is due soon for due."""
    claim = ledger.claim

    async def greedy(unit: Unit, most: int) -> ledger.Claimed:
        return await claim(replace(unit, now=unit.now + EARLY), most)

    def hasty(row: Row, now: datetime, forbidden: Forbidden | None = None) -> list[Change]:
        return pass_time(row, now + EARLY, forbidden)

    patched.setattr(ledger, "claim", greedy)
    patched.setattr(following, "pass_time", hasty)
