"""What evaluators get: a copy of every outcome and verdict, in a stream that holds nothing else and each but once."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from nats.aio.client import Client
from nats.js.errors import APIError

from shared.bus.publishing import Message, publish_one
from shared.bus.streams import OUTCOMES, Ear
from shared.events import wire
from shared.events.outward import outward

SPEAKER = "evaluation"
SAID = ("outcome_recorded", "goal_assessed", "fact_retracted")
"""What is copied: none of it names a person. A retraction may be of something else; then it means nothing here."""
ON = tuple(f"eng.{SPEAKER}.{said}." for said in SAID)
"""With what the subjects begin on which that is said."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
STANDS_THERE = 10077
"""The server's word for: this subject has its one message."""


class Identified(Message, Protocol):
    """A message with the id of the fact that it tells."""

    @property
    def id(self) -> str: ...


M = TypeVar("M", bound=Identified)


def ear_of(evaluator: str) -> Ear:
    """The durable consumer of an evaluator, named for it."""
    return Ear(evaluator, OUTCOMES, ("outcomes.>",))


def subject_of(message: Identified) -> str:
    """Where the copy stands: `outcomes.<event>.<version>.<engagement>.<id>`; empty for what is not copied."""
    if not message.subject.startswith(ON):
        return ""
    # An id that came with a fact may have letters that no subject may have.
    mark = message.id if TOKEN.fullmatch(message.id) else hashlib.sha256(message.id.encode()).hexdigest()[:32]
    return f"outcomes.{message.subject.removeprefix(f'eng.{SPEAKER}.')}.{mark}"


async def copy(client: Client, stored: Sequence[M]) -> tuple[Sequence[M], Exception | None]:
    """Copy what evaluators get of this; tells which of it needs nothing more, and why the rest does.

    One after another: evaluators read it in this order.
    """
    for place, message in enumerate(stored):
        subject = subject_of(message)
        try:
            if subject:
                told = replace(message, subject=subject, body=_outward(message))  # type: ignore[type-var]
                await publish_one(client.jetstream(timeout=15), OUTCOMES, told)
        except APIError as error:
            if error.err_code != STANDS_THERE:
                return stored[:place], error
        except Exception as error:  # whatever it is, it is unknown whether it was stored
            return stored[:place], error
    return stored, None


def _outward(message: Identified) -> bytes:
    """What evaluators get to read of it: all but the reason for which something was taken back."""
    if ".fact_retracted." not in message.subject:
        return message.body
    return wire.encode(outward(wire.decode(message.body)))
