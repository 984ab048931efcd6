"""What trackers get on the bus: what becomes of their requests, each by a durable consumer that hears its own alone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from nats.aio.client import Client
from nats.errors import ConnectionReconnectingError, MaxPayloadError
from nats.js.errors import NoStreamResponseError

from shared.bus.publishing import TIMEOUT, publish_one
from shared.bus.streams import FATES, Ear

log = structlog.get_logger()
Provide = Callable[[], Awaitable[None]]
"""Has streams made that are gone."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that became of a request of this tracker; its id is the same however often it is told."""

    source: str
    fate: str
    id: str
    body: bytes

    @property
    def subject(self) -> str:
        return f"fates.{self.source}.{self.fate}"

    @property
    def postmark(self) -> str:
        return self.id


def ear_of(source: str) -> Ear:
    """The durable consumer of a tracker, named for it."""
    return Ear(source, FATES, (f"fates.{source}.>",))


async def tell(client: Client, one: Telling, provide: Provide) -> None:
    """Publish it, and wait until the stream has it; a stream that is gone is made again first.

    Any error means that it is unknown whether it is there: tell it again.
    """
    if not client.is_connected:
        # nats-py would keep it and send it later, after we had long tried again.
        raise ConnectionReconnectingError
    js = client.jetstream(timeout=TIMEOUT)
    try:
        try:
            await publish_one(js, FATES, one)
        except NoStreamResponseError:
            await provide()
            await publish_one(js, FATES, one)
    except MaxPayloadError:
        # Whoever asks by HTTP reads it; it must not keep what comes after it from everybody.
        log.error("bus.fate_too_large", id=one.id, size=len(one.body))
