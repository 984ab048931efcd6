"""Which of the letters that a service said a stream lacks: by the postmarks in the stream, read without the bodies."""

import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime

from nats.aio.client import Client

from shared.bus.reading import everything

BATCH = 5000


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
    read = everything(client, stream, [subject], since, headers_only=True, at_once=BATCH)
    async with contextlib.aclosing(read) as batches:
        async for batch in batches:
            for message in batch:
                yield (message.headers or {}).get("Nats-Msg-Id", "")
