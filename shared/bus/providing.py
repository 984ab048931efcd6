"""Who makes streams: a service itself on a bus without accounts, else whoever administers it for a moment."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from nats.aio.client import Client
from nats.js.errors import ServiceUnavailableError

from shared.bus import outcomes, telling
from shared.bus.accounts.keyring import Keyring
from shared.bus.accounts.members import Kind
from shared.bus.broker import Broker
from shared.bus.streams import Ear, provision
from shared.settings import Settings

PATIENCE = 30.0
"""Seconds that a bus gets to be ready for being asked for its streams."""
Administrator = Callable[[], AbstractAsyncContextManager[Client]]
"""Opens a connection that may make streams, for as long as that takes."""


class NotSetUp(Exception):
    """The streams of this bus are not as they should be ({lacking}), and services may not change them. Run
    `throughline bus setup` with the bus's administrator key; the services then go on by themselves.
    """

    def __init__(self, lacking: Sequence[str]) -> None:
        super().__init__(" ".join((self.__doc__ or "").format(lacking="; ".join(lacking)).split()))


@dataclass(frozen=True)
class Providing:
    """Has the streams made that lack, and makes the ears that a service looks after."""

    broker: Broker
    ears: Callable[[], Sequence[Ear]]
    replicas: int
    ack_wait: float
    administrator: Administrator | None

    async def __call__(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    return await self._provide()
                except ServiceUnavailableError:
                    # While a server reads accounts anew, an account is without JetStream for a moment.
                    await asyncio.sleep(0.1)

    async def _provide(self) -> None:
        if self.broker.key is not None:
            await self._see_to_streams()
        await provision(self.broker.client, self.ears(), self.replicas, self.ack_wait)

    async def _see_to_streams(self) -> None:
        """Of itself, no service may make or change a stream."""
        lacking = await provision(self.broker.client, (), self.replicas, only_look=True)
        if lacking and self.administrator is None:
            raise NotSetUp(lacking)
        if lacking and self.administrator is not None:
            async with self.administrator() as client:
                await provision(client, (), self.replicas)


def ears_of_others(keyring: Keyring) -> list[Ear]:
    """The durable consumers of all evaluators and trackers that are known on a bus."""
    ways = {Kind.EVALUATOR: outcomes.ear_of, Kind.TRACKER: telling.ear_of}
    return [ways[one.kind](one.name) for one in keyring.members() if one.kind in ways]


def providing(broker: Broker, ear: Ear, settings: Settings, administrator: Administrator | None) -> Providing:
    """What a service needs: its own ear; and where accounts are kept, evaluation those of evaluators and trackers."""
    keyring = Keyring(settings.bus)

    def ears() -> list[Ear]:
        return [ear, *(ears_of_others(keyring) if ear.service == outcomes.SPEAKER else ())]

    return Providing(broker, ears, settings.replicas, settings.ack_wait, administrator)
