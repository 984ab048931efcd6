"""Pulling batches from a consumer: what waits comes at once, and a lone message does not wait for company."""

import asyncio
import json

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

log = structlog.get_logger()

EXPIRES = 2.0
"""Seconds the server keeps a request for which there is nothing; also the longest silence after a lost one."""
LARGEST_BATCH = 16 * 1024**2
"""Bytes that one batch may hold: many large messages come in several batches."""
HEARTBEAT, NO_RESPONDERS = "100", "503"
GONE = ("Consumer Deleted", "Server Shutdown", "Leadership Change")


class Pull:
    """Asks a durable consumer for batches, one request at a time, each answered on a subject of its own.

    nats-py's own fetch shares one subject between its requests and takes the late end of one for that of the next; then
    it waits out its time-out with messages in hand (nats.py#986). See docs/decisions/0020.
    """

    def __init__(self, client: Client, stream: str, durable: str) -> None:
        self._client = client
        self._consumer = f"{durable} on stream {stream}"
        self._request = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._inbox = client.new_inbox()
        self._pulls = 0
        self._arrived: asyncio.Queue[Msg] = asyncio.Queue()
        self._subscription: Subscription | None = None
        self._is_missing = False

    async def subscribe(self) -> None:
        """Open the inbox; the consumer is neither created nor changed."""
        self._subscription = await self._client.subscribe(
            f"{self._inbox}.*", cb=self._arrived.put, pending_bytes_limit=8 * LARGEST_BATCH
        )

    async def unsubscribe(self) -> None:
        """Close the inbox, and hand back what came but was not handled, so that another replica gets it at once."""
        if self._subscription is not None and not self._client.is_closed:
            await self._subscription.unsubscribe()
        self._subscription = None
        while not self._arrived.empty():
            message = self._arrived.get_nowait()
            if not _status(message) and not self._client.is_closed:
                await message.nak()

    async def next(self, batch: int) -> list[Msg]:
        """Up to `batch` messages: those that wait, else the first that comes; none after EXPIRES seconds."""
        self._pulls += 1
        inbox = f"{self._inbox}.{self._pulls}"
        # no_wait with expires: the server waits for a first message, then sends what there is and ends the request.
        wish = {"batch": batch, "max_bytes": LARGEST_BATCH, "no_wait": True, "expires": int(EXPIRES * 1e9)}
        await self._client.publish(self._request, json.dumps(wish).encode(), reply=inbox)
        return await self._gather(batch, inbox)

    async def _gather(self, batch: int, inbox: str) -> list[Msg]:
        messages: list[Msg] = []
        deadline = asyncio.get_running_loop().time() + EXPIRES + 1.0
        while len(messages) < batch:
            try:
                message = await self._arrival(deadline)
            except TimeoutError:
                break
            status = _status(message)
            if not status:
                messages.append(message)
                self._is_missing = False
            elif status != HEARTBEAT and (message.subject == inbox or messages):
                await self._ended(status, message)
                break
        return messages

    async def _arrival(self, deadline: float) -> Msg:
        if not self._arrived.empty():
            return self._arrived.get_nowait()
        async with asyncio.timeout_at(deadline):
            return await self._arrived.get()

    async def _ended(self, status: str, message: Msg) -> None:
        """Pause where asking again at once would only spin."""
        reason = (message.headers or {}).get("Description", "")
        if status != NO_RESPONDERS and reason not in GONE:
            return
        if not self._is_missing:
            self._is_missing = True
            log.warning(
                "bus.ear_missing", consumer=self._consumer, reason=reason or "the server knows no such consumer"
            )
        await asyncio.sleep(1.0)


def _status(message: Msg) -> str:
    """The status of a word from the server itself; empty for a message, whatever headers its sender gave it."""
    return "" if message.reply else (message.headers or {}).get("Status", "")
