"""How much waits for each role, counted in the ledger."""

from collections.abc import Collection

from sqlalchemy import func, select

from shared.events.fields import RUNNERS
from shared.obligations.ledger import LEDGER
from shared.obligations.reconcile import OPEN
from shared.obligations.waiting import was_escalated_to
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
    for role in RUNNERS:
        told = select(c.engagement_id, c.team_id, func.count()).where(*theirs, c.to != role, was_escalated_to(role))
        for engagement_id, team_id, number in await unit.connection.execute(told.group_by(c.engagement_id, c.team_id)):
            mine = found.setdefault(engagement_id, {})
            mine[role, team_id] = mine.get((role, team_id), 0) + number
    return found
