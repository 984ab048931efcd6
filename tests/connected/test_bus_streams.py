"""Streams and ears are created and changed in one place, and by nobody else."""

from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from nats.js.api import RetentionPolicy, StorageType

from shared.bus.listening import listen
from shared.bus.streams import BusDiffers, Ear, provision
from tests.support.bus import FOLLOWUP, a_bus, a_connection, a_service, eventually


async def nothing(*_: object) -> None:
    pass


async def configs(client: Client) -> list[Any]:
    js = client.jetstream()
    return [(await js.stream_info("ENGAGEMENT")).config, (await js.consumer_info("ENGAGEMENT", "followup")).config]


async def test_facts_are_kept_for_ever_on_disk_and_recognised_for_an_hour(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        config = (await client.jetstream().stream_info("ENGAGEMENT")).config
    assert (config.storage, config.max_age, config.max_msgs, config.max_bytes) == (StorageType.FILE, 0, -1, -1)
    assert config.duplicate_window == 3600
    assert config.allow_atomic


async def test_providing_twice_changes_nothing(tmp_path: Path) -> None:
    async with a_bus(tmp_path, FOLLOWUP) as server, a_connection(server) as client:
        assert await provision(client, [FOLLOWUP]) == []


async def test_a_setting_that_somebody_changed_is_mended(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        js = client.jetstream()
        has = (await js.stream_info("ENGAGEMENT")).config
        await js.update_stream(has.evolve(duplicate_window=120, max_age=86400 * 365))

        assert len(await provision(client, [], only_look=True)) == 2
        assert len(await provision(client, [])) == 2
        config = (await js.stream_info("ENGAGEMENT")).config
    assert (config.duplicate_window, config.max_age) == (3600, 0)


async def test_a_stream_of_another_kind_is_refused_by_name_setting_and_values(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        js = client.jetstream()
        await js.delete_stream("ASIDE")
        await js.add_stream(name="ASIDE", subjects=["aside.>"], retention=RetentionPolicy.WORK_QUEUE)

        with pytest.raises(BusDiffers, match="Stream ASIDE: retention is workqueue but must be limits"):
            await provision(client, [])


async def test_a_consumer_of_another_kind_is_refused(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        await client.jetstream().add_consumer("ENGAGEMENT", durable_name="followup", deliver_subject="somewhere")

        with pytest.raises(BusDiffers, match="Ear followup on stream ENGAGEMENT: deliver_subject is somewhere"):
            await provision(client, [FOLLOWUP])


async def test_a_subject_that_another_stream_keeps_is_refused_in_the_servers_words(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        js = client.jetstream()
        await js.delete_stream("ASIDE")
        await js.add_stream(name="MINE", subjects=["aside.>"])

        with pytest.raises(BusDiffers, match=r"Stream ASIDE.*overlap"):
            await provision(client, [])


async def test_listening_changes_neither_the_stream_nor_the_ear(tmp_path: Path) -> None:
    async with a_bus(tmp_path, FOLLOWUP) as server, a_connection(server) as client:
        before = await configs(client)
        async with a_service(server, lambda broker: listen(broker, FOLLOWUP, nothing, nothing)):
            await client.jetstream().publish("eng.a", b"")
        assert await configs(client) == before


async def test_an_ear_that_learns_a_new_subject_hears_what_was_said_on_it_before(tmp_path: Path) -> None:
    heard: list[bytes] = []

    async def take(batch: Any) -> None:
        heard.extend(delivery.body for delivery in batch)

    narrow = Ear("followup", "ENGAGEMENT", ("eng.sessions.>",))
    async with a_bus(tmp_path, narrow) as server, a_connection(server) as client:
        js = client.jetstream()
        await js.publish("eng.intake.a", b"old")
        await js.publish("eng.sessions.a", b"known")
        async with a_service(server, lambda broker: listen(broker, narrow, take, nothing)):
            await eventually(lambda: heard == [b"known"])

        await provision(client, [FOLLOWUP])
        async with a_service(server, lambda broker: listen(broker, FOLLOWUP, take, nothing)):
            await eventually(lambda: heard == [b"known", b"old", b"known"])


async def test_an_ear_that_hears_less_goes_on_where_it_was(tmp_path: Path) -> None:
    less = Ear("followup", "ENGAGEMENT", ("eng.sessions.*.v1.*", "eng.intake.>"))
    async with a_bus(tmp_path, FOLLOWUP) as server, a_connection(server) as client:
        before = (await client.jetstream().consumer_info("ENGAGEMENT", "followup")).created
        await provision(client, [less])
        after = await client.jetstream().consumer_info("ENGAGEMENT", "followup")
    assert after.created == before
    assert after.config.filter_subjects == sorted(less.subjects)
