"""A bus that drops, doubles, delays, reorders and forgets: one stream, and the ears of those who listen to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from nats.js.api import PubAck
from nats.js.errors import APIError

from shared.bus.streams import ENGAGEMENT, Ear, stream_of

Answer = Literal["heard", "lost", "never stored", "one by one"]
"""What becomes of what a postman brings, and of the answer to it."""
REFUSED = {"code": 400, "err_code": 10176, "description": "batch publish is not enabled"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A message in the stream."""

    subject: str
    body: bytes
    postmark: str


@dataclass
class Bus:
    """The stream of facts, and which of its messages each ear has still to take."""

    ears: Mapping[str, Ear]
    kept: list[Kept] = field(default_factory=list)
    open: dict[str, list[Kept]] = field(default_factory=dict)
    """By ear: what was said to it and not settled."""
    answer: Answer = "heard"
    """To what is published from now on."""
    tells: bool = True
    """Whether it hears that a message was settled."""
    poison: set[bytes] = field(default_factory=set)
    """What strangers said."""
    _recognised: set[str] = field(default_factory=set)

    def store(self, subject: str, body: bytes, postmark: str) -> bool:
        """Keep a message; False for one that it recognises."""
        if postmark in self._recognised:
            return False
        self._recognised.add(postmark)
        if stream_of(subject) == ENGAGEMENT:
            message = Kept(subject, body, postmark)
            self.kept.append(message)
            for ear in self.ears.values():
                if ear.hears(subject):
                    self.open.setdefault(ear.service, []).append(message)
        return True

    def recognises(self, postmark: str) -> bool:
        """Whether this came before; a batch with such a message is refused whole."""
        return postmark in self._recognised

    def forget(self, most: int) -> None:
        """Lose the last messages as if they had never come, though it would still recognise them."""
        lost = self.kept[-most:]
        del self.kept[-most:]
        for service, messages in self.open.items():
            self.open[service] = [message for message in messages if message not in lost]

    def forget_postmarks(self) -> None:
        """Take for new what it has already."""
        self._recognised.clear()

    def begin_again(self, service: str) -> None:
        """Let an ear hear everything once more."""
        ear = self.ears[service]
        self.open[service] = [message for message in self.kept if ear.hears(message.subject)]

    def deliveries(self, service: str, messages: Sequence[Kept]) -> "list[Delivered]":
        """These messages, as one delivery each."""
        return [Delivered(self, service, message) for message in messages]

    def settled(self, service: str, message: Kept) -> None:
        """Hear that a message need not come again, unless that is lost on the way."""
        if self.tells and message in self.open.get(service, ()):
            self.open[service].remove(message)


@dataclass(frozen=True)
class Delivered:
    """A message as an ear gets it."""

    bus: Bus
    service: str
    message: Kept
    headers: Mapping[str, str] = field(default_factory=dict)
    deliveries: int = 2
    sequence: int = 0

    @property
    def subject(self) -> str:
        return self.message.subject

    @property
    def body(self) -> bytes:
        return self.message.body

    async def ack(self) -> None:
        self.bus.settled(self.service, self.message)

    async def nack(self, delay: float) -> None:
        """It comes again; here, whenever the simulation likes."""

    async def term(self) -> None:
        self.bus.settled(self.service, self.message)

    async def in_progress(self) -> None:
        """Nobody is in a hurry."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a server says to a request."""

    data: bytes


class Connection:
    """The bus as a postman sees it: as much of a client of NATS as publishing needs."""

    is_connected = True

    def __init__(self, bus: Bus) -> None:
        self.client: Any = self
        self.stats = {"reconnects": 0}
        self._bus = bus
        self._pieces: list[tuple[str, bytes, str]] = []

    async def publish(self, subject: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Take a part of a batch."""
        self._pieces.append((subject, body, headers["Nats-Msg-Id"]))

    async def request(self, subject: str, body: bytes, headers: Mapping[str, str], **_more: float) -> Answered:
        """Take the last part of a batch: all of it is stored, or nothing."""
        pieces, self._pieces = [*self._pieces, (subject, body, headers["Nats-Msg-Id"])], []
        if self._bus.answer == "one by one" or any(self._bus.recognises(postmark) for _, _, postmark in pieces):
            return Answered(json.dumps({"error": REFUSED}).encode())
        self._lose("never stored")
        for piece in pieces:
            self._bus.store(*piece)
        self._lose("lost")
        return Answered(json.dumps({"count": len(pieces)}).encode())

    def jetstream(self, timeout: float) -> "OneByOne":
        """The way to publish a message alone."""
        return OneByOne(self._bus, self._lose)

    def _lose(self, what: Answer) -> None:
        if self._bus.answer == what:
            raise TimeoutError


@dataclass
class OneByOne:
    """Publishing each message by itself: every other one is refused while the bus is in such a mood."""

    bus: Bus
    lose: Any
    brought: int = 0

    async def publish(self, subject: str, body: bytes, stream: str, headers: Mapping[str, str]) -> PubAck:
        self.brought += 1
        if self.bus.answer == "one by one" and self.brought % 2 == 0:
            raise APIError(code=503, description="insufficient resources")
        self.lose("never stored")
        is_new = self.bus.store(subject, body, headers["Nats-Msg-Id"])
        self.lose("lost")
        return PubAck(stream=stream, seq=1, duplicate=not is_new)
