"""Requests as pages show them: those that wait, the longest first; one of them with all that became of it."""

from sqlalchemy import select

from services.intake import repository
from services.intake.domain import Fate, Known, Request
from services.intake.domain.requests import AnsweredBy, fate
from shared.bus import fates
from shared.bus.looking_on import Asks
from shared.errors import Unknown
from shared.events.base import NO_ENGAGEMENT
from shared.storage.listing import Asked, Page
from shared.storage.work import Store


async def requests(
    store: Store, asked: Asked, topic: str | None = None, jurisdiction: str | None = None, state: str | None = None
) -> Page[Request]:
    """Requests by the day they were logged; a topic is found by any name that it goes by."""
    told, conditions = repository.REQUEST.c.topic, []
    async with store.look() as unit:
        if topic:
            texts = (await unit.connection.scalars(select(told).distinct())).all()
            slug = unit.topics.slug_of(topic)
            conditions.append(told.in_([text for text in texts if unit.topics.slug_of(text) == slug]))
        return await repository.REQUESTS.page(unit, asked, *conditions, jurisdiction=jurisdiction, state=state)


async def request(store: Store, request_id: str) -> tuple[Request, Known]:
    """One request, and all that was said of it."""
    async with store.look() as unit:
        found = await repository.REQUESTS.find(unit, request_id)
        return found, await repository.RECORDS.known(unit, f"{NO_ENGAGEMENT}/{request_id}")


async def fate_of(store: Store, asks: Asks, source: str, external_id: str) -> Fate:
    """What became of a request, by its tracker and its id there; outcomes, if evaluation answers."""
    async with store.look() as unit:
        found = await repository.tracked(unit, source, external_id)
        if found is None:
            raise Unknown("request", f"{external_id} of {source}", field="external_id")
        if found.answered_by is None:
            return fate(found)
        # Whose request an engagement answers may know which it is, without a seat in it.
        with unit.unasked():
            engagement = (await repository.RECORDS.known(unit, found.answered_by)).engagement
    told = AnsweredBy.model_validate(engagement, from_attributes=True) if engagement else None
    return fate(found, told, await fates.seen(asks, found.answered_by, found.jurisdiction))


async def is_known(store: Store, request_id: str) -> bool:
    """Whether there is such a request, after all."""
    try:
        await request(store, request_id)
    except Unknown:
        return False
    return True
