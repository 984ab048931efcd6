"""What sessions does: open work, decide, record."""

from collections.abc import Sequence

from services.sessions.domain import Known
from services.sessions.repository import RECORDS
from shared import use_cases
from shared.commands import Said
from shared.events.base import Fact
from shared.storage.work import Store
from shared.use_cases import C, Decide


async def obey(store: Store, command: C, decide: Decide[C, Known], patience: float) -> Said:
    """Do what a person or program asks, or say why not."""
    return await use_cases.obey(store, command, RECORDS.known, decide, RECORDS.record, patience)


async def hear(store: Store, facts: Sequence[Fact]) -> None:
    """Learn from intake which engagements and teams there are."""
    await use_cases.hear(store, facts, RECORDS.record)


async def take_in(store: Store, facts: Sequence[Fact]) -> None:
    """Make facts of our own that were said elsewhere ours: from a log, or from another system."""
    await use_cases.hear(store, facts, RECORDS.record, said=True)


async def retract(store: Store, fact_id: str, reason: str) -> Said:
    """Take back a fact that sessions said."""
    return await use_cases.retract(store, fact_id, reason, RECORDS.record)
