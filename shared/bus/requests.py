"""Answering whoever publishes to INBOUND with a reply subject: at once, in words that JetStream clients take as well.

The stream keeps every message and says nothing (no_ack); its consumer hears the same message again, as a repetition.
See docs/decisions/0021.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from faststream import AckPolicy
from faststream.message import StreamMessage
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from shared.bus.broker import Broker
from shared.bus.streams import stream_of
from shared.errors import NotNow, Outcome, Refused, outcome, problems

log = structlog.get_logger()

LARGEST_BATCH = 500
GIVE_UP_AFTER = 3
BY_IMPORT = "Nats-Request-Info"
"""What the server itself adds to what comes from another account."""
KEPT = "Not handled yet; it is kept and will be tried again"


class Asked:
    """A message whose sender waits for an answer."""

    def __init__(self, client: Client, message: Msg) -> None:
        self._client = client
        self._reply = message.reply
        self.subject: str = message.subject
        self.body: bytes = message.data
        self.headers: Mapping[str, str] = message.headers or {}

    @property
    def is_awaited(self) -> bool:
        """Whether its sender waits for an answer."""
        return may_answer(self._reply)

    async def answer(self, words: Mapping[str, object]) -> None:
        """Say `words` to the sender, who may be a JetStream publisher and then looks for `stream` and `seq`."""
        if not self.is_awaited:
            return
        stored = {"stream": stream_of(self.subject), "seq": 0}
        body = json.dumps(stored | dict(words), default=str, ensure_ascii=False).encode()
        try:
            await self._client.publish(self._reply, body, headers={"Content-Type": "application/json"})
        except NatsError as error:
            log.info("bus.not_answered", error=type(error).__name__)


Answer = Callable[[Sequence[Asked]], Awaitable[Sequence[Mapping[str, object]]]]
"""Handles all of a batch in one transaction and says what to answer to each, or raises and has handled none of it."""


def listen_for_requests(broker: Broker, subject: str, service: str, answer: Answer) -> None:
    """From the broker's start to its stop, answer messages on `subject` with a reply subject; replicas share them.

    What `answer` returns is said with `status` 200 and `accepted` true, if it does not say otherwise; what it raises is
    said as a refusal. What comes without a reply subject is left to the stream's consumer, unless its headers may keep
    the stream from taking it.
    """
    desk = _Desk(answer)

    async def hear(message: Any) -> None:
        if may_answer(message.reply) or may_not_be_kept(message.headers or {}):
            desk.put(Asked(broker.client, message))

    hear.__name__ = f"{service}_answers"
    broker.subscriber(subject, queue=service, no_reply=True, ack_policy=AckPolicy.MANUAL, decoder=_raw)(hear)


def may_answer(reply: str) -> bool:
    """Whether it is somebody's inbox: a sender could also name a stream of ours, or the server's own API."""
    return reply.startswith("_")


def may_not_be_kept(headers: Mapping[str, str]) -> bool:
    """Whether the stream may refuse a message for its headers, or take it for another's: then only we hear of it."""
    return any(name.lower().startswith("nats-") and name != BY_IMPORT for name in headers)


class _Desk:
    """Requests that came while others are handled are handled together."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._waiting: list[Asked] = []
        self._at_work: asyncio.Task[None] | None = None

    def put(self, asked: Asked) -> None:
        self._waiting.append(asked)
        if self._at_work is None or self._at_work.done():
            self._at_work = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:LARGEST_BATCH], self._waiting[LARGEST_BATCH:]
            await answer_all(batch, self._answer)


async def answer_all(batch: Sequence[Asked], answer: Answer) -> None:
    """Have a batch handled and answer each of its senders; one bad message costs only itself."""
    if len(batch) > 1:
        error = await _answered(batch, answer)
        if error is None:
            return
        if isinstance(error, NotNow):
            for asked in batch:
                await asked.answer(refusal(error))
            return
    failures = 0
    for asked in batch:
        # When several fail in a row, the world is not ready, and their senders will not wait for us to find out again.
        if failures < GIVE_UP_AFTER:
            error = await _answered((asked,), answer)
            failures = failures + 1 if error and outcome(error) is Outcome.AGAIN else 0
        if error:
            await asked.answer(refusal(error))


async def _answered(batch: Sequence[Asked], answer: Answer) -> Exception | None:
    """Handle a batch and say what became of it; the error it met, with nothing said, if it met one."""
    try:
        answers = list(zip(batch, await answer(batch), strict=True))
    except Exception as error:
        return error
    for asked, words in answers:
        await asked.answer({"accepted": True, "status": 200} | dict(words))
    return None


def refusal(error: Exception) -> dict[str, object]:
    """What the sender is told: what was wrong and where, or that it was kept and will be tried again."""
    if isinstance(error, NotNow):
        log.warning("bus.request_waits", reason=error.reason)
        return {"accepted": False, "status": error.status, "title": KEPT, "detail": error.reason}
    if outcome(error) is Outcome.AGAIN:
        log.warning("bus.request_waits", error=type(error).__name__, exc_info=error)
        return {"accepted": False, "status": 503, "title": KEPT}
    return {
        "accepted": False,
        "status": error.status if isinstance(error, Refused) else 422,
        "title": error.title if isinstance(error, Refused) else "Refused",
        "detail": str(error),
        "problems": [{"field": problem.field, "reason": problem.reason} for problem in problems(error)],
    }


async def _raw(message: StreamMessage[Any]) -> Any:
    return message.raw_message
