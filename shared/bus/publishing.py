"""Publishing to a stream: many messages at once and in one piece where the server can, else one after another."""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from typing import Protocol, TypeVar

from nats.aio.client import Client
from nats.errors import MaxPayloadError
from nats.js import JetStreamContext
from nats.js.api import PubAck
from nats.js.errors import APIError

from shared.ids import new_id

TIMEOUT = 15.0
"""Seconds to wait for the bus: a cluster that has lost its leader is silent for 6 to 9."""
CONTENT_TYPE = "application/cloudevents+json"


class Message(Protocol):
    """What can be published: by its postmark the bus recognises a repetition."""

    @property
    def postmark(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def body(self) -> bytes: ...


M = TypeVar("M", bound=Message)


async def publish(client: Client, stream: str, messages: Sequence[M]) -> tuple[Sequence[M], Exception | None]:
    """Publish in order; which are stored now, and what the first of the others met.

    An error means *unknown*, not *not stored*: publish again, with the same postmarks.
    """
    if len(messages) > 1:
        # A piece is refused whole: for one that is stored already, or for one that can never be.
        with contextlib.suppress(APIError, MaxPayloadError):
            if await _in_one_piece(client, stream, messages):
                return messages, None
    return await _one_after_another(client, stream, messages)


async def _in_one_piece(client: Client, stream: str, messages: Sequence[Message]) -> bool:
    """An atomic batch (ADR-50): all are stored, with one write to disk, or none; False when the server knows it not."""
    batch = new_id()
    for place, message in enumerate(messages[:-1], 1):
        headers = _headers(stream, message) | {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(place)}
        await client.publish(message.subject, message.body, headers=headers)
    last = messages[-1]
    headers = _headers(stream, last) | {
        "Nats-Batch-Id": batch,
        "Nats-Batch-Sequence": str(len(messages)),
        "Nats-Batch-Commit": "1",
    }
    answer = json.loads((await client.request(last.subject, last.body, timeout=TIMEOUT, headers=headers)).data)
    # An older server takes the headers for mere headers, and answers for the last message only.
    if "error" in answer:
        raise APIError.from_error(answer["error"])
    return bool(answer.get("count") == len(messages))


async def _one_after_another(
    client: Client, stream: str, messages: Sequence[M]
) -> tuple[Sequence[M], Exception | None]:
    """Each by itself, without waiting for the answer to the one before."""
    js = client.jetstream(timeout=TIMEOUT)
    answers = await asyncio.gather(*(publish_one(js, stream, message) for message in messages), return_exceptions=True)
    stored = [message for message, answer in zip(messages, answers, strict=True) if isinstance(answer, PubAck)]
    failures = (answer for answer in answers if isinstance(answer, Exception))
    return stored, next(failures, None)


async def publish_one(js: JetStreamContext, stream: str, message: Message) -> PubAck:
    """Publish one message, and wait until the stream has it."""
    return await js.publish(message.subject, message.body, stream=stream, headers=_headers(stream, message))


def _headers(stream: str, message: Message) -> dict[str, str]:
    return {"Nats-Msg-Id": message.postmark, "Nats-Expected-Stream": stream, "Content-Type": CONTENT_TYPE}
