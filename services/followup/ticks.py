"""Time in: the alarm that wakes followup when something falls due; and the sender, which time wakes too."""

from services.followup import handlers
from services.followup.channels import Place, way_out
from services.followup.handlers.sender import Sender
from shared.obligations.alarm import Alarm
from shared.service import Service
from shared.storage.work import Store


def alarm(store: Store) -> Alarm:
    """An alarm for this ledger."""
    return Alarm(store.clock, lambda: handlers.earliest(store), lambda: handlers.pass_time(store))


def sender(service: Service) -> Sender:
    """What sends the letters of this service."""
    place = Place(service.settings.mail_from, service.register.url)
    post = way_out(service.settings)
    return Sender(service.store, service.directory, post, place, service, service.settings)
