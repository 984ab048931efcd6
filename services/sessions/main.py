"""Where sessions is put together."""

from services.sessions import handlers
from services.sessions.api import router
from services.sessions.pages import PAGES
from services.sessions.repository import RECORDS
from services.sessions.subscribers import EAR
from services.sessions.tables import TABLES
from shared.clock import Clock
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings, clock: Clock) -> Service:
    """The service sessions, ready to be started."""
    return Service(
        name="sessions",
        settings=settings,
        clock=clock,
        models=TABLES,
        router=router,
        pages=PAGES,
        ear=EAR,
        hear=handlers.hear,
        take_in=handlers.take_in,
        keep=RECORDS.record,
        retract=handlers.retract,
    )
