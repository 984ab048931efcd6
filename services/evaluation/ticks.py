"""Time in: the alarm that wakes evaluation when something falls due; and what tells others, which time wakes too."""

from datetime import timedelta

from services.evaluation import handlers
from services.evaluation.channels import way_out
from services.evaluation.domain.fates import addressed
from services.evaluation.domain.notices import Notice
from services.evaluation.handlers.carrier import Carrier
from services.evaluation.handlers.messenger import Messenger
from shared.access.caller import Caller
from shared.access.opening import SUBSCRIBERS
from shared.access.standing import standing
from shared.bus.providing import providing
from shared.bus.telling import Telling, tell
from shared.companion import Companion
from shared.obligations.alarm import Alarm
from shared.service import Service
from shared.storage.work import Store


def alarm(store: Store) -> Alarm:
    """An alarm for this ledger."""
    return Alarm(store.clock, lambda: handlers.earliest(store), lambda: handlers.pass_time(store), only_when_due=True)


def messenger(service: Service) -> Messenger:
    """What tells the webhooks of this service."""

    async def owner(label: str) -> Caller | None:
        caller = await standing(service.register, service.directory, label)
        return caller if caller and not caller.roles.isdisjoint(SUBSCRIBERS) else None

    kept = timedelta(days=service.settings.webhook_log_days)
    return Messenger(service.store, way_out(service.settings), owner, kept)


def carrier(service: Service) -> Carrier:
    """What carries fates to the bus for this service, once it has its place there."""
    broker = service.broker
    if broker is None:
        raise RuntimeError("fates are carried to a bus: start the service first")
    provide = providing(broker, service.ear, service.settings, service.administrator)

    async def publish(one: Notice) -> None:
        source, fate = addressed(one.type, one.body)
        await tell(broker.client, Telling(source, fate, one.id, one.body.encode()), provide)

    return Carrier(service.store, publish)


class Both:
    """Companions that work side by side."""

    def __init__(self, *companions: Companion) -> None:
        self._companions = companions

    def start(self) -> None:
        for one in self._companions:
            one.start()

    def wake(self) -> None:
        for one in self._companions:
            one.wake()

    def forget(self) -> None:
        for one in self._companions:
            one.forget()

    async def stop(self) -> None:
        for one in self._companions:
            await one.stop()


def tellers(service: Service) -> Both:
    """All that tells others what is new: the messenger by webhooks, the carrier on the bus."""
    return Both(messenger(service), carrier(service))
