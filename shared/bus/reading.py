"""Reading a stream from its beginning to its end, beside whoever listens to it: nobody's place in it is moved."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncGenerator, Iterable
from datetime import datetime

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared.bus.pulling import LARGEST_BATCH

BATCH = 500
NO_MORE = "404"
SILENCE = 15.0
"""Seconds without a word after which reading a stream has failed."""


class Interrupted(NatsError):
    """The server stopped reading out a stream: {reason}. What was read of it is not all; read it again."""

    def __init__(self, reason: str) -> None:
        super().__init__((self.__doc__ or "").format(reason=reason))


async def everything(
    client: Client,
    stream: str,
    subjects: Iterable[str],
    since: datetime | None = None,
    headers_only: bool = False,
    at_once: int = BATCH,
) -> AsyncGenerator[list[Msg], None]:
    """What a stream keeps on these subjects, oldest first, in batches; what comes meanwhile may be among it."""
    js = client.jetstream(timeout=SILENCE)
    reader = ConsumerConfig(
        filter_subjects=sorted(set(subjects)),
        deliver_policy=DeliverPolicy.BY_START_TIME if since else DeliverPolicy.ALL,
        opt_start_time=since,
        ack_policy=AckPolicy.NONE,
        headers_only=headers_only,
        mem_storage=True,
        num_replicas=1,
        inactive_threshold=10 * SILENCE,
    )
    arrived: asyncio.Queue[Msg] = asyncio.Queue()
    inbox = client.new_inbox()
    subscription = await client.subscribe(f"{inbox}.*", cb=arrived.put, pending_bytes_limit=8 * LARGEST_BATCH)
    consumer = (await js.add_consumer(stream, reader)).name
    try:
        wish = json.dumps({"batch": at_once, "max_bytes": LARGEST_BATCH, "no_wait": True}).encode()
        request = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        await client.publish(request, wish, reply=f"{inbox}.0")
        for place in itertools.count():
            batch = await _answer(arrived, f"{inbox}.{place}", at_once)
            if not batch:
                return
            # The next one comes while this one is worked on.
            await client.publish(request, wish, reply=f"{inbox}.{place + 1}")
            yield batch
    finally:
        # If this fails, the server forgets the reader by itself.
        with contextlib.suppress(NatsError):
            await subscription.unsubscribe()
            await js.delete_consumer(stream, str(consumer))


async def _answer(arrived: asyncio.Queue[Msg], inbox: str, at_most: int) -> list[Msg]:
    """The messages of one answer; none where the server says that there are no more. Raises Interrupted.

    Each wish has an inbox of its own: the server ends a full batch with a word ("Batch Completed"), which comes late.
    Taken for the end of the next batch it was the end of the stream, and all behind it was believed to be lost.
    """
    batch: list[Msg] = []
    while len(batch) < at_most:
        # To wait with a time-out costs ten times as much as to take what is there.
        message = arrived.get_nowait() if arrived.qsize() else await asyncio.wait_for(arrived.get(), SILENCE)
        if message.reply:
            batch.append(message)
        elif message.subject == inbox:
            if not batch and (message.headers or {}).get("Status") != NO_MORE:
                raise Interrupted((message.headers or {}).get("Description", "no word why"))
            break
    return batch
