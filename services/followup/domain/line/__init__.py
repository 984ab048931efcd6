"""The line of an engagement: what happened in it so far, and what is to come, each thing once. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.followup.domain.line.happened import happened
from services.followup.domain.line.obliged import Ending, ends, rounds, tasks
from services.followup.domain.line.placed import LANES, Lane, Placed
from services.followup.domain.line.ruled import window
from shared.events.base import Fact
from shared.obligations.reconcile import Row
from shared.playbooks.calendar import Calendar
from shared.playbooks.history import History
from shared.playbooks.model import Playbook
from shared.playbooks.obligation import Obligation

__all__ = ["LANES", "Ending", "Lane", "Placed", "ends", "line"]


def line(
    history: History,
    rows: Mapping[str, Row],
    owed: Mapping[str, Obligation],
    told: Sequence[Fact],
    ruled: tuple[Playbook, Calendar] | None,
    now: datetime,
) -> list[Placed]:
    """All that is on the line, by the day; `told` is what ledgers said, in the order in which it was heard."""
    standing = [fact for fact in told if fact.id not in history.retracted]
    found = [
        *happened(history, now),
        *window(history, ruled, now),
        *tasks(history, rows, owed, ends(standing), now),
        *rounds(history, owed, standing, now),
    ]
    return sorted(found, key=lambda one: (one.on, one.key))
