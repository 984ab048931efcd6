"""NATS message schedules: the server itself publishes each message when its time has come (ADR-51)."""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from nats.aio.msg import Msg

from benchmarks.ground import CLOCK, Ground, Place

STREAM = "TIMED"
AT_ONCE = 500
MONTH = timedelta(days=30)


class Schedules:
    """A stream in which so many schedules wait for next month."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._js = place.client.jetstream(timeout=60)

    @classmethod
    async def begin(cls, ground: Ground, pending: int) -> "Schedules":
        """Make the stream, and fill it."""
        place = await ground.place("schedules")
        wanted = {"name": STREAM, "subjects": ["timed.>", "fired.>"], "storage": "file", "allow_msg_schedules": True}
        answer = await place.client.request(f"$JS.API.STREAM.CREATE.{STREAM}", json.dumps(wanted).encode(), timeout=15)
        if error := json.loads(answer.data).get("error"):
            raise RuntimeError(f"the server makes no stream with schedules: {error}")
        made = cls(place)
        await made._publish("later", [CLOCK.now() + MONTH] * pending)
        return made

    async def late(self, name: str, count: int, rate: float, lead: float) -> list[float]:
        """By how many milliseconds each was late that fell due, so many a second."""
        first = CLOCK.now() + timedelta(seconds=lead)
        moments = [first + timedelta(seconds=number / rate) for number in range(count)]
        seen: dict[int, float] = {}
        all_seen = asyncio.Event()

        async def hear(message: Msg) -> None:
            seen[int(message.subject.rpartition(".")[2])] = time.time()
            if len(seen) == count:
                all_seen.set()

        # What the server itself puts into a stream is heard by consumers of the stream alone.
        subscription = await self._js.subscribe(f"fired.{name}.*", stream=STREAM, cb=hear, ordered_consumer=True)
        await self._publish(name, moments)
        async with asyncio.timeout(600):
            await all_seen.wait()
        await subscription.unsubscribe()
        return [(seen[number] - moment.timestamp()) * 1000 for number, moment in enumerate(moments)]

    async def _publish(self, name: str, moments: Sequence[datetime]) -> None:
        for start in range(0, len(moments), AT_ONCE):
            some = enumerate(moments[start : start + AT_ONCE], start)
            await asyncio.gather(*(self._schedule(name, number, moment) for number, moment in some))

    async def _schedule(self, name: str, number: int, moment: datetime) -> None:
        at = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        headers = {"Nats-Schedule": f"@at {at}", "Nats-Schedule-Target": f"fired.{name}.{number}"}
        await self._js.publish(f"timed.{name}.{number}", b"{}", headers=headers)
