"""Time in: the alarm that wakes evaluation when something falls due; and the messenger, which time wakes too."""

from datetime import timedelta

from services.evaluation import handlers
from services.evaluation.channels import way_out
from services.evaluation.handlers.messenger import Messenger
from shared.access.caller import Caller
from shared.access.opening import SUBSCRIBERS
from shared.access.standing import standing
from shared.obligations.alarm import Alarm
from shared.service import Service
from shared.storage.work import Store


def alarm(store: Store) -> Alarm:
    """An alarm for this ledger."""
    return Alarm(store.clock, lambda: handlers.earliest(store), lambda: handlers.pass_time(store))


def messenger(service: Service) -> Messenger:
    """What tells the webhooks of this service."""

    async def owner(label: str) -> Caller | None:
        caller = await standing(service.register, service.directory, label)
        return caller if caller and not caller.roles.isdisjoint(SUBSCRIBERS) else None

    kept = timedelta(days=service.settings.webhook_log_days)
    return Messenger(service.store, way_out(service.settings), owner, kept)
