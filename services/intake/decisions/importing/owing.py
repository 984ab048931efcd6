"""What would be owed once a file is taken in: by the playbook of the desk, as the planner plans it."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.intake.domain.imports import Owed, When
from shared.playbooks.calendar import Calendar
from shared.playbooks.history import History
from shared.playbooks.model import Playbook
from shared.playbooks.obligation import Obligation
from shared.playbooks.planner import plan

MOST = 500


def owed(
    desk: Playbook, turns: Iterable[tuple[History, History]], calendar: Calendar, now: datetime
) -> tuple[list[Owed], dict[When, int]]:
    """What is owed after some lines changed and was not before, the earliest first; and how much of it in all."""
    found: list[Obligation] = []
    for before, after in turns:
        was = plan(desk, before, calendar, now)
        is_ = plan(desk, after, calendar, now).items()
        found += [one for key, one in is_ if not one.done and (key not in was or was[key].due_at != one.due_at)]
    found.sort(key=lambda one: (one.due_at, one.title))
    told = [Owed(title=one.title, to=one.to, due_on=_day(one), when=_when(one, now)) for one in found]
    return told[:MOST], dict(Counter(one.when for one in told))


def _day(one: Obligation) -> date:
    return one.due_at.astimezone(ZoneInfo(one.zone)).date()


def _when(one: Obligation, now: datetime) -> When:
    if one.lapse_at is not None and one.lapse_at <= now:
        return "past"
    return "at once" if one.due_at <= now else "later"
