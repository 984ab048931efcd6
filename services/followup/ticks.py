"""Time in: the alarm that wakes followup when something falls due; and the sender, which time wakes too."""

from services.followup import handlers
from services.followup.channels import Place, way_out
from services.followup.handlers.sender import Sender
from shared.obligations.alarm import Alarm
from shared.service import Service
from shared.storage.work import Store


def alarm(store: Store) -> Alarm:
    """An alarm for this ledger."""
    return Alarm(store.clock, lambda: handlers.earliest(store), lambda: handlers.pass_time(store), only_when_due=True)


def sender(service: Service) -> Sender:
    """What sends the letters of this service."""
    settings, post = service.settings, way_out(service.settings)

    def place() -> Place:
        # Asked for each letter: on which port people reach us may be known only after the start.
        return Place(settings.mail_from, service.register.url)

    return Sender(service.store, service.directory, post, place, service, settings)
