"""Rows of a ledger as they would stand there, written without the facts from which they follow."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from services.followup import repository
from services.followup.subscribers import EAR
from shared.catching_up import Learner
from shared.obligations import ledger
from shared.obligations.reconcile import Row
from shared.storage.many import upsert
from shared.storage.work import Store


def owed(item: str, due_at: datetime, engagement: str = "e1", **told: Any) -> Row:
    """A task that is scheduled for this instant."""
    row = Row(
        key=f"{engagement}/ask/{item}/1",
        engagement=engagement,
        rule="ask",
        kind="task",
        item=item,
        occurrence=1,
        state="scheduled",
        n=0,
        due_at=due_at,
        planned_at=due_at,
        title=f"Ask {item}",
        to="facilitator",
        team_id=item,
        because="fact-1",
        moment="formed",
        moment_on=date(2027, 1, 4),
        zone="America/New_York",
        wait="1 week after formed",
        contact=False,
    )
    return replace(row, **told)


async def write(store: Store, *rows: Row) -> None:
    """Put these into the ledger, each into the line of its engagement."""
    lines = {row.engagement for row in rows}
    async with store.work() as unit:
        versions = [{"line": line, "version": 1, "ledger_version": 0} for line in lines]
        await upsert(unit.connection, ledger.LINE, versions)
        await ledger.write(unit, [(row.engagement, row) for row in rows])


def learner(store: Store, anew: bool = False) -> Learner:
    """Followup as it learns what a bus holds: on a restored database, or one that is new."""
    return Learner(store, EAR, repository.keep, repository.FOLLOWING, 10**6, anew)
