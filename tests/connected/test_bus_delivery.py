"""What happens to a message that cannot be handled: again later, or aside; never dropped, never in others' way."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.bus import holding as holding_module
from shared.bus.delivery import PATIENCE, SUSPECT, WORN, Delivery, deliver
from shared.bus.holding import Holding
from shared.errors import Malformed, NotNow
from tests.support.bus import Message, eventually


class Service:
    """Takes all but what it was told to fail on."""

    def __init__(self, fails: dict[bytes, Exception] | None = None) -> None:
        self.fails = fails or {}
        self.taken: list[bytes] = []
        self.tries = 0
        self.aside: list[tuple[bytes, str]] = []
        self.cannot_put_aside = False
        self.world_is_away_for = 0

    async def take(self, batch: Sequence[Delivery]) -> None:
        self.tries += 1
        if self.tries <= self.world_is_away_for:
            raise NotNow("The database cannot be reached.")
        for delivery in batch:
            if delivery.body in self.fails:
                raise self.fails[delivery.body]
        self.taken += [delivery.body for delivery in batch]

    async def put_aside(self, delivery: Delivery, reason: Exception) -> None:
        if self.cannot_put_aside:
            raise OSError("the disk is full")
        self.aside.append((delivery.body, str(reason)))


async def test_a_batch_is_taken_in_one_go() -> None:
    service, batch = Service(), [Message(b"1"), Message(b"2"), Message(b"3")]
    await deliver(batch, service.take, service.put_aside)
    assert service.tries == 1
    assert [message.said for message in batch] == [["ack"]] * 3


async def test_a_bad_message_is_put_aside_with_its_reason_and_its_neighbours_go_on() -> None:
    service = Service({b"bad": Malformed("is no date", "held_at")})
    batch = [Message(b"1"), Message(b"bad"), Message(b"2")]
    await deliver(batch, service.take, service.put_aside)
    assert service.taken == [b"1", b"2"]
    assert service.aside == [(b"bad", "is no date")]
    assert [message.said for message in batch] == [["ack"], ["never again"], ["ack"]]


async def test_one_bad_message_among_many_costs_the_others_few_tries() -> None:
    service, tries = Service({b"66": Malformed("no session 6")}), list[int]()
    batch = [Message(str(number).encode(), sequence=number) for number in range(100)]

    async def take(some: Sequence[Delivery]) -> None:
        tries.append(len(some))
        await service.take(some)

    await deliver(batch, take, service.put_aside)
    assert [message.body for message in batch if message.said != ["ack"]] == [b"66"]
    assert sorted(service.taken, key=int) == [message.body for message in batch if message.body != b"66"]
    assert len(tries) < 20


async def test_what_may_pass_comes_again_later_and_later() -> None:
    holding, service, waits = Holding(), Service({b"x": OSError("busy")}), list[str]()
    for deliveries in (1, 2, 3, 4, 5, 6, 7):
        message = Message(b"x", deliveries)
        await deliver([message], service.take, service.put_aside, holding=holding)
        waits += message.said
    assert waits == [f"again in {delay} s" for delay in (1, 2, 5, 15, 60, 300, 300)]


async def test_what_never_passes_is_put_aside_in_the_end_so_that_somebody_sees_it() -> None:
    holding, service = Holding(), Service({b"x": OSError("busy")})
    messages = [Message(b"x", deliveries) for deliveries in range(1, PATIENCE + 1)]
    for message in messages:
        await deliver([message], service.take, service.put_aside, holding=holding)
    assert service.aside == [(b"x", "busy")]
    assert messages[-1].said == ["never again"]


async def test_a_message_does_not_pay_for_replicas_that_were_killed_with_it_in_their_hands() -> None:
    service, message = Service({b"x": OSError("busy")}), Message(b"x", deliveries=PATIENCE + 5)
    await deliver([message], service.take, service.put_aside)
    assert service.aside == []
    assert message.said == ["again in 1 s"]


async def test_a_message_that_may_kill_whoever_takes_it_is_taken_by_itself_after_the_others() -> None:
    service = Service()
    batch = [Message(b"1"), Message(b"deadly", deliveries=SUSPECT, sequence=2), Message(b"2", sequence=3)]
    await deliver(batch, service.take, service.put_aside)
    assert service.taken == [b"1", b"2", b"deadly"]
    assert service.tries == 2


async def test_a_message_that_nobody_ever_answers_is_put_aside_untried() -> None:
    service, message = Service(), Message(b"deadly", deliveries=WORN)
    await deliver([message], service.take, service.put_aside)
    assert service.tries == 0
    assert service.aside[0][1].startswith("It was delivered 50 times, and nobody who took it answered")


async def test_while_the_world_is_not_ready_a_batch_is_held_and_no_message_pays_for_it() -> None:
    service, batch = Service(), [Message(str(number).encode(), sequence=number) for number in range(100)]
    service.world_is_away_for = 3
    await deliver(batch, service.take, service.put_aside, ack_wait=0.3)
    assert service.tries == 4
    assert service.taken == [message.body for message in batch]
    assert {said for message in batch for said in message.said} == {"wait", "ack"}


async def test_a_service_that_stops_gives_what_it_holds_to_the_next_at_once() -> None:
    service, holding, batch = Service(), Holding(), [Message(b"1"), Message(b"2", sequence=2)]
    service.world_is_away_for = 1_000
    held = asyncio.create_task(deliver(batch, service.take, service.put_aside, holding=holding))
    await eventually(lambda: holding.reason)
    holding.stop()
    await held
    assert [message.said for message in batch] == [["again in 0 s"]] * 2


async def test_a_try_that_does_not_end_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding_module, "LONGEST_TRY", 0.05)
    message = Message(b"x")

    async def take(batch: Sequence[Delivery]) -> None:
        await asyncio.Event().wait()

    await deliver([message], take, Service().put_aside)
    assert message.said == ["again in 1 s"]


async def test_what_cannot_even_be_put_aside_comes_again() -> None:
    service, message = Service({b"bad": Malformed("is no date")}), Message(b"bad")
    service.cannot_put_aside = True
    await deliver([message], service.take, service.put_aside)
    assert message.said == ["again in 1 s"]


async def test_when_all_fails_a_large_batch_is_not_tried_message_by_message() -> None:
    batch = [Message(str(number).encode(), sequence=number) for number in range(100)]
    service = Service({message.body: OSError("no database") for message in batch})
    await deliver(batch, service.take, service.put_aside)
    assert service.tries == 4
    assert [message.said for message in batch] == [["again in 1 s"]] * 100


async def test_an_old_message_is_not_put_aside_without_having_been_tried() -> None:
    batch = [Message(str(number).encode(), sequence=number) for number in range(3)] + [Message(b"old", PATIENCE)]
    service = Service({message.body: OSError("no database") for message in batch[:3]})
    await deliver(batch, service.take, service.put_aside)
    assert service.aside == []
    assert batch[3].said == ["again in 5 s"]


async def test_a_slow_batch_asks_for_more_time() -> None:
    message = Message(b"x")

    async def take(batch: Sequence[Delivery]) -> None:
        await eventually(lambda: len(message.said) >= 3)

    await deliver([message], take, Service().put_aside, ack_wait=0.03)
    assert message.said[:3] == ["wait"] * 3
    assert message.said[-1] == "ack"


async def test_who_stops_the_service_stops_the_delivery() -> None:
    message = Message(b"x")

    async def take(batch: Sequence[Delivery]) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await deliver([message], take, Service().put_aside)
    assert message.said == []
