"""One message that came in, and what happens to it: taken, tried again later, or put aside."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from nats.aio.msg import Msg

from shared import crashes
from shared.bus.holding import Holding, Stopped
from shared.bus.streams import ACK_WAIT
from shared.errors import Outcome, outcome

log = structlog.get_logger()

DELAYS = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
"""Seconds until the next try, by how often it failed here; the last for ever after."""
PATIENCE = 12
"""Failures here (about half an hour) after which even what might pass is put aside, so that somebody sees it.

Deliveries are no measure of a message: they also count replicas that were killed or paused with it in their hands.
"""
SUSPECT = 5
"""Deliveries after which a message that never failed here is taken by itself: it may kill whoever takes it."""
WORN = 50
"""Deliveries after which a message is put aside at its next failure, and untried if it never failed here."""
GIVE_UP_AFTER = 3
"""Failures in a row which say that the world is not ready, not that the message is bad."""


class Received(Protocol):
    """A message that came in, by whatever way."""

    @property
    def subject(self) -> str: ...
    @property
    def body(self) -> bytes: ...


class Delivery(Received, Protocol):
    """A message as it was delivered this time."""

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


class Unanswered(Exception):
    """It was delivered {deliveries} times, and nobody who took it answered: it may be what ends or blocks them."""

    def __init__(self, deliveries: int) -> None:
        super().__init__((self.__doc__ or "").format(deliveries=deliveries))


Take = Callable[[Sequence[Delivery]], Awaitable[None]]
"""Handles all of a batch, or raises; what it has handled of it by then may come again."""
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


def delay_after(failures: int) -> float:
    """Seconds to wait before the next try."""
    return DELAYS[min(max(failures, 1), len(DELAYS)) - 1]


async def deliver(
    batch: Sequence[Delivery],
    take: Take,
    put_aside: PutAside,
    ack_wait: float = ACK_WAIT,
    holding: Holding | None = None,
    at_once: int = 1000,
) -> None:
    """Have a batch taken, so many at once, and settle each of its messages; one bad message costs only itself.

    While the world is not ready, nothing is settled and the bus is told to wait: that costs no message a delivery.
    """
    hands = _Hands(take, put_aside, holding or Holding())
    suspects = [delivery for delivery in batch if hands.suspects(delivery)]
    others = [delivery for delivery in batch if not hands.suspects(delivery)]
    open_ = [*others, *suspects]
    async with _in_progress(open_, ack_wait / 3):
        try:
            for first in range(0, len(others), at_once):
                await _together(open_, others[first : first + at_once], hands)
            await _one_by_one(open_, hands)
        except Stopped:
            for delivery in open_:
                await settle(delivery.nack(0))


@dataclass(frozen=True, slots=True)
class _Hands:
    """What is done with messages, and by whom it is kept in mind."""

    take: Take
    put_aside: PutAside
    holding: Holding

    def suspects(self, delivery: Delivery) -> bool:
        """Whether it came so often, and never failed here, that it may be what kills whoever takes it."""
        return delivery.deliveries >= SUSPECT and not self.holding.has_failed(delivery)


async def _together(open_: list[Delivery], batch: Sequence[Delivery], hands: _Hands) -> None:
    """Take a batch in one transaction, if it can be; what stays open has to be taken one by one.

    Where one message is at fault, its half is halved again until it is alone: the others are still taken together.
    """
    if len(batch) < 2:
        return
    try:
        await hands.holding.when_ready(lambda: hands.take(tuple(batch)))
    except Stopped:
        raise
    except Exception as error:
        log.info("bus.batch_failed", messages=len(batch), error=type(error).__name__)
        if outcome(error) is Outcome.ASIDE:
            hands.holding.go_on()
            middle = len(batch) // 2
            await _together(open_, batch[:middle], hands)
            await _together(open_, batch[middle:], hands)
        return
    for delivery in batch:
        await _done(delivery, hands)
        open_.remove(delivery)


async def _one_by_one(open_: list[Delivery], hands: _Hands) -> None:
    """Settle each message by itself; when several in a row fail to pass, the others wait without being tried."""
    in_a_row = 0
    while open_:
        hands.holding.go_on()
        delivery = open_[0]
        if in_a_row >= GIVE_UP_AFTER:
            await settle(delivery.nack(min(delay_after(delivery.deliveries), 5.0)))
        else:
            failed = await _take_one(delivery, hands)
            in_a_row = in_a_row + 1 if failed else 0
        open_.remove(delivery)


async def _take_one(delivery: Delivery, hands: _Hands) -> bool:
    """Take one message; True when it has to come again."""
    if hands.suspects(delivery):
        log.warning("bus.suspect", subject=delivery.subject, deliveries=delivery.deliveries)
        if delivery.deliveries >= WORN:
            return await _put_one_aside(delivery, Unanswered(delivery.deliveries), hands)
    try:
        await hands.holding.when_ready(lambda: hands.take((delivery,)))
    except Stopped:
        raise
    except Exception as error:
        failures = hands.holding.failed(delivery)
        if outcome(error) is Outcome.ASIDE or failures >= PATIENCE or delivery.deliveries >= WORN:
            return await _put_one_aside(delivery, error, hands)
        await _later(delivery, error, failures)
        return True
    await _done(delivery, hands)
    return False


async def _done(delivery: Delivery, hands: _Hands) -> None:
    crashes.passing("delivery.before_ack")
    await settle(delivery.ack())
    crashes.passing("delivery.after_ack")
    hands.holding.forget(delivery)


async def _put_one_aside(delivery: Delivery, reason: Exception, hands: _Hands) -> bool:
    try:
        await hands.holding.when_ready(lambda: hands.put_aside(delivery, reason))
    except Stopped:
        raise
    except Exception as error:
        await _later(delivery, error, delivery.deliveries)
        return True
    log.warning("bus.put_aside", subject=delivery.subject, reason=type(reason).__name__)
    await settle(delivery.term())
    hands.holding.forget(delivery)
    return False


async def _later(delivery: Delivery, error: Exception, failures: int) -> None:
    delay = delay_after(failures)
    log.warning(
        "bus.again",
        subject=delivery.subject,
        deliveries=delivery.deliveries,
        delay=delay,
        error=type(error).__name__,
        # Once in full is enough to find the cause.
        exc_info=error if failures == 1 else None,
    )
    await settle(delivery.nack(delay))


async def settle(answer: Awaitable[None]) -> None:
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
                await settle(delivery.in_progress())

    asking = asyncio.create_task(ask())
    try:
        yield
    finally:
        asking.cancel()
