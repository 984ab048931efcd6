"""The heads of engagements, from the history that every service has."""

from datetime import datetime
from weakref import WeakKeyDictionary

from shared.errors import Unknown
from shared.events.base import NO_ENGAGEMENT
from shared.playbooks.heading import Heading
from shared.playbooks.heading import heading as made
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.work import Unit

_HEADS: WeakKeyDictionary[History, tuple[datetime, Heading]] = WeakKeyDictionary()
"""The heads of histories, each since when it is so: lists ask for those of many, and they change with facts only, or
when a session begins.
"""


def _head(history: History, now: datetime) -> Heading | None:
    since, found = _HEADS.get(history, (now, None))
    if found is None or now < since or (found.next_session is not None and found.next_session <= now):
        found = made(history, now)
        if found is not None:
            _HEADS[history] = now, found
    return found


async def heading(unit: Unit, engagement_id: str) -> Heading:
    """The head of one engagement's pages."""
    history = (await kept.histories(unit, [engagement_id]))[engagement_id]
    found = _head(history, unit.now)
    if found is None:
        raise Unknown("engagement", engagement_id)
    return found


async def headings(unit: Unit) -> list[Heading]:
    """All engagements, the latest opened first."""
    lines = [line for line in await kept.lines(unit) if not line.startswith(NO_ENGAGEMENT)]
    told = [_head(history, unit.now) for history in (await kept.histories(unit, lines)).values()]
    found = [one for one in told if one is not None]
    return sorted(found, key=lambda one: (one.closed_on is not None, -one.opened_on.toordinal(), one.engagement_id))
