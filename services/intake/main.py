"""Where intake is put together."""

from services.intake import handlers
from services.intake.api import router
from services.intake.repository import RECORDS
from services.intake.subscribers import EAR, listens
from services.intake.tables import TABLES
from shared.clock import Clock
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings, clock: Clock) -> Service:
    """The service intake, ready to be started."""
    service = Service(
        name="intake",
        settings=settings,
        clock=clock,
        models=TABLES,
        router=router,
        ear=EAR,
        hear=handlers.hear,
        take_in=handlers.take_in,
        keep=RECORDS.record,
        retract=handlers.retract,
        listens=listens,
        hear_message=handlers.hear_tracker,
    )
    service.store.topics = settings.known_topics
    return service
