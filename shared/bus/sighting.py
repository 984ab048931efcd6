"""What a stream looks like at one look, and whether it is still the one that was seen at the look before."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo, RawStreamMsg, StreamInfo
from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError

from shared.bus.ears import went_on
from shared.bus.streams import Ear


@dataclass(frozen=True, slots=True)
class Sight:
    """What is remembered of a look at a stream."""

    stream: str
    created: datetime
    """When the server made it."""
    sequence: int
    """The highest sequence that it had given out."""
    letter: str
    """By what the message at that sequence is known; empty where there was none."""
    missing: int
    """How many messages it lacked by its own count."""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that one look finds out."""

    sight: Sight
    first: int
    """The lowest sequence that it still has."""
    keeps: float
    """Seconds for which it keeps a message; 0 for ever."""
    ears: tuple[ConsumerInfo, ...]
    """Our ear in all its lanes, where it stands on this stream and is there."""
    ear_is_missing: bool

    @property
    def ear_has_heard(self) -> bool:
        """Whether our ear has something to begin again with: what it heard, or what was heard before in other lanes."""
        return any(went_on(ear) or (ear.delivered and ear.delivered.consumer_seq > 0) for ear in self.ears)


async def look_at(js: JetStreamContext, stream: str, ears: Sequence[Ear]) -> Seen:
    """Look at a stream, and at our ear if it stands there. Raises NotFoundError where there is no such stream."""
    # The ear first: what it has heard by then, the stream must have.
    ours = [ear for ear in ears if ear.stream == stream]
    there = tuple([info for ear in ours if (info := await _ear(js, ear)) is not None])
    has = await js.stream_info(stream)
    last = await message(js, stream, has.state.last_seq)
    created = has.created
    if created is None:
        raise ServiceUnavailableError
    sight = Sight(stream, created, has.state.last_seq, known_by(last) if last else "", _missing(has))
    return Seen(sight, has.state.first_seq, has.config.max_age or 0.0, there, len(there) < len(ours))


async def doubt(js: JetStreamContext, seen: Seen, before: Sight | None) -> str:
    """Why the stream may have lost something since it was seen before, or why our ear may pass over something."""
    now = seen.sight
    if before is None:
        return "nobody has looked at it yet"
    if now.created != before.created:
        return "it was made again"
    if now.sequence < before.sequence:
        return f"it went back from message {before.sequence} to {now.sequence}"
    if now.missing > before.missing:
        return f"it lacks {now.missing - before.missing} more messages than before"
    if any(ear.delivered and ear.delivered.stream_seq > now.sequence for ear in seen.ears):
        return "our ear is ahead of it"
    return await _doubt_of_the_letter(js, seen, before)


async def _doubt_of_the_letter(js: JetStreamContext, seen: Seen, before: Sight) -> str:
    if not before.letter:
        return ""
    if before.sequence == seen.sight.sequence:
        found = seen.sight.letter
    elif seen.keeps and before.sequence < seen.first:
        # Age takes messages away from here, and takes them from the front.
        return ""
    else:
        stands_there = await message(js, before.stream, before.sequence)
        found = known_by(stands_there) if stands_there else ""
    return "" if found == before.letter else f"message {before.sequence} is not the one that it was"


async def message(js: JetStreamContext, stream: str, sequence: int) -> RawStreamMsg | None:
    """The message at a sequence, if it is there and can be read."""
    if sequence < 1:
        return None
    try:
        return await js.get_msg(stream, sequence)
    except ServiceUnavailableError:
        raise
    except APIError:
        return None


def known_by(message: RawStreamMsg) -> str:
    """By what a message is known again: its postmark, or what it says."""
    postmark = (message.headers or {}).get("Nats-Msg-Id")
    words = f"{message.subject}\n".encode() + (message.data or b"")
    return str(postmark) if postmark else hashlib.sha256(words).hexdigest()


async def _ear(js: JetStreamContext, ear: Ear) -> ConsumerInfo | None:
    try:
        info: ConsumerInfo = await js.consumer_info(ear.stream, ear.durable)
    except NotFoundError:
        return None
    return info


def _missing(info: StreamInfo) -> int:
    """How many messages lack between the first and the last; of what is kept for ever, those before the first too."""
    state = info.state
    first = state.first_seq if info.config.max_age else 1
    return max(0, state.last_seq - first + 1 - state.messages)
