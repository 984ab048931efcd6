"""What the playbook sets for the whole engagement: how long its teams may be contacted. Pure."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from services.followup.domain.line.placed import Placed
from shared.playbooks.calendar import Calendar
from shared.playbooks.history import History
from shared.playbooks.model import Playbook


def window(history: History, ruled: tuple[Playbook, Calendar] | None, now: datetime) -> Iterator[Placed]:
    """The last day on which teams may be contacted, where the playbook has one and the closing day is known."""
    told = history.engagement
    if told is None or ruled is None:
        return
    playbook, calendar = ruled
    closed = told.closed.event.closed_on if told.closed else None
    counted_from = closed or told.planned_close
    if playbook.window is None or playbook.window.after != "closed" or counted_from is None:
        return
    last = calendar.add(counted_from, playbook.window.wait)
    is_over = closed is not None and last < now.astimezone(ZoneInfo(told.time_zone)).date()
    yield Placed(
        key="window",
        lane="engagement",
        state="done" if is_over else "waiting" if closed else "expected",
        told="over" if is_over else "set" if closed else "expected",
        on=last,
        title="Last day on which teams may be contacted",
        why=f"{playbook.window.wait} after the engagement closes",
        counted_from=counted_from,
    )
