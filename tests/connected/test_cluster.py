"""Three NATS servers, set up as deploy/nats tells: what is said survives each of them, and is heard once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from benchmarks.faults.cluster import Cluster, a_connection
from shared.bus.publishing import publish
from shared.bus.streams import BusDiffers, provision
from tests.support.bus import FOLLOWUP, a_bus, letter
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


async def test_a_single_server_refuses_three_replicas_in_words(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection_to_one(server) as client:
        await client.jetstream().delete_stream("ASIDE")
        with pytest.raises(BusDiffers, match=r"Stream .*refused by the server.*replicas"):
            await provision(client, [], replicas=3)
