"""Where intake is put together."""

from functools import partial

from services.intake import handlers
from services.intake.api import router
from services.intake.decisions.importing.tables import MOST_BYTES
from services.intake.handlers import people
from services.intake.pages import PAGES, imports
from services.intake.repository import RECORDS
from services.intake.subscribers import EAR, answer_who, listens
from services.intake.tables import TABLES
from shared.access import accounts
from shared.bus import acquaintances
from shared.clock import Clock
from shared.service import Service
from shared.settings import Settings

FILES = dict.fromkeys(("/imports", "/imports/columns", f"{imports.HERE}/columns"), MOST_BYTES + (1 << 16))
"""A file, and what goes with it in a form."""
FILES |= dict.fromkeys((f"{imports.HERE}/{step}" for step in imports.STEPS), imports.MOST_PACKED + (1 << 17))
"""The same from page to page."""
PATIENT = 60.0
"""Seconds that another service may take to forget a person: it may write its whole database anew."""


def build(settings: Settings, clock: Clock) -> Service:
    """The service intake, ready to be started."""
    service = Service(
        name="intake",
        settings=settings,
        clock=clock,
        models=TABLES,
        router=router,
        pages=PAGES,
        files=FILES,
        ear=EAR,
        hear=handlers.hear,
        take_in=handlers.take_in,
        keep=RECORDS.record,
        retract=handlers.retract,
        listens=listens,
        hear_message=handlers.hear_tracker,
        answers={acquaintances.WHAT: answer_who},
    )
    service.store.topics = settings.known_topics
    service.directory = people.Directory(
        service.store,
        partial(service.ask, within=PATIENT),
        service.tell_people_changed,
        # The processes' services share one register, which they get after they are built.
        lambda person_id, words: accounts.forget(service.register, person_id, words),
        lambda people: accounts.sign_out(service.register, people),
        lambda: accounts.administrators(service.register),
        settings.data,
    )
    return service
