"""The window of an engagement: until when its teams may be contacted."""

from datetime import date

from shared.playbooks.calendar import Calendar
from shared.playbooks.history import History
from shared.playbooks.items import Items
from shared.playbooks.model import Playbook


def window_end(playbook: Playbook, history: History, calendar: Calendar) -> date | None:
    """The last day on which teams may be contacted, as the engagement's own zone has it; none while that is open."""
    items = Items(playbook, history, calendar)
    moment = items.engagement_moments.get(playbook.window.after) if playbook.window else None
    if playbook.window is None or moment is None or not moment.reached:
        return None
    return calendar.add(moment.day(items.ground.zone), playbook.window.wait)
