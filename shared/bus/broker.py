"""The broker of a service: FastStream on NATS; it never gives up on its server, nor trusts a sender's content type."""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import structlog
from faststream.message import StreamMessage
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.errors import Error as NatsError

from shared.bus.connecting import Key, connect
from shared.bus.leaving import keep_asking

log = structlog.get_logger()

WARNING = 30
RECONNECT_WAIT = 1
"""Seconds between two attempts to reach the server again."""
PING_EVERY = 5
UNANSWERED = 2
"""Pings without an answer after which another server is looked for: 15 s in all, as long as a publish waits. Of itself
nats-py stays for 4 to 6 minutes with a server that was paused or cut off."""


@dataclass
class Troubles:
    """What the server or the connection complained of since the start, for health pages."""

    denied: int = 0
    """Permission violations: the publisher itself only sees a time-out."""
    others: int = 0
    last: str = ""
    came_back: Callable[[], None] = lambda: None
    """Called when the connection is there again after it broke."""

    async def back(self) -> None:
        """Tell whoever wants to know that the server is there again; the connection's reconnected callback."""
        self.came_back()

    async def note(self, error: Exception) -> None:
        """Count and log a complaint; the connection's error callback."""
        self.last = str(error) or type(error).__name__
        if "permissions violation" in self.last.lower():
            self.denied += 1
            log.error("bus.permission_denied", reason=self.last, times=self.denied)
        else:
            self.others += 1
            log.warning("bus.trouble", reason=self.last)


class Broker(NatsBroker):
    """A FastStream broker that listens when its start returns, and also stops when its server is away."""

    troubles: Troubles
    key: Key | None = None
    """By what it is known, on a bus that asks for it."""
    _asking: "asyncio.Task[None] | None" = None

    @property
    def client(self) -> Client:
        """The connection itself; only after the broker was started or connected."""
        connection: Client = self.config.connection_state.connection
        return connection

    async def _connect(self) -> Client:
        told = dict(self._connection_kwargs)
        connection = await connect(told.pop("servers"), self.key, **told)
        # FastStream ends the attempts to come back at the first refusal, but that may be of a server that has not read
        # a new key yet, or has no room. Before the first connection it is right to.
        connection._error_cb = self.troubles.note
        self.config.connect(connection)
        return connection

    async def start(self) -> None:
        await super().start()
        # Until the server has read our subscriptions, who asks gets no answer. nats-py sends the PING of a flush ahead
        # of what it has buffered; only that of a second one comes after our subscriptions.
        await self.client.flush()
        await self.client.flush()
        self._asking = asyncio.create_task(keep_asking(self.client), name="is the bus well")

    async def stop(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> None:
        client = self._connection
        if self._asking is not None:
            self._asking.cancel()
        try:
            await super().stop(exc_type, exc_val, exc_tb)
        except (NatsError, ExceptionGroup) as error:
            # A connection that is down cannot be drained, and would go on trying to come back.
            log.info("bus.stopped_while_away", error=type(error).__name__)
            if client is not None:
                await client.close()
            self._connection = None
            self.config.disconnect()


def make_broker(urls: str | Iterable[str], name: str, key: Key | None = None) -> Broker:
    """A broker for the service `name`; it connects when it is started, and waits for a server that is not there yet."""
    troubles = Troubles()
    broker = Broker(
        urls.split(",") if isinstance(urls, str) else urls,
        name=name,
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_WAIT,
        ping_interval=PING_EVERY,
        max_outstanding_pings=UNANSWERED,
        error_cb=troubles.note,
        reconnected_cb=troubles.back,
        decoder=_as_sent,
        apply_types=False,
        logger=_Warnings(),
        description=f"Throughline, {name}",
    )
    broker.troubles, broker.key = troubles, key
    return broker


def without_secrets(urls: str) -> str:
    """URLs as they may be shown and logged."""
    return re.sub(r"//[^/,@]*@", "//", urls)


async def _as_sent(message: StreamMessage[Any]) -> Any:
    """The body as it came: FastStream would decode it by what the sender calls it."""
    return message.body


class _Warnings:
    """FastStream's words, from warnings up: it would log each message twice."""

    def log(self, level: int, msg: Any, /, *, exc_info: Any = None, extra: Mapping[str, Any] | None = None) -> None:
        if level >= WARNING:
            log.log(level, "bus.faststream", said=str(msg), exc_info=exc_info, **(extra or {}))
