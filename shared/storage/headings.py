"""The heads of engagements, from the history that every service has."""

from shared.errors import Unknown
from shared.events.base import NO_ENGAGEMENT
from shared.playbooks.heading import Heading
from shared.playbooks.heading import heading as made
from shared.storage import facts as kept
from shared.storage.work import Unit


async def heading(unit: Unit, engagement_id: str) -> Heading:
    """The head of one engagement's pages."""
    history = (await kept.histories(unit, [engagement_id]))[engagement_id]
    found = made(history, unit.now)
    if found is None:
        raise Unknown("engagement", engagement_id)
    return found


async def headings(unit: Unit) -> list[Heading]:
    """All engagements, the latest opened first."""
    lines = [line for line in await kept.lines(unit) if not line.startswith(NO_ENGAGEMENT)]
    told = [made(history, unit.now) for history in (await kept.histories(unit, lines)).values()]
    found = [one for one in told if one is not None]
    return sorted(found, key=lambda one: (one.closed_on is not None, -one.opened_on.toordinal(), one.engagement_id))
