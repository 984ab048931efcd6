"""How a service hears: one FastStream subscriber an ear, which gives whole batches to our own delivery."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, cast

import structlog
from faststream import AckPolicy
from faststream.message import StreamMessage
from faststream.nats import JStream, PullSub
from faststream.nats.subscriber.usecases import BatchPullStreamSubscriber
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig

from shared.bus.broker import Broker
from shared.bus.delivery import Heard, PutAside, Take, deliver, settle
from shared.bus.dividing import Turn
from shared.bus.holding import Holding
from shared.bus.lanes import lane_of
from shared.bus.pulling import Pull
from shared.bus.streams import ACK_WAIT, Ear

log = structlog.get_logger()

MOST = 4000
"""Messages that are pulled at once: of those in all lanes, most are not to be heard here."""


def listen(
    broker: Broker,
    ear: Ear,
    take: Take,
    put_aside: PutAside,
    batch: int = 500,
    ack_wait: float = ACK_WAIT,
    turn: Turn | None = None,
) -> None:
    """From the broker's start to its stop, have `take` handle what `ear` hears, at most `batch` messages at a time.

    The ear must have been provisioned; listening neither creates nor changes streams and consumers. A lane is heard
    only while it is our turn.
    """
    holding = Holding()

    async def hear(messages: list[Any]) -> None:
        ours = await _in_our_lane(ear, [Heard(message) for message in messages])
        await deliver(ours, take, put_aside, ack_wait, holding, batch)

    hear.__name__ = f"{ear.durable}_hears_{ear.stream.lower()}"
    subscriber = broker.subscriber(
        config=ConsumerConfig(filter_subjects=ear.given),
        stream=JStream(ear.stream, declare=False),
        durable=ear.durable,
        pull_sub=PullSub(batch=True, batch_size=min(batch * ear.lanes, MOST)),
        ack_policy=AckPolicy.MANUAL,
        no_reply=True,
        decoder=_raw,
        description=str(ear),
    )
    # FastStream has no place to say which class it makes; the object is the same, only its way to pull is ours.
    subscriber.__class__ = _Listener
    listener = cast("_Listener", subscriber)
    listener.holding, listener.turn = holding, turn
    subscriber(hear)


async def _in_our_lane(ear: Ear, batch: Sequence[Heard]) -> list[Heard]:
    """What is to be heard in this lane: the rest is of other lanes, or of its own service."""
    if ear.lanes == 1:
        return list(batch)
    ours = []
    for delivery in batch:
        if ear.is_own(delivery.subject) or lane_of(delivery.subject, delivery.body, ear.lanes) != ear.lane:
            await settle(delivery.ack())
        else:
            ours.append(delivery)
    return ours


class _Listener(BatchPullStreamSubscriber):
    """FastStream's subscriber with another way to pull: its own waits for a full batch or its time-out, always."""

    __slots__ = ()
    holding: Holding
    turn: Turn | None

    async def stop(self) -> None:
        """Finish what is under way, but do not wait for a world that is not ready."""
        self.holding.stop()
        await super().stop()

    async def _create_subscription(self) -> None:
        if self.subscription is not None:
            return
        pull = Pull(self.connection, self.extra_options["stream"], self.extra_options["durable"])
        await pull.subscribe()
        self.subscription: Any = pull
        self.add_task(self._consume_pull)

    async def _consume_pull(self) -> None:
        while self.running:
            async with self.turn.held() if self.turn else nullcontext():
                await self._consume_once(self.subscription)

    async def _consume_once(self, pull: Pull) -> None:
        try:
            messages = await pull.next(self.pull_sub.batch_size)
        except NatsError as error:
            log.warning("bus.pull_failed", error=type(error).__name__)
            await asyncio.sleep(1.0)
            return
        if messages:
            await self.consume(messages)


async def _raw(message: StreamMessage[Any]) -> Any:
    return message.raw_message
