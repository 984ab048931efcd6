"""One service asks another: named questions on `ask.<service>.<what>`, answered at once or not at all.

Nothing of it is kept by a stream: what may never be on one, like the names of people, goes this way.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from faststream import AckPolicy
from faststream.message import StreamMessage
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import ValidationError

from shared.bus.broker import Broker
from shared.bus.requests import may_answer
from shared.errors import Malformed, NotNow, Problem, Refused, problems
from shared.events import strict_json
from shared.events.complaints import complaints, malformed

log = structlog.get_logger()

WITHIN = 1.0
"""Seconds that an answer may take: somebody looks at a page meanwhile, or a sign-in waits."""
LARGEST = 262_144
"""The most bytes of a question and of an answer."""

Words = Mapping[str, Any]
Answer = Callable[[Words], Awaitable[Words]]
"""Answers one question; what it refuses is told as a refusal."""


class Unanswered(NotNow):
    """{reason} Nothing was recorded; try again."""


class TurnedDown(Malformed):
    """{reason}"""

    def __init__(self, status: int, title: str, told: tuple[Problem, ...], reason: str) -> None:
        super().__init__(reason, problems=told)
        # As whoever was asked means it: what is not known there is not known here either.
        self.status, self.title = status, title  # type: ignore[misc]


def subject_of(service: str, what: str) -> str:
    """Where a question is put."""
    return f"ask.{service}.{what}"


async def ask(client: Client | None, service: str, what: str, question: Words, within: float = WITHIN) -> Words:
    """Put a question to a service. Raises Unanswered where nobody answers in time, TurnedDown where it is refused."""
    if client is None or not client.is_connected:
        raise Unanswered(f"The bus is away, so {service} could not be asked for {what}.")
    body = json.dumps(question, ensure_ascii=False).encode()
    try:
        answer = await client.request(subject_of(service, what), body, timeout=within)
    except (NatsError, TimeoutError, OSError) as error:
        raise Unanswered(f"The service {service} did not answer when it was asked for {what}.") from error
    return _read(answer, service, what)


def answer_questions(broker: Broker, service: str, what: str, answer: Answer) -> None:
    """From the broker's start to its stop, answer what is asked of a service; its replicas share the questions."""

    async def hear(message: Msg) -> None:
        if may_answer(message.reply):
            await _say(broker.client, message, await _answered(message.data, answer, service, what))

    hear.__name__ = f"{service}_is_asked_{what}"
    subject = subject_of(service, what)
    broker.subscriber(subject, queue=service, no_reply=True, ack_policy=AckPolicy.MANUAL, decoder=raw)(hear)


async def _answered(body: bytes, answer: Answer, service: str, what: str) -> bytes:
    """The answer as it goes over the wire; of what broke no more is told or logged than its kind."""
    try:
        told: Words = {"answer": await answer(strict_json.read(body, LARGEST))}
    except (Refused, NotNow) as error:
        told = {"refused": refusal(error)}
    except ValidationError as error:
        told = {"refused": refusal(malformed(complaints(error.errors(include_url=False, include_input=False))))}
    except Exception as error:
        log.error("question_failed", service=service, what=what, error=type(error).__name__)
        told = {"refused": refusal(NotNow(f"Something broke in {service}."))}
    words = json.dumps(told, ensure_ascii=False, default=str).encode()
    if len(words) > LARGEST:
        return json.dumps({"refused": refusal(NotNow("The answer is too long; ask for less at once."))}).encode()
    return words


def refusal(error: Refused | NotNow) -> dict[str, object]:
    """What was wrong, where, and what kind of refusal it is."""
    told = [{"field": problem.field, "reason": problem.reason} for problem in problems(error)]
    return {"status": error.status, "title": error.title, "detail": str(error), "problems": told}


async def _say(client: Client, message: Msg, words: bytes) -> None:
    try:
        await client.publish(message.reply, words, headers={"Content-Type": "application/json"})
    except NatsError as error:
        log.info("bus.not_answered", error=type(error).__name__)


def _read(message: Msg, service: str, what: str) -> Words:
    try:
        told = strict_json.read(message.data, LARGEST)
        if "answer" in told:
            return dict(told["answer"])
        refused = told["refused"]
        found = tuple(Problem(str(one["field"]), str(one["reason"])) for one in refused["problems"])
        status, title, detail = int(refused["status"]), str(refused["title"]), str(refused["detail"])
    except (Refused, KeyError, TypeError, ValueError) as error:
        raise Unanswered(f"The service {service} gave no answer that can be read when asked for {what}.") from error
    if status == NotNow.status:
        raise Unanswered(f"The service {service} cannot tell {what} now.")
    raise TurnedDown(status, title, found, detail)


async def raw(message: StreamMessage[Any]) -> Any:
    """The message itself, whatever its sender calls its body."""
    return message.raw_message
