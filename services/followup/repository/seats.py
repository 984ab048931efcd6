"""How much waits for each role, counted in the ledger."""

from collections.abc import Collection

from sqlalchemy import func, select

from shared.obligations.ledger import LEDGER
from shared.obligations.reconcile import OPEN
from shared.obligations.waiting import was_escalated, was_told
from shared.storage.work import Unit

c = LEDGER.c


async def owes(unit: Unit, engagements: Collection[str]) -> dict[str, dict[tuple[str, str | None], int]]:
    """The number of open tasks of some engagements, by engagement, then by role and team.

    What was escalated waits for both: for the role that owes it, and for the one that was told.
    """
    theirs = c.engagement_id.in_(list(engagements)), c.state.in_(OPEN)
    found: dict[str, dict[tuple[str, str | None], int]] = {}
    owed = select(c.engagement_id, c.to, c.team_id, func.count()).where(*theirs)
    for engagement_id, role, team_id, number in await unit.connection.execute(
        owed.group_by(c.engagement_id, c.to, c.team_id)
    ):
        found.setdefault(engagement_id, {})[role, team_id] = number
    # What was told to whom stands in the documents alone: they are looked through once, and not once for each role.
    told = select(c.engagement_id, c.to, c.team_id, was_told(), func.count()).where(*theirs, was_escalated())
    for engagement_id, to, team_id, role, number in await unit.connection.execute(
        told.group_by(c.engagement_id, c.to, c.team_id, was_told())
    ):
        if role not in (None, to):
            mine = found.setdefault(engagement_id, {})
            mine[role, team_id] = mine.get((role, team_id), 0) + number
    return found
