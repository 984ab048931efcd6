"""The product with one thing broken on purpose, to prove that the checker sees it.

`python -m benchmarks.faults.mutants <mutation> run followup ...` runs the command `throughline` so.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from nats.errors import Error as NatsError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.bus import listening
from shared.bus.delivery import Delivery
from shared.bus.postman import Letter
from shared.bus.publishing import publish
from shared.bus.streams import stream_of
from shared.obligations import ledger
from shared.obligations.ledger import Notes
from shared.service import Service
from shared.storage import database
from shared.storage.many import update_many
from shared.storage.work import Store, Unit

PAUSE = 0.1
LONGEST_PAUSE = 5.0
"""Seconds that whoever claims without a lock waits for what the lock is there for to happen."""


class NoSuchMutation(ValueError):
    """There is no mutation {name}. There are: {names}."""

    def __init__(self, name: str) -> None:
        super().__init__((self.__doc__ or "").format(name=name, names=", ".join(MUTATIONS)))


class _Answered:
    """A delivery whose answer has gone out already."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def __getattr__(self, name: str) -> Any:
        return getattr(self._delivery, name)

    async def ack(self) -> None:
        """Say nothing: it was said before."""

    async def nack(self, _delay: float) -> None:
        """Say nothing: it is too late."""

    async def term(self) -> None:
        """Say nothing: it was said before."""


def _ack_before_commit() -> None:
    """The bus is told that facts are recorded before they are."""
    deliver = listening.deliver  # type: ignore[attr-defined]

    async def early(batch: Sequence[Delivery], *how: Any, **more: Any) -> None:
        for delivery in batch:
            await delivery.ack()
        # The answers leave with the next write to the socket; no work is done before.
        await asyncio.sleep(PAUSE)
        await deliver([_Answered(delivery) for delivery in batch], *how, **more)

    listening.deliver = early  # type: ignore[attr-defined]


def _publish_without_outbox() -> None:
    """What was recorded is said on the bus at once, and never again if that fails."""
    work, start = Store.work, Service.start
    heard: dict[int, list[Mapping[str, Any]]] = {}
    by_store: dict[int, Service] = {}

    async def post(unit: Unit, letters: Sequence[dict[str, Any]]) -> None:
        heard.setdefault(id(unit), []).extend(letters)

    @asynccontextmanager
    async def work_and_say(store: Store, briefly: bool = True) -> AsyncIterator[Unit]:
        letters: list[Mapping[str, Any]] = []
        async with work(store, briefly) as unit:
            try:
                yield unit
            finally:
                letters = heard.pop(id(unit), [])
        if (service := by_store.get(id(store))) is not None:
            await _say(service, letters)

    async def start_and_remember(service: Service, *how: Any, **more: Any) -> None:
        by_store[id(service.store)] = service
        await start(service, *how, **more)

    Unit.post = post  # type: ignore[assignment,method-assign]
    Store.work = work_and_say  # type: ignore[assignment,method-assign]
    Service.start = start_and_remember  # type: ignore[assignment,method-assign]


async def _say(service: Service, letters: Sequence[Mapping[str, Any]]) -> None:
    if service.broker is None or not service.broker.client.is_connected:
        return
    for letter in letters:
        with suppress(NatsError, TimeoutError):
            told = Letter(0, letter["id"], letter["subject"], letter["body"].encode())
            await publish(service.broker.client, stream_of(told.subject), [told])


def _claim_without_lock() -> None:
    """Whoever wakes takes all that is due, whoever else has it in hand, and nobody notices who was first."""
    engine = database.create_async_engine  # type: ignore[attr-defined]

    async def claim(unit: Unit, most: int) -> ledger.Claimed:
        claimed, read = await ledger.of_lines(unit, ledger.claimable(unit.now, most))
        await _until_somebody_is_faster(unit, claimed)
        return claimed, read

    async def next_versions(unit: Unit, read: Mapping[str, int], notes: Notes = ledger.NO_NOTES) -> None:
        rows = [{"line": line, **notes.get(line, {})} for line in read]
        await update_many(unit.connection, ledger.LINE, ("line",), rows, counted="ledger_version")

    def seeing_all(*where: Any, **how: Any) -> AsyncEngine:
        return engine(*where, **how | ({"isolation_level": "READ COMMITTED"} if "isolation_level" in how else {}))

    ledger.claim = claim
    ledger.next_versions = next_versions
    database.create_async_engine = seeing_all  # type: ignore[attr-defined]


async def _until_somebody_is_faster(unit: Unit, lines: Collection[str]) -> None:
    """Wait for the worst moment: until another transaction has changed what was claimed."""
    before = await _versions(unit, lines)
    ends = asyncio.get_running_loop().time() + LONGEST_PAUSE
    while lines and asyncio.get_running_loop().time() < ends and await _versions(unit, lines) == before:  # noqa: ASYNC110
        await asyncio.sleep(PAUSE)


async def _versions(unit: Unit, lines: Collection[str]) -> dict[str, int]:
    return {line: noted.version for line, noted in (await ledger.noted(unit, lines)).items()}


MUTATIONS: Mapping[str, Callable[[], None]] = {
    "ack-before-commit": _ack_before_commit,
    "publish-without-outbox": _publish_without_outbox,
    "claim-without-lock": _claim_without_lock,
}


def apply(name: str) -> None:
    """Break this process in one way; an empty name leaves it whole."""
    if not name:
        return
    if name not in MUTATIONS:
        raise NoSuchMutation(name)
    MUTATIONS[name]()


def main() -> None:
    """Break this process, and then be the command `throughline`."""
    apply(sys.argv.pop(1))
    # Only now: what was imported before is broken already.
    from services.__main__ import app  # noqa: PLC0415

    app()


if __name__ == "__main__":
    main()
