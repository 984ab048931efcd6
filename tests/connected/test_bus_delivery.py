"""What happens to a message that cannot be handled: again later, or aside; never dropped, never in others' way."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.bus.delivery import PATIENCE, Delivery, deliver
from shared.errors import Malformed
from tests.support.bus import Message, eventually


class Service:
    """Takes all but what it was told to fail on."""

    def __init__(self, fails: dict[bytes, Exception] | None = None) -> None:
        self.fails = fails or {}
        self.taken: list[bytes] = []
        self.tries = 0
        self.aside: list[tuple[bytes, str]] = []
        self.cannot_put_aside = False

    async def take(self, batch: Sequence[Delivery]) -> None:
        self.tries += 1
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


async def test_what_may_pass_comes_again_later_and_later() -> None:
    waits = []
    for deliveries in (1, 2, 3, 4, 5, 6, 7):
        message = Message(b"x", deliveries)
        await deliver([message], Service({b"x": OSError("busy")}).take, Service().put_aside)
        waits += message.said
    assert waits == [f"again in {delay} s" for delay in (1, 2, 5, 15, 60, 300, 300)]


async def test_what_never_passes_is_put_aside_in_the_end_so_that_somebody_sees_it() -> None:
    service, message = Service({b"x": OSError("busy")}), Message(b"x", deliveries=PATIENCE)
    await deliver([message], service.take, service.put_aside)
    assert service.aside == [(b"x", "busy")]
    assert message.said == ["never again"]


async def test_what_cannot_even_be_put_aside_comes_again() -> None:
    service, message = Service({b"bad": Malformed("is no date")}), Message(b"bad")
    service.cannot_put_aside = True
    await deliver([message], service.take, service.put_aside)
    assert message.said == ["again in 1 s"]


async def test_when_the_world_is_not_ready_a_large_batch_is_not_tried_message_by_message() -> None:
    batch = [Message(str(number).encode()) for number in range(100)]
    service = Service({message.body: OSError("no database") for message in batch})
    await deliver(batch, service.take, service.put_aside)
    assert service.tries == 4
    assert [message.said for message in batch] == [["again in 1 s"]] * 100


async def test_an_old_message_is_not_put_aside_without_having_been_tried() -> None:
    batch = [Message(str(number).encode(), deliveries=1) for number in range(3)] + [Message(b"old", PATIENCE)]
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
