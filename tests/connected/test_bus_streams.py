"""Streams and ears are created and changed in one place, and by nobody else."""

import json
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from nats.js.api import RetentionPolicy, StorageType, StreamConfig, StreamSource

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


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("max_msgs", 1000),
        ("max_msgs_per_subject", 10),
        ("max_msg_size", 100),
        ("allow_rollup_hdrs", True),
        ("allow_atomic", False),
        ("subjects", ["eng.sessions.>"]),
        ("max_age", 86400.0),
    ],
)
async def test_what_would_cost_messages_is_mended(tmp_path: Path, setting: str, value: Any) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        js = client.jetstream()
        has = (await js.stream_info("ENGAGEMENT")).config
        await js.update_stream(has.evolve(**{setting: value}))

        assert [deed.partition(" changed")[0] for deed in await provision(client, [])] == [
            f"stream ENGAGEMENT: {setting}"
        ]
        assert getattr((await js.stream_info("ENGAGEMENT")).config, setting) == getattr(has, setting)


async def test_a_limit_in_bytes_a_place_and_what_forbids_deleting_are_somebodys_decisions(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        js = client.jetstream()
        has = (await js.stream_info("ENGAGEMENT")).config
        await js.update_stream(has.evolve(max_bytes=1 << 30, deny_delete=True, deny_purge=True))

        assert await provision(client, []) == []
        config = (await js.stream_info("ENGAGEMENT")).config
    assert (config.max_bytes, config.deny_delete, config.deny_purge) == (1 << 30, True, True)


async def test_a_stream_that_takes_nothing_any_more_is_refused(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        js = client.jetstream()
        await js.update_stream((await js.stream_info("ASIDE")).config.evolve(sealed=True))

        with pytest.raises(BusDiffers, match=r"Stream ASIDE: sealed is true but must be unset"):
            await provision(client, [])


async def test_a_stream_that_confirms_before_it_stores_is_refused(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        await client.jetstream().delete_stream("ASIDE")
        wish = {"name": "ASIDE", "subjects": ["aside.>"], "storage": "file", "retention": "limits", "num_replicas": 1}
        made = await client.request(
            "$JS.API.STREAM.CREATE.ASIDE", json.dumps(wish | {"persist_mode": "async"}).encode()
        )
        assert "error" not in json.loads(made.data), made.data

        with pytest.raises(BusDiffers, match=r"Stream ASIDE: persist_mode is .async. but must be unset"):
            await provision(client, [])


async def test_a_stream_that_repeats_another_one_is_refused(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        js = client.jetstream()
        await js.delete_stream("ASIDE")
        await js.add_stream(StreamConfig(name="ASIDE", mirror=StreamSource(name="INBOUND")))

        with pytest.raises(BusDiffers, match=r"Stream ASIDE: mirror is .* but must be unset"):
            await provision(client, [])


async def test_more_replicas_than_there_are_servers_is_refused_in_the_servers_words(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        with pytest.raises(BusDiffers, match=r"Stream ENGAGEMENT.*replicas"):
            await provision(client, [], replicas=3)


async def test_an_ear_that_would_be_forgotten_or_hears_no_bodies_is_mended(tmp_path: Path) -> None:
    async with a_bus(tmp_path, FOLLOWUP) as server, a_connection(server) as client:
        js = client.jetstream()
        has = (await js.consumer_info("ENGAGEMENT", "followup")).config
        await js.add_consumer("ENGAGEMENT", has.evolve(inactive_threshold=60.0, headers_only=True))

        assert await provision(client, [FOLLOWUP]) == [f"{FOLLOWUP}: headers_only, inactive_threshold changed"]
        config = (await js.consumer_info("ENGAGEMENT", "followup")).config
        assert not config.headers_only and not config.inactive_threshold
        assert await provision(client, [FOLLOWUP]) == []
