"""A bus that lost its streams is told everything again: the databases are the authority, the bus can be rebuilt."""

from typing import Protocol

import structlog
from nats.aio.client import Client
from nats.js.errors import NotFoundError

from shared.bus.postman import Letter
from shared.bus.streams import stream_of

log = structlog.get_logger()


class SentOutbox(Protocol):
    """What has to be known of an outbox to see whether the bus still has what was sent."""

    async def newest_sent(self) -> Letter | None:
        """The letter that was sent last, if any was."""

    async def send_again(self) -> int:
        """Take the mark off every letter; tells how many there are."""


async def say_again_what_is_lost(outbox: SentOutbox, client: Client) -> None:
    """At a start: where the stream does not know the subject of the letter sent last, it is not the stream we knew.

    Whoever heard a letter before recognises it by its id.
    """
    letter = await outbox.newest_sent()
    if letter is None:
        return
    try:
        await client.jetstream().get_last_msg(stream_of(letter.subject), letter.subject)
    except NotFoundError:
        log.warning("bus.lost", letters_said_again=await outbox.send_again())
