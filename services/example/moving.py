"""A log of long ago as if it were of these days: all its dates are moved by whole weeks, and it breaks off today."""

import json
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from shared.events import wire
from shared.events.base import Fact

DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
LEFT_UNDONE = timedelta(days=6)
"""What people did with their tasks in the last days is not told: so there is something to do."""


def as_of(log: bytes, stands_at: date, now: datetime) -> Sequence[Fact]:
    """What was said up to a day of a log, as if that day were this one, or at most six days ago.

    By whole weeks: who met on a Tuesday meets on a Tuesday.
    """
    by = timedelta(weeks=(now.date() - stands_at).days // 7)
    facts = [wire.decode(json.dumps(_moved(json.loads(line), by)).encode()) for line in log.splitlines()]
    return [fact for fact in facts if fact.time <= now and not _is_left_undone(fact, now)]


def _is_left_undone(fact: Fact, now: datetime) -> bool:
    return ".followup." in fact.event.type and fact.time > now - LEFT_UNDONE


def _moved(told: Any, by: timedelta) -> Any:
    if isinstance(told, dict):
        return {name: _moved(value, by) for name, value in told.items()}
    if isinstance(told, list):
        return [_moved(value, by) for value in told]
    if isinstance(told, str) and DAY.fullmatch(told):
        return str(date.fromisoformat(told) + by)
    if isinstance(told, str) and MOMENT.fullmatch(told):
        return (datetime.fromisoformat(told) + by).isoformat()
    return told
