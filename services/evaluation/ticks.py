"""Time in: the alarm that wakes evaluation when something falls due."""

from services.evaluation import handlers
from shared.obligations.alarm import Alarm
from shared.storage.work import Store


def alarm(store: Store) -> Alarm:
    """An alarm for this ledger."""
    return Alarm(store.clock, lambda: handlers.earliest(store), lambda: handlers.pass_time(store))
