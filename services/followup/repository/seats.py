"""How much waits for each role, counted in the ledger."""

from collections.abc import Collection

from sqlalchemy import func, select

from shared.obligations.ledger import LEDGER
from shared.obligations.reconcile import OPEN
from shared.storage.work import Unit


async def owes(unit: Unit, engagements: Collection[str]) -> dict[str, dict[tuple[str, str | None], int]]:
    """The number of open tasks of some engagements, by engagement, then by role and team."""
    c = LEDGER.c
    query = select(c.engagement_id, c.to, c.team_id, func.count()).group_by(c.engagement_id, c.to, c.team_id)
    found: dict[str, dict[tuple[str, str | None], int]] = {}
    query = query.where(c.engagement_id.in_(list(engagements)), c.state.in_(OPEN))
    for engagement_id, role, team_id, number in await unit.connection.execute(query):
        found.setdefault(engagement_id, {})[role, team_id] = number
    return found
