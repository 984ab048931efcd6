"""A look at ten thousand events that wait costs no more than at a hundred, and what is old leaves the log."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert, select, update

from services.evaluation.channels import Hook
from services.evaluation.decisions.webhooks import pause
from services.evaluation.domain.webhooks import Resend, Tried
from services.evaluation.handlers import webhooks as handling
from services.evaluation.handlers.messenger import KEPT, Messenger
from services.evaluation.repository.notices import NOTICE
from services.evaluation.repository.webhooks import ATTEMPT, DELIVERY
from services.evaluation.tables import TABLES
from shared.access.caller import ALL_RIGHTS, Caller
from shared.storage.work import Store
from tests.storage.test_storing_webhooks import attempts, make, record, send, sent
from tests.support.outcomes import outcome
from tests.support.receiver import HOOK, Receiver, a_receiver
from tests.support.stores import NOW, a_store

FEW, MANY = 100, 10_000


@dataclass
class Cost:
    """What something asked of the database: statements, and the steps that SQLite took for them, in thousands."""

    statements: int = 0
    steps: int = 0


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with a_store(url, "evaluation", TABLES) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as there:
        yield there


async def told(store: Store, many: int, lines: int = 1) -> None:
    """So many notices on record, numbered, of one engagement or of several."""
    same = {"type": "eng.evaluation.outcome_recorded.v1", "at": NOW, "body": "{}"}
    rows = [{"id": f"f{n}", "n": n, "line": f"e{n % lines}", **same} for n in range(1, many + 1)]
    async with store.work() as unit:
        await unit.connection.execute(insert(NOTICE), rows)


async def standing(label: str) -> Caller | None:
    return ALL_RIGHTS


@contextmanager
def counted(store: Store) -> Iterator[Cost]:
    """What the block asks of the database."""
    cost, engine = Cost(), store.database.engine.sync_engine

    def count(connection: object, *_: object) -> None:
        cost.statements += 1

    def step() -> int:
        cost.steps += 1
        return 0

    def watch(connection: object, _record: object, _proxy: object) -> None:
        connection.driver_connection._conn.set_progress_handler(step, 1000)  # type: ignore[attr-defined]

    event.listen(engine, "before_cursor_execute", count)
    if store.database.is_sqlite:
        event.listen(engine, "checkout", watch)
    yield cost
    event.remove(engine, "before_cursor_execute", count)
    if store.database.is_sqlite:
        event.remove(engine, "checkout", watch)


async def cost_of_a_round(store: Store, receiver: Receiver, many: int) -> Cost:
    """What it costs to deliver one, to try the next, and to see when something is due, while so many wait."""
    await told(store, many)
    webhook_id = await make(store, receiver, since="0")
    receiver.answer = lambda _: "500 No"
    messenger = Messenger(store, HOOK, standing)
    await messenger.send_all()
    assert (len(await sent(store, webhook_id)), len(receiver.came)) == (100, 1), "the others wait for the first"
    store.clock.move_to(store.clock.now() + timedelta(minutes=1))  # type: ignore[attr-defined]
    receiver.answer = lambda came: "200 OK" if came.id == "f1" else "500 No"
    with counted(store) as cost:
        await messenger.send_all()
        assert await messenger.earliest() == store.clock.now() + pause(f"{webhook_id}/f2", 1)
    assert receiver.ids == ["f1", "f1", "f2"]
    return cost


@pytest.mark.slow
async def test_a_look_asks_as_much_of_the_database_while_ten_thousand_wait_as_while_a_hundred_do(
    url: str, tmp_path: Path, store: Store, receiver: Receiver
) -> None:
    many = await cost_of_a_round(store, receiver, MANY)
    async with a_store(f"sqlite+aiosqlite:///{tmp_path}/few.db", "evaluation", TABLES) as small:
        receiver.came.clear()
        few = await cost_of_a_round(small, receiver, FEW)
    assert many.statements <= few.statements + 3
    assert many.steps <= few.steps + 3


async def test_what_was_done_with_long_ago_leaves_the_log_and_can_still_be_sent_again(
    store: Store, receiver: Receiver
) -> None:
    webhook_id = await make(store, receiver)
    await record(store, outcome(1))
    await send(store)
    receiver.answer = lambda _: "500 No"
    await record(store, outcome(2))
    await send(store, later=KEPT - timedelta(minutes=1))
    assert [one.state for one in await sent(store, webhook_id)] == ["delivered", "waiting"]
    await send(store, later=timedelta(minutes=2))
    assert [one.event_id for one in await sent(store, webhook_id)] == [outcome(2).id]
    async with store.look() as unit:
        tried = (await unit.connection.scalars(select(ATTEMPT.c.event_id).distinct())).all()
    assert tried == [outcome(2).id], "with what was tried"
    receiver.answer = lambda _: "200 OK"
    await handling.resend(store, webhook_id, Resend(event_id=outcome(1).id))
    await send(store, later=timedelta(hours=1))
    assert [one.state for one in await sent(store, webhook_id)] == ["delivered", "delivered"]
    assert receiver.ids[-2:] == [outcome(1).id, outcome(2).id]


class Breaking(Hook):
    """A way out that breaks where it leads to one engagement."""

    async def send(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Tried:
        if b'"subject":"broken"' in body:
            raise RuntimeError("a fault of our own")
        return await super().send(url, headers, body, now)


async def test_one_event_that_cannot_be_sent_stops_no_other(store: Store, receiver: Receiver) -> None:
    webhook_id = await make(store, receiver)
    await record(store, outcome(1, "broken"), outcome(1, "e2"), outcome(2, "e2"))
    await Messenger(store, Breaking(HOOK.allowed, HOOK.within), standing).send_all()
    assert receiver.ids == [outcome(1, "e2").id, outcome(2, "e2").id]
    assert [one.outcome for one in await attempts(store, webhook_id, outcome(1, "broken"))] == ["begun"]
    await send(store, later=timedelta(minutes=2))
    assert receiver.ids[-1] == outcome(1, "broken").id, "and is tried again"


async def test_whatever_is_first_in_its_line_has_its_time_even_if_a_version_before_ended_the_one_ahead(
    store: Store, receiver: Receiver
) -> None:
    await make(store, receiver)
    await record(store, outcome(1), outcome(2))
    receiver.answer = lambda _: "500 No"
    await send(store)
    async with store.work() as unit:
        ended = update(DELIVERY).where(DELIVERY.c.event_id == outcome(1).id)
        await unit.connection.execute(ended.values(state="given_up", next_at=None))
    await send(store)
    assert receiver.ids == [outcome(1).id, outcome(2).id]
