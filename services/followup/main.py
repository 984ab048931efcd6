"""Where followup is put together."""

from services.followup import handlers
from services.followup.api import router
from services.followup.pages import PAGES
from services.followup.repository import FOLLOWING, keep
from services.followup.subscribers import ANSWERS, EAR
from services.followup.tables import TABLES
from services.followup.ticks import alarm, sender
from shared.clock import Clock
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings, clock: Clock) -> Service:
    """The service followup, ready to be started."""
    return Service(
        name="followup",
        settings=settings,
        clock=clock,
        models=TABLES,
        router=router,
        pages=PAGES,
        ear=EAR,
        hear=handlers.hear,
        take_in=handlers.take_in,
        keep=keep,
        retract=handlers.retract,
        forgets=handlers.forget_person,
        following=FOLLOWING,
        pass_time=handlers.pass_time,
        earliest=handlers.earliest,
        ticks=alarm,
        sends=sender,
        answers=ANSWERS,
    )
