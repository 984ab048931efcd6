"""Back-pressure: the producers speak slowly while some service has much to hear."""

import asyncio
import contextlib

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError

from benchmarks.faults.hearing import EARS, unheard
from benchmarks.faults.voice import Pace

BACKLOG = 800
"""Facts that may wait for one service at full pace. A machine that is slower than the load, for whatever reason, would
else fall behind for ever, and the run would measure nothing but that."""
TRICKLE = 2.0
"""Commands a second until the backlog is gone."""


async def ease(bus: Client, pace: Pace, over: asyncio.Event) -> None:
    """Look every second how much waits to be heard, until the run is over; a bus that is away tells nothing."""
    js = bus.jetstream(timeout=2)
    while not over.is_set():
        with contextlib.suppress(NatsError, JetStreamError, OSError, TimeoutError):
            waiting = max([(await unheard(js, service)).all for service in EARS])
            pace.rate = pace.aim if waiting < BACKLOG else min(pace.aim, TRICKLE)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), 1)
