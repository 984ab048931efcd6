"""Where evaluation is put together."""

from services.evaluation import handlers
from services.evaluation.api import router
from services.evaluation.pages import PAGES
from services.evaluation.repository import FOLLOWING, keep
from services.evaluation.subscribers import ANSWERS, EAR
from services.evaluation.tables import TABLES
from services.evaluation.ticks import alarm, tellers
from shared.clock import Clock
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings, clock: Clock) -> Service:
    """The service evaluation, ready to be started."""
    service = Service(
        name="evaluation",
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
        following=FOLLOWING,
        pass_time=handlers.pass_time,
        earliest=handlers.earliest,
        ticks=alarm,
        sends=tellers,
        answers=ANSWERS,
        forgets=handlers.forget_person,
    )
    service.store.topics = settings.known_topics
    return service
