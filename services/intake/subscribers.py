"""Requests in: what trackers send on the bus, kept by the stream, and answered where they wait for an answer."""

from collections.abc import Mapping, Sequence

from services.intake import handlers
from services.intake.domain import trackers
from shared.bus.acquaintances import People, Question
from shared.bus.asking import Words
from shared.bus.broker import Broker
from shared.bus.delivery import Delivery
from shared.bus.listening import listen
from shared.bus.requests import Asked, listen_for_requests
from shared.bus.streams import INBOUND, Ear
from shared.errors import Refused
from shared.events.base import Event
from shared.service import Service

HEARS: tuple[type[Event], ...] = ()
SUBJECT = "inbound.requests.*"
EAR = Ear("intake", INBOUND, (SUBJECT,))


def listens(broker: Broker, here: Service) -> None:
    """Hear every request that the stream keeps; those who wait for an answer get it at once."""

    async def take(batch: Sequence[Delivery]) -> None:
        for delivery in batch:
            try:
                await handlers.hear_tracker(here.store, delivery.subject, delivery.body)
            except Refused as error:
                await here.put_aside(delivery, error)

    async def answer(batch: Sequence[Asked]) -> Sequence[Mapping[str, object]]:
        return [await _answer(here, one) for one in batch]

    listen(broker, EAR, take, here.put_aside, here.settings.batch, here.settings.ack_wait)
    listen_for_requests(broker, SUBJECT, "intake", answer)


async def answer_who(here: Service, question: Words) -> Words:
    """Tell another service who people are, by their ids or by the address at which they read mail."""
    asked = Question.model_validate(question)
    found = list((await here.directory.named(asked.ids)).values())
    if asked.address and (reader := await here.directory.whose(asked.address)):
        found.append(reader)
    return People(people=tuple(found)).model_dump(mode="json")


async def _answer(here: Service, asked: Asked) -> Mapping[str, object]:
    """What the sender of one message is told; a refusal is told as such, and costs nobody else anything."""
    try:
        return trackers.receipt(await handlers.hear_tracker(here.store, asked.subject, asked.body))
    except Refused as error:
        if not asked.is_awaited:
            await here.put_aside(asked, error)
        return trackers.refusal(error)
