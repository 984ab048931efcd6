"""Which of the letters that a service said a stream lacks: by the postmarks in the stream, read without the bodies."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

BATCH = 5000
SILENCE = 10.0
"""Seconds without a word after which reading a stream has failed."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A letter of which the outbox believes that the bus has it."""

    seq: int
    id: str
    again: int
    """How often it was said again already."""

    @property
    def postmarks(self) -> Sequence[str]:
        """All under which it may stand in the stream, the last one first."""
        return [*(f"{self.id}.{time}" for time in range(self.again, 0, -1)), self.id]


async def lacking(
    client: Client, stream: str, subject: str, marked: Sequence[Marked], since: datetime | None = None
) -> list[Marked]:
    """Those of the letters that are not in the stream, or not among what it has stored since then."""
    missed = {letter.seq: letter for letter in marked}
    # A letter's own id counts before what looks like the postmark of another one.
    owners = {postmark: letter.seq for letter in marked for postmark in letter.postmarks}
    owners |= {letter.id: letter.seq for letter in marked}
    async with contextlib.aclosing(postmarks(client, stream, subject, since)) as found:
        async for postmark in found:
            missed.pop(owners.get(postmark, -1), None)
            if not missed:
                break
    return list(missed.values())


async def postmarks(client: Client, stream: str, subject: str, since: datetime | None) -> AsyncGenerator[str, None]:
    """The postmarks of what stands in a stream on `subject`, from its beginning or from a time on."""
    js = client.jetstream(timeout=SILENCE)
    start = DeliverPolicy.BY_START_TIME if since else DeliverPolicy.ALL
    reader = ConsumerConfig(
        filter_subject=subject,
        deliver_policy=start,
        opt_start_time=since,
        ack_policy=AckPolicy.NONE,
        headers_only=True,
        mem_storage=True,
        num_replicas=1,
        inactive_threshold=3 * SILENCE,
    )
    arrived: asyncio.Queue[Msg] = asyncio.Queue()
    inbox = client.new_inbox()
    subscription = await client.subscribe(inbox, cb=arrived.put)
    consumer = (await js.add_consumer(stream, reader)).name
    try:
        ask = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        more = True
        while more:
            await client.publish(ask, json.dumps({"batch": BATCH, "no_wait": True}).encode(), reply=inbox)
            for _place in range(BATCH):
                message = await asyncio.wait_for(arrived.get(), SILENCE)
                if not message.reply:
                    # A word from the server itself: there is no more.
                    more = False
                    break
                yield (message.headers or {}).get("Nats-Msg-Id", "")
    finally:
        # If this fails, the server forgets the reader by itself.
        with contextlib.suppress(NatsError):
            await subscription.unsubscribe()
            await js.delete_consumer(stream, consumer)
