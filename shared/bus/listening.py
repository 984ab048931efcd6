"""How a service hears: one FastStream subscriber an ear, which gives whole batches to our own delivery."""

import asyncio
from typing import Any, cast

import structlog
from faststream import AckPolicy
from faststream.message import StreamMessage
from faststream.nats import JStream, PullSub
from faststream.nats.subscriber.usecases import BatchPullStreamSubscriber
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig

from shared.bus.broker import Broker
from shared.bus.delivery import Heard, PutAside, Take, deliver
from shared.bus.holding import Holding
from shared.bus.pulling import Pull
from shared.bus.streams import ACK_WAIT, Ear

log = structlog.get_logger()


def listen(
    broker: Broker, ear: Ear, take: Take, put_aside: PutAside, batch: int = 500, ack_wait: float = ACK_WAIT
) -> None:
    """From the broker's start to its stop, have `take` handle what `ear` hears, at most `batch` messages at a time.

    The ear must have been provisioned; listening neither creates nor changes streams and consumers.
    """
    holding = Holding()

    async def hear(messages: list[Any]) -> None:
        await deliver([Heard(message) for message in messages], take, put_aside, ack_wait, holding)

    hear.__name__ = f"{ear.service}_hears_{ear.stream.lower()}"
    subscriber = broker.subscriber(
        config=ConsumerConfig(filter_subjects=sorted(ear.subjects)),
        stream=JStream(ear.stream, declare=False),
        durable=ear.service,
        pull_sub=PullSub(batch=True, batch_size=batch),
        ack_policy=AckPolicy.MANUAL,
        no_reply=True,
        decoder=_raw,
        description=str(ear),
    )
    # FastStream has no place to say which class it makes; the object is the same, only its way to pull is ours.
    subscriber.__class__ = _Listener
    cast("_Listener", subscriber).holding = holding
    subscriber(hear)


class _Listener(BatchPullStreamSubscriber):
    """FastStream's subscriber with another way to pull: its own waits for a full batch or its time-out, always."""

    __slots__ = ()
    holding: Holding

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
        pull = self.subscription
        while self.running:
            try:
                messages = await pull.next(self.pull_sub.batch_size)
            except NatsError as error:
                log.warning("bus.pull_failed", error=type(error).__name__)
                await asyncio.sleep(1.0)
                continue
            if messages:
                await self.consume(messages)


async def _raw(message: StreamMessage[Any]) -> Any:
    return message.raw_message
