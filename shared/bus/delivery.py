"""One message that came in, and what happens to it: taken, tried again later, or put aside."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from nats.aio.msg import Msg

from shared.bus.streams import ACK_WAIT
from shared.errors import Outcome, outcome

log = structlog.get_logger()

DELAYS = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
"""Seconds until the next try, by how often it was delivered; the last for ever after."""
PATIENCE = 12
"""Deliveries (about half an hour) after which even what might pass is put aside, so that somebody sees it."""
GIVE_UP_AFTER = 3
"""Failures in a row which say that the world is not ready, not that the message is bad."""


class Delivery(Protocol):
    """A message as it was delivered this time."""

    @property
    def subject(self) -> str: ...
    @property
    def body(self) -> bytes: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def deliveries(self) -> int:
        """How often it was delivered, this time included."""

    @property
    def sequence(self) -> int:
        """Its place in the stream; good for logs, never an identity."""

    async def ack(self) -> None: ...
    async def nack(self, delay: float) -> None: ...
    async def term(self) -> None: ...
    async def in_progress(self) -> None: ...


Take = Callable[[Sequence[Delivery]], Awaitable[None]]
"""Handles all of a batch in one transaction, or raises and has handled none of it."""
PutAside = Callable[[Delivery, Exception], Awaitable[None]]
"""Keeps a message that cannot be handled, with its reason, where people see it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A delivery from JetStream."""

    message: Msg

    @property
    def subject(self) -> str:
        return self.message.subject

    @property
    def body(self) -> bytes:
        return self.message.data

    @property
    def headers(self) -> Mapping[str, str]:
        return self.message.headers or {}

    @property
    def deliveries(self) -> int:
        return self.message.metadata.num_delivered

    @property
    def sequence(self) -> int:
        return self.message.metadata.sequence.stream

    async def ack(self) -> None:
        await self.message.ack()

    async def nack(self, delay: float) -> None:
        await self.message.nak(delay=delay)

    async def term(self) -> None:
        await self.message.term()

    async def in_progress(self) -> None:
        await self.message.in_progress()


def delay_after(deliveries: int) -> float:
    """Seconds to wait before the next try."""
    return DELAYS[min(max(deliveries, 1), len(DELAYS)) - 1]


async def deliver(batch: Sequence[Delivery], take: Take, put_aside: PutAside, ack_wait: float = ACK_WAIT) -> None:
    """Have a batch taken and settle each of its messages; one bad message costs only itself."""
    open_ = list(batch)
    async with _in_progress(open_, ack_wait / 3):
        if len(open_) > 1:
            try:
                await take(tuple(open_))
            except Exception as error:
                log.info("bus.batch_failed", messages=len(open_), error=type(error).__name__)
            else:
                for delivery in batch:
                    await _settle(delivery.ack())
                return
        await _one_by_one(open_, take, put_aside)


async def _one_by_one(open_: list[Delivery], take: Take, put_aside: PutAside) -> None:
    """Settle each message by itself; when several in a row fail to pass, the others wait without being tried."""
    in_a_row = 0
    while open_:
        delivery = open_[0]
        if in_a_row >= GIVE_UP_AFTER:
            await _settle(delivery.nack(min(delay_after(delivery.deliveries), 5.0)))
        else:
            failed = await _take_one(delivery, take, put_aside)
            in_a_row = in_a_row + 1 if failed else 0
        open_.remove(delivery)


async def _take_one(delivery: Delivery, take: Take, put_aside: PutAside) -> bool:
    """Take one message; True when it has to come again."""
    try:
        await take((delivery,))
    except Exception as error:
        if outcome(error) is Outcome.ASIDE or delivery.deliveries >= PATIENCE:
            return await _put_one_aside(delivery, error, put_aside)
        await _later(delivery, error)
        return True
    await _settle(delivery.ack())
    return False


async def _put_one_aside(delivery: Delivery, reason: Exception, put_aside: PutAside) -> bool:
    try:
        await put_aside(delivery, reason)
    except Exception as error:
        await _later(delivery, error)
        return True
    log.warning("bus.put_aside", subject=delivery.subject, reason=type(reason).__name__)
    await _settle(delivery.term())
    return False


async def _later(delivery: Delivery, error: Exception) -> None:
    delay = delay_after(delivery.deliveries)
    log.warning(
        "bus.again",
        subject=delivery.subject,
        deliveries=delivery.deliveries,
        delay=delay,
        error=type(error).__name__,
        # Once in full is enough to find the cause.
        exc_info=error if delivery.deliveries == 1 else None,
    )
    await _settle(delivery.nack(delay))


async def _settle(answer: Awaitable[None]) -> None:
    """Tell the bus; if it cannot be told, the message comes again and is recognised as a repetition."""
    try:
        await answer
    except Exception as error:
        log.info("bus.not_settled", error=type(error).__name__)


@contextlib.asynccontextmanager
async def _in_progress(open_: list[Delivery], every: float) -> AsyncIterator[None]:
    """Ask the bus for more time as long as messages are open: else it gives them to somebody else as well."""

    async def ask() -> None:
        while True:
            await asyncio.sleep(every)
            for delivery in tuple(open_):
                await _settle(delivery.in_progress())

    asking = asyncio.create_task(ask())
    try:
        yield
    finally:
        asking.cancel()
