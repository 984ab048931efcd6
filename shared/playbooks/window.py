"""The window of an engagement: until when its teams may be contacted."""

from datetime import date
from zoneinfo import ZoneInfo

from shared.playbooks.items import Items


def window_end(items: Items, zone: ZoneInfo) -> tuple[date | None, bool]:
    """The last day, as this zone has it, on which somebody there may be contacted; and whether it is only expected."""
    window = items.ground.playbook.window
    moment = items.engagement_moments.get(window.after) if window else None
    if window is None or moment is None:
        return None, False
    return items.ground.calendar.add(moment.day(zone), window.wait), not moment.reached
