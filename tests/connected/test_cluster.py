"""Three NATS servers, set up as deploy/nats tells: what is said survives each of them, and is heard once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from benchmarks.faults.cluster import Cluster, a_connection
from shared.bus.broker import make_broker, without_secrets
from shared.bus.delivery import Delivery
from shared.bus.leaving import leads
from shared.bus.listening import listen
from shared.bus.postman import Postman
from shared.bus.publishing import publish
from shared.bus.streams import BusDiffers, provision
from tests.support.bus import FOLLOWUP, Box, a_bus, all_in, eventually, letter
from tests.support.bus import a_connection as a_connection_to_one


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with Cluster(tmp_path) as nodes, a_connection(nodes.urls) as client:
        await provision(client, [FOLLOWUP], replicas=3)
        yield nodes


async def test_one_setting_has_three_nodes_keep_each_stream_and_each_ear(cluster: Cluster) -> None:
    async with a_connection(cluster.urls) as client:
        js = client.jetstream()
        streams = [await js.stream_info(name) for name in ("ENGAGEMENT", "INBOUND", "ASIDE")]
        ear = await js.consumer_info("ENGAGEMENT", "followup")
        assert await provision(client, [FOLLOWUP], replicas=3) == []
    assert [(one.config.num_replicas, len((one.cluster and one.cluster.replicas) or [])) for one in streams] == 3 * [
        (3, 2)
    ]
    assert len((ear.cluster and ear.cluster.replicas) or []) == 2


async def test_what_is_said_together_is_stored_together_on_three_nodes(cluster: Cluster) -> None:
    letters = [letter(number) for number in range(500)]
    async with a_connection(cluster.urls) as client:
        stored, failure = await publish(client, "ENGAGEMENT", letters)
        state = (await client.jetstream().stream_info("ENGAGEMENT")).state
    assert (stored, failure, state.messages) == (letters, None, 500)


@pytest.mark.slow
async def test_what_a_service_says_while_the_leader_is_killed_is_kept_once_and_in_order(cluster: Cluster) -> None:
    box = Box()
    heard: list[bytes] = []

    async def take(batch: Sequence[Delivery]) -> None:
        heard.extend(one.body for one in batch if one.body not in heard)

    broker = make_broker(cluster.urls, "followup")
    listen(broker, FOLLOWUP, take, refuse)
    await broker.start()
    postman = Postman(box, broker, "sessions")
    await postman.start()
    try:
        leader = await cluster.leader_of("ENGAGEMENT")
        for number in range(300):
            box.letters.append(letter(number))
            postman.wake()
            if number == 100:
                cluster.kill(leader)
            await asyncio.sleep(0.005)
        await postman.flush()
        await eventually(lambda: len(heard) == 300)
        cluster.start(leader)
        await cluster.in_step("ENGAGEMENT")
        assert await all_in(broker.client, "ENGAGEMENT") == [one.body for one in box.letters]
    finally:
        await postman.stop()
        await broker.stop()
    assert sorted(heard) == sorted(one.body for one in box.letters)


def test_a_leader_that_reaches_nobody_is_no_leader() -> None:
    def told(*seconds: float, leader: str = "nats-a") -> dict[str, object]:
        return {"cluster": {"leader": leader, "replicas": [{"active": int(each * 1e9)} for each in seconds]}}

    assert leads(told(0.2, 0.2)) and leads(told(0.2, 3600)) and leads({"error": {"code": 404}}) and leads({})
    assert not leads(told(12, 12)) and not leads(told(0, 0, leader="")) and not leads({"error": {"code": 503}})


def test_addresses_are_shown_without_their_secrets() -> None:
    assert without_secrets("nats://a:b@one:1,tls://c@two:2,nats://three:3") == "nats://one:1,tls://two:2,nats://three:3"


async def refuse(_delivery: Delivery, error: Exception) -> None:
    raise error


async def test_a_single_server_refuses_three_replicas_in_words(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection_to_one(server) as client:
        await client.jetstream().delete_stream("ASIDE")
        with pytest.raises(BusDiffers, match=r"Stream .*refused by the server.*replicas"):
            await provision(client, [], replicas=3)
