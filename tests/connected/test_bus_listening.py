"""How a service hears, on the real server: at once, in batches, again after a failure, never by a sender's rules."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.bus.broker import Broker
from shared.bus.delivery import Delivery
from shared.bus.listening import listen
from shared.bus.pulling import EXPIRES, Pull
from shared.errors import Malformed
from tests.support.bus import FOLLOWUP, a_bus, a_connection, a_service, all_in, eventually


class Listener:
    """A service that writes down what it hears, and fails as it is told."""

    def __init__(self, ack_wait: float = 60.0) -> None:
        self.ack_wait = ack_wait
        self.heard: list[bytes] = []
        self.deliveries: list[tuple[bytes, int]] = []
        self.batches: list[int] = []
        self.aside: list[bytes] = []
        self.fails_once: set[bytes] = set()
        self.gate = asyncio.Event()
        self.gate.set()

    def __call__(self, broker: Broker) -> None:
        listen(broker, FOLLOWUP, self.take, self.put_aside, ack_wait=self.ack_wait)

    async def take(self, batch: Sequence[Delivery]) -> None:
        self.batches.append(len(batch))
        self.deliveries += [(delivery.body, delivery.deliveries) for delivery in batch if len(batch) == 1]
        await self.gate.wait()
        for delivery in batch:
            if b"bad" in delivery.body:
                raise Malformed("cannot be read")
            if delivery.body in self.fails_once and delivery.deliveries == 1:
                raise OSError("not now")
        self.heard += [delivery.body for delivery in batch]

    async def put_aside(self, delivery: Delivery, reason: Exception) -> None:
        self.aside.append(delivery.body)


async def test_a_lone_message_does_not_wait_for_company(tmp_path: Path) -> None:
    listener = Listener()
    async with a_bus(tmp_path, FOLLOWUP) as server, a_connection(server) as client, a_service(server, listener):
        # If each waited until its request expired, as with FastStream's own way to pull, ten would take ten times this.
        async with asyncio.timeout(EXPIRES):
            for number in range(10):
                await client.jetstream().publish("eng.a", str(number).encode())
                await eventually(lambda expected=number + 1: len(listener.heard) == expected)  # type: ignore[misc]
    assert listener.batches == [1] * 10


async def test_a_message_comes_at_once_even_after_a_long_silence(tmp_path: Path) -> None:
    async with a_bus(tmp_path, FOLLOWUP) as server, a_connection(server) as client:
        pull = Pull(client, "ENGAGEMENT", "followup")
        await pull.subscribe()
        assert await pull.next(500) == []
        waiting = asyncio.create_task(pull.next(500))
        await client.jetstream().publish("eng.a", b"1")
        # The request that found nothing must not swallow the message, nor its end be taken for the end of this one.
        async with asyncio.timeout(EXPIRES / 2):
            assert [message.data for message in await waiting] == [b"1"]


async def test_what_waits_comes_in_batches(tmp_path: Path) -> None:
    listener = Listener()
    async with a_bus(tmp_path, FOLLOWUP) as server, a_connection(server) as client:
        js = client.jetstream()
        for acknowledged in [await js.publish_async("eng.a", str(number).encode()) for number in range(1200)]:
            await acknowledged
        async with a_service(server, listener):
            await eventually(lambda: len(listener.heard) == 1200)
    assert listener.batches == [500, 500, 200]
    assert listener.heard == [str(number).encode() for number in range(1200)]


async def test_a_message_that_failed_is_delivered_again_after_a_pause(tmp_path: Path) -> None:
    listener = Listener()
    listener.fails_once = {b"x"}
    async with a_bus(tmp_path, FOLLOWUP) as server, a_connection(server) as client, a_service(server, listener):
        await client.jetstream().publish("eng.a", b"x")
        await eventually(lambda: listener.deliveries == [(b"x", 1)])
        await client.jetstream().publish("eng.a", b"y")
        await eventually(lambda: sorted(listener.heard) == [b"x", b"y"])
        while (await client.jetstream().consumer_info("ENGAGEMENT", "followup")).num_ack_pending:  # noqa: ASYNC110 - it is beyond a network
            await asyncio.sleep(0.01)
    assert sorted(listener.deliveries) == [(b"x", 1), (b"x", 2), (b"y", 1)]


async def test_a_poisoned_message_is_put_aside_and_never_comes_again(tmp_path: Path) -> None:
    listener = Listener()
    async with a_bus(tmp_path, FOLLOWUP, ack_wait=0.5) as server, a_connection(server) as client:
        for body in (b"1", b"bad", b"2"):
            await client.jetstream().publish("eng.a", body)
        async with a_service(server, listener):
            await eventually(lambda: listener.heard == [b"1", b"2"])
            await asyncio.sleep(0.8)
    assert listener.aside == [b"bad"]
    assert listener.heard == [b"1", b"2"]


async def test_what_a_dead_consumer_had_taken_goes_to_the_next(tmp_path: Path) -> None:
    listener = Listener()
    async with a_bus(tmp_path, FOLLOWUP, ack_wait=0.5) as server, a_connection(server) as client:
        async with a_connection(server) as doomed:
            pull = Pull(doomed, "ENGAGEMENT", "followup")
            await pull.subscribe()
            await client.jetstream().publish("eng.a", b"taken and not finished")
            assert len(await pull.next(10)) == 1
        async with a_service(server, listener):
            await eventually(lambda: listener.heard)
    assert listener.deliveries == [(b"taken and not finished", 2)]


async def test_what_a_stopping_replica_has_not_begun_goes_to_the_next_at_once(tmp_path: Path) -> None:
    async with a_bus(tmp_path, FOLLOWUP) as server, a_connection(server) as first, a_connection(server) as second:
        stopping, other = (Pull(client, "ENGAGEMENT", "followup") for client in (first, second))
        await stopping.subscribe()
        await other.subscribe()
        asked = asyncio.create_task(stopping.next(10))
        await asyncio.sleep(0.05)
        asked.cancel()
        await second.jetstream().publish("eng.a", b"1")
        await eventually(lambda: not stopping._arrived.empty())
        await stopping.unsubscribe()
        assert [message.data for message in await other.next(10)] == [b"1"]


async def test_a_batch_that_takes_long_is_not_given_to_somebody_else(tmp_path: Path) -> None:
    listener = Listener(ack_wait=0.6)
    async with a_bus(tmp_path, FOLLOWUP, ack_wait=0.6) as server, a_connection(server) as client:
        slow, other = listener, Listener(ack_wait=0.6)
        slow.gate.clear()
        async with a_service(server, slow):
            await client.jetstream().publish("eng.a", b"x")
            await eventually(lambda: slow.batches)
            async with a_service(server, other):
                await asyncio.sleep(1.5)
                slow.gate.set()
                await eventually(lambda: slow.heard == [b"x"])
    assert other.heard == []


async def test_replicas_share_the_work(tmp_path: Path) -> None:
    one, two = Listener(), Listener()
    async with a_bus(tmp_path, FOLLOWUP) as server, a_service(server, one) as broker, a_service(server, two):
        js = broker.client.jetstream()
        for number in range(100):
            await js.publish("eng.a", str(number).encode())
        await eventually(lambda: len(one.heard) + len(two.heard) >= 100)
    assert sorted(one.heard + two.heard) == sorted(str(number).encode() for number in range(100))


async def test_a_service_that_stops_finishes_what_it_began(tmp_path: Path) -> None:
    listener = Listener()
    listener.gate.clear()
    async with a_bus(tmp_path, FOLLOWUP) as server, a_connection(server) as client:
        async with a_service(server, listener):
            await client.jetstream().publish("eng.a", b"x")
            await eventually(lambda: listener.batches)
            asyncio.get_running_loop().call_later(0.2, listener.gate.set)
        assert listener.heard == [b"x"]
        assert (await client.jetstream().consumer_info("ENGAGEMENT", "followup")).num_ack_pending == 0


@pytest.mark.parametrize("body", [b"{}", b"\xff\xfe", b"", b"1"])
async def test_a_body_arrives_as_it_was_sent_whatever_its_sender_calls_it(tmp_path: Path, body: bytes) -> None:
    listener = Listener()
    async with a_bus(tmp_path, FOLLOWUP) as server, a_connection(server) as client, a_service(server, listener):
        headers = {"content-type": "application/json", "reply_to": "aside.x", "Status": "404", "correlation_id": "1"}
        await client.jetstream().publish("eng.a", body, headers=headers)
        await eventually(lambda: listener.heard == [body])
        assert await all_in(client, "ASIDE") == []


async def test_a_service_hears_on_after_the_server_died(tmp_path: Path) -> None:
    listener = Listener()
    async with (
        a_bus(tmp_path, FOLLOWUP) as server,
        a_connection(server) as client,
        a_service(server, listener) as broker,
    ):
        victim = server.pid
        assert victim
        os.kill(victim, signal.SIGKILL)
        await eventually(lambda: client.stats["reconnects"] and broker.client.stats["reconnects"])
        await client.jetstream().publish("eng.a", b"after")
        await eventually(lambda: listener.heard == [b"after"])


async def test_a_service_can_stop_while_the_server_is_away(tmp_path: Path) -> None:
    listener = Listener()
    async with a_bus(tmp_path, FOLLOWUP) as server, a_service(server, listener) as broker:
        await server.stop()
        await eventually(lambda: not broker.client.is_connected)


async def test_an_ear_that_somebody_deleted_is_missed_and_heard_again_when_it_is_back(tmp_path: Path) -> None:
    listener = Listener()
    async with a_bus(tmp_path, FOLLOWUP) as server, a_connection(server) as client:
        js = client.jetstream()
        ear = (await js.consumer_info("ENGAGEMENT", "followup")).config
        async with a_service(server, listener):
            await js.delete_consumer("ENGAGEMENT", "followup")
            await js.publish("eng.a", b"x")
            await js.add_consumer("ENGAGEMENT", ear)
            await eventually(lambda: listener.heard == [b"x"])
