"""How far services are with hearing, in whatever lanes they hear."""

from dataclasses import dataclass

from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo
from nats.js.errors import NotFoundError

from shared.bus.ears import Ear
from shared.bus.streams import ENGAGEMENT, INBOUND
from shared.settings import LANES

EARS = {"intake": INBOUND, "sessions": ENGAGEMENT, "followup": ENGAGEMENT, "evaluation": ENGAGEMENT}


@dataclass(frozen=True, slots=True, order=True)
class Unheard:
    """What one service has still to do."""

    all: int
    to_hear: int
    to_answer: int


async def unheard(js: JetStreamContext, service: str) -> Unheard:
    """What a service has to hear and to answer: where its ear is divided in several ways, in that which is farthest.

    Raises NotFoundError where it has no ear.
    """
    found = [_sum(lanes) for lanes in await divisions(js, service) if lanes]
    if not found:
        raise NotFoundError(description=f"{service} has no ear")
    return min(found)


async def deliveries(js: JetStreamContext, service: str) -> int:
    """How often its consumers have given a message to a service, since they were made; each lane is given all."""
    return sum(
        sum(info.delivered.consumer_seq for info in lanes if info.delivered) // max(1, len(lanes))
        for lanes in await divisions(js, service)
    )


async def divisions(js: JetStreamContext, service: str) -> list[list[ConsumerInfo]]:
    """What the server tells of a service's ear, for each number of lanes; nothing where one of them lacks."""
    return [await _lanes(js, Ear(service, EARS[service], ()), lanes) for lanes in LANES]


async def _lanes(js: JetStreamContext, ear: Ear, lanes: int) -> list[ConsumerInfo]:
    try:
        return [await js.consumer_info(one.stream, one.durable) for one in ear.in_lanes(lanes)]
    except NotFoundError:
        return []


def _sum(lanes: list[ConsumerInfo]) -> Unheard:
    to_hear = sum(info.num_pending or 0 for info in lanes)
    to_answer = sum(info.num_ack_pending or 0 for info in lanes)
    return Unheard(to_hear + to_answer, to_hear, to_answer)
