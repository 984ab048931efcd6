"""An engagement as it goes on if all goes as planned: the sessions that have no time yet, and its end. Pure.

Nothing of it is ever said or kept: it answers whoever asks on what days to expect what hangs on them.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from shared.events.base import Event, say
from shared.events.intake import EngagementChanged
from shared.events.sessions import SessionScheduled
from shared.playbooks.calendar import Calendar
from shared.playbooks.history import History, fold
from shared.playbooks.imagined import AFTER_LAST, MEETING, MOST_SESSIONS, UNTIL_FIRST, has_an_end
from shared.playbooks.items.item import local
from shared.playbooks.model import Playbook
from shared.playbooks.views import Engagement

A_SESSION = 60
"""Minutes, where the playbook does not say how many."""


def projected(playbook: Playbook, history: History, calendar: Calendar, now: datetime) -> History:
    """The history with what its playbook plans and nobody has said yet; the same where nothing is missing."""
    engagement = history.engagement
    if engagement is None or engagement.closed is not None:
        return history
    missing = _missing(playbook, history, engagement, calendar, now)
    return fold(history, [say(event, now, calendar.default_zone) for event in missing])


def _missing(
    playbook: Playbook, history: History, engagement: Engagement, calendar: Calendar, now: datetime
) -> Iterator[Event]:
    zone = ZoneInfo(engagement.time_zone)
    today = local(now, zone)
    days = {one.number: local(one.starts_at, zone) for one in history.sessions.values() if one.cancelled is None}
    free = (f"projected-{n}" for n in count(1) if f"projected-{n}" not in history.sessions)
    before: date | None = None
    for number in range(1, min(engagement.planned_sessions or playbook.sessions.planned or 0, MOST_SESSIONS) + 1):
        if number not in days:
            first = calendar.add(engagement.opened_on, UNTIL_FIRST)
            day = calendar.add(before, playbook.sessions.every) if before else first
            days[number] = calendar.rolled(max(day, today), "next")
            yield SessionScheduled(
                engagement_id=history.line,
                session_id=next(free),
                number=number,
                topic=f"Session {number}",
                starts_at=datetime.combine(days[number], MEETING, zone),
                minutes=playbook.sessions.minutes or A_SESSION,
                mode="virtual",
            )
        before = days[number]
    if days and engagement.planned_close is None and has_an_end(playbook):
        close = calendar.rolled(max(calendar.add(max(days.values()), AFTER_LAST), today), "next")
        yield EngagementChanged(engagement_id=history.line, planned_close=close, changed_on=today)
