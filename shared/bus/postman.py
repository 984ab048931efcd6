"""The postman: carries what a service committed to its outbox to the bus; nothing is lost, at worst said twice."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog
from nats.aio.client import Client
from nats.errors import ConnectionReconnectingError

from shared.bus.ending import ended
from shared.bus.outcomes import copy
from shared.bus.publishing import publish
from shared.bus.streams import stream_of
from shared.crashes import passing

log = structlog.get_logger()

T = TypeVar("T")

LOOK = 5.0
"""Seconds after which the postman looks into the outbox although nobody called."""
REST, LONGEST_UNSETTLED = 0.05, 0.5
"""Seconds without a letter after which it is settled what the bus has; and the longest that this is put off."""
HELD = 0.1
"""Seconds after which it looks again where another postman seems to hold what waits."""
LONGEST_PAUSE = 5.0
FIRST_PAUSE = 0.2
BUNDLE = 500
BUNDLE_BYTES = 4 * 1024**2


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to say: `seq` orders the outbox."""

    seq: int
    id: str
    subject: str
    body: bytes
    again: int = 0
    """How often the bus had lost it."""

    @property
    def postmark(self) -> str:
        """By which the bus recognises a repetition; another one for what it lost, which it might still recognise."""
        return f"{self.id}.{self.again}" if self.again else self.id


class Claim(Protocol):
    """Letters that no other replica's postman carries meanwhile."""

    @property
    def letters(self) -> Sequence[Letter]: ...
    @property
    def mark_sent(self) -> Callable[[Sequence[Letter]], Awaitable[None]]: ...
    @property
    def are_elsewhere(self) -> bool: ...


class Outbox(Protocol):
    """Where a service keeps what it has committed and not yet said."""

    def claim(self, limit: int) -> AbstractAsyncContextManager[Claim]:
        """The oldest letters that were not marked, in order, for as long as the block lasts."""

    async def settle(self) -> None:
        """Have on the disk which letters were marked: until then, whoever dies has them said again."""


class HasClient(Protocol):
    """Whoever holds a connection to the bus, such as our broker."""

    @property
    def client(self) -> Client: ...


class Postman:
    """Empties one outbox, in order, for as long as it runs."""

    def __init__(self, outbox: Outbox, bus: HasClient, name: str) -> None:
        self.waiting = 0
        """Letters seen in the outbox and not yet carried, BUNDLE at most."""
        self.last_error = ""
        """Why the letters wait; empty when all is well."""
        self._outbox = outbox
        self._bus = bus
        self._name = name
        self._called = asyncio.Event()
        self._settled = 0.0
        self._flushing: list[asyncio.Future[None]] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to carry; the bus must be connected, but may go away and come back."""
        self._task = asyncio.create_task(self._carry(), name=f"postman of {self._name}")

    async def stop(self) -> None:
        """Stop at once; what was not carried waits in the outbox for the next start."""
        task, self._task = self._task, None
        if task is not None:
            await ended(task)
            with contextlib.suppress(Exception):  # whatever it is, the next start says those letters again
                await self._outbox.settle()
        for waiter in self._flushing:
            waiter.cancel()
        self._flushing.clear()

    def wake(self) -> None:
        """Say that there is something in the outbox; call it after each commit."""
        self._called.set()

    @property
    def kind_of_error(self) -> str:
        """What letters wait for; not in words, in which machines and users may be named: those are in the log."""
        return self.last_error.partition(":")[0]

    async def flush(self) -> None:
        """Return when all that a look into the outbox finds, begun after this call, is carried."""
        if self._task is None or self._task.done():
            raise RuntimeError(f"the postman of {self._name} does not run: start it before you flush")
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._flushing.append(waiter)
        self.wake()
        await waiter

    async def _carry(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                was_all = await self._round()
                self._note_success()
                rests = was_all and not await self._is_called_within(REST)
                if rests:
                    await self._settle()
            except Exception as error:  # whatever it is, the letters must go out
                self._note_failure(error)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
                continue
            pause = FIRST_PAUSE
            if rests:
                await self._is_called_within(LOOK)

    async def _is_called_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._called.wait(), seconds)
        return self._called.is_set()

    def _is_long_unsettled(self) -> bool:
        return asyncio.get_running_loop().time() - self._settled > LONGEST_UNSETTLED

    async def _settle(self) -> None:
        await self._outbox.settle()
        self._settled = asyncio.get_running_loop().time()

    async def _round(self) -> bool:
        """Carry what waits now; True when that was all."""
        self._called.clear()
        flushing = tuple(self._flushing)
        # What was stored is marked also where the rest failed: hence the failure leaves the claim first.
        async with self._outbox.claim(BUNDLE) as claim:
            passing("postman.after_claim")
            self.waiting = len(claim.letters)
            failure = await self._send_all(claim)
        passing("postman.after_mark")
        was_all = failure is None and self.waiting == 0 and len(claim.letters) < BUNDLE
        # Where one letter cannot go, there may never be a rest.
        if failure or (was_all and flushing) or self._is_long_unsettled():
            await self._settle()
        if failure is not None:
            raise failure
        if was_all:
            for waiter in flushing:
                if not waiter.done():
                    waiter.set_result(None)
                self._flushing.remove(waiter)
        if was_all and claim.are_elsewhere:
            # Two may each have left to the other what both had in hand, and nobody calls for it again.
            await self._is_called_within(HELD)
            return False
        return was_all

    async def _send_all(self, claim: Claim) -> Exception | None:
        """Publish what was claimed and mark what the bus has stored; the first failure ends it."""
        for stream, bundle in bundles(claim.letters):
            stored, failure = await self._send(stream, bundle)
            passing("postman.after_publish")
            if stored:
                await claim.mark_sent(stored)
                self.waiting -= len(stored)
            if failure is not None:
                return failure
        return None

    async def _send(self, stream: str, bundle: Sequence[Letter]) -> tuple[Sequence[Letter], Exception | None]:
        client = self._bus.client
        try:
            if not client.is_connected:
                # nats-py would keep it and send it later, after we had long tried again.
                raise ConnectionReconnectingError
            stored, failure = await _unless_lost(client, publish(client, stream, bundle))
            copied, trouble = await _unless_lost(client, copy(client, stored))
        except Exception as error:  # whatever it is, it is unknown what was stored
            return (), error
        return copied, failure or trouble

    def _note_failure(self, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"
        if not self.last_error:
            log.warning("bus.letters_wait", postman=self._name, waiting=self.waiting, reason=reason)
        self.last_error = reason

    def _note_success(self) -> None:
        if self.last_error:
            log.info("bus.letters_go_out_again", postman=self._name)
        self.last_error = ""


def bundles(letters: Sequence[Letter]) -> Iterator[tuple[str, list[Letter]]]:
    """Neighbours for the same stream, together no larger than the bus takes at once; the order stays."""
    stream, bundle, size = "", list[Letter](), 0
    for letter in letters:
        its_stream = stream_of(letter.subject)
        if bundle and (its_stream != stream or size + len(letter.body) > BUNDLE_BYTES):
            yield stream, bundle
            bundle, size = [], 0
        stream = its_stream
        bundle.append(letter)
        size += len(letter.body)
    if bundle:
        yield stream, bundle


async def _unless_lost(client: Client, answer: Awaitable[T]) -> T:
    """What the bus answers; an answer over a connection that broke never comes, so it is not waited for."""
    connections = client.stats["reconnects"]
    task = asyncio.ensure_future(answer)
    try:
        while not task.done():
            await asyncio.wait((task,), timeout=0.1)
            if not task.done() and (not client.is_connected or client.stats["reconnects"] != connections):
                raise ConnectionReconnectingError
        return task.result()
    finally:
        task.cancel()
