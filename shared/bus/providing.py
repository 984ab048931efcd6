"""Who makes streams: a service itself on a bus without accounts, else whoever administers it for a moment."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from time import monotonic

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

from shared.bus import outcomes, telling
from shared.bus.accounts.keyring import Keyring
from shared.bus.accounts.members import Kind
from shared.bus.broker import Broker
from shared.bus.lanes import divided
from shared.bus.streams import Ear, provision
from shared.settings import Settings

log = structlog.get_logger()

PATIENCE = 60.0
"""Seconds that a bus gets to be ready for being asked for its streams."""
LONG_PATIENCE = 600.0
"""The same for a server of our own: on a machine that has much else to do, it is slow, but it is there."""
FIRST_WAIT, LONGEST_WAIT = 2.0, 60.0
"""Seconds in which one request is to be answered; at each further try it gets twice as long."""
Administrator = Callable[[], AbstractAsyncContextManager[Client]]
"""Opens a connection that may make streams, for as long as that takes."""


class NotSetUp(Exception):
    """The streams of this bus are not as they should be ({lacking}), and services may not change them. Run
    `throughline bus setup` with the bus's administrator key; the services then go on by themselves.
    """

    def __init__(self, lacking: Sequence[str]) -> None:
        super().__init__(" ".join((self.__doc__ or "").format(lacking="; ".join(lacking)).split()))


class BusUnready(Exception):
    """The bus is there, but its streams cannot be made: {reason}. Its log may tell more, and the next start goes on
    from here.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(" ".join((self.__doc__ or "").format(reason=reason).split()))


@dataclass(frozen=True)
class Providing:
    """Has the streams made that lack, and makes the ears that a service looks after."""

    broker: Broker
    ears: Callable[[], Sequence[Ear]]
    replicas: int
    ack_wait: float
    administrator: Administrator | None

    async def __call__(self) -> None:
        """Raises what time does not mend: NotSetUp, BusDiffers, and BusUnready once no time is left.

        All else is tried again: a request may be lost while a server reads accounts anew, or outlast its time on a slow
        disk, and to make a stream again that is there changes nothing.
        """
        patience = LONG_PATIENCE if self.administrator else PATIENCE
        deadline, wait = monotonic() + patience, FIRST_WAIT
        denied = self.broker.troubles.denied
        while True:
            try:
                return await self._provide(wait)
            except (NatsError, OSError) as error:
                reason = str(error) or type(error).__name__
                if self.broker.troubles.denied > denied:
                    raise BusUnready(self.broker.troubles.last) from error
                if monotonic() > deadline:
                    raise BusUnready(reason) from error
            log.info("bus.not_ready_yet", reason=reason)
            wait = min(2 * wait, LONGEST_WAIT)
            await asyncio.sleep(0.1)

    async def _provide(self, within: float) -> None:
        if self.broker.key is not None:
            await self._see_to_streams(within)
        await provision(self.broker.client, self.ears(), self.replicas, self.ack_wait, within=within)

    async def _see_to_streams(self, within: float) -> None:
        """Of itself, no service may make or change a stream."""
        lacking = await provision(self.broker.client, (), self.replicas, only_look=True, within=within)
        if lacking and self.administrator is None:
            raise NotSetUp(lacking)
        if lacking and self.administrator is not None:
            async with self.administrator() as client:
                await provision(client, (), self.replicas, within=within)


def ears_of_others(keyring: Keyring) -> list[Ear]:
    """The durable consumers of all evaluators and trackers that are known on a bus."""
    ways = {Kind.EVALUATOR: outcomes.ear_of, Kind.TRACKER: telling.ear_of}
    return [ways[one.kind](one.name) for one in keyring.members() if one.kind in ways]


def providing(broker: Broker, ear: Ear, settings: Settings, administrator: Administrator | None) -> Providing:
    """What a service needs: its own ear; and where accounts are kept, evaluation those of evaluators and trackers."""
    keyring = Keyring(settings.bus)

    def ears() -> list[Ear]:
        return [*divided(ear, settings.lanes), *(ears_of_others(keyring) if ear.service == outcomes.SPEAKER else ())]

    return Providing(broker, ears, settings.replicas, settings.ack_wait, administrator)
