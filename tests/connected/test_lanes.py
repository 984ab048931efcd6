"""Lanes on a real bus and PostgreSQL: engagements are divided among processes, in order, while these come and go."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import pytest
from nats.aio.client import Client
from nats.js.api import ConsumerConfig, StreamConfig, SubjectTransform

from shared.bus.broker import make_broker
from shared.bus.delivery import Delivery
from shared.bus.dividing import Division
from shared.bus.ears import Ear, provide_ear
from shared.bus.lanes import divided, lane_of
from shared.bus.server import EmbeddedServer
from shared.bus.sighting import look_at
from shared.bus.streams import begin_again, provision
from shared.hearing import hear_facts
from shared.settings import Settings
from shared.storage.database import Database
from tests.support.bus import a_bus, a_connection, eventually
from tests.support.stores import a_database_on, postgresql

EAR = Ear("followup", "ENGAGEMENT", ("eng.intake.>", "eng.sessions.>", "eng.evaluation.>"))
ENGAGEMENTS = [f"e{number}" for number in range(24)]
ACK_WAIT = 2.0


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server."""
    with TemporaryDirectory() as folder, postgresql(Path(folder)) as address:
        yield address


class Town:
    """A bus, a database, and what processes of one service have heard, in the order in which they had done with it."""

    def __init__(self, bus: EmbeddedServer, database: str, client: Client) -> None:
        self.bus, self.database, self.client = bus, database, client
        self.heard: list[tuple[str, str, int]] = []
        """By which process, of which engagement, and its number there; a repetition is recognised, as services do."""
        self.repetitions = 0
        """The bus repeats itself where an answer comes late, as on a machine that has much else to do."""
        self._said = 0

    @asynccontextmanager
    async def a_process(self, name: str, lanes: int = 4) -> AsyncIterator[Division | None]:
        """A process of the service, from its start to its end."""
        told = Settings(lanes=lanes, database=self.database, ack_wait=ACK_WAIT, batch=20)
        database, broker = Database(self.database, "followup"), make_broker(self.bus.url, "followup")

        async def take(batch: Sequence[Delivery]) -> None:
            await asyncio.sleep(0.01)
            for one in batch:
                self._hear(name, one.subject.rpartition(".")[2], int(one.body))

        await provision(self.client, divided(EAR, lanes), ack_wait=ACK_WAIT)
        division = hear_facts(broker, EAR, database, told, take, refuse)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.close)
            if division:
                stack.push_async_callback(division.stop)
            stack.push_async_callback(broker.stop)
            await broker.start()
            if division:
                await division.start()
            yield division

    def _hear(self, name: str, engagement: str, number: int) -> None:
        if number in self.of(engagement):
            self.repetitions += 1
        else:
            self.heard.append((name, engagement, number))

    async def say(self, times: int) -> None:
        """So many facts of each engagement, in turn, as two services would say them."""
        for _ in range(times):
            self._said += 1
            speaker = "intake.team_changed" if self._said % 2 else "sessions.session_held"
            for engagement in ENGAGEMENTS:
                await self.client.publish(f"eng.{speaker}.v1.{engagement}", str(self._said).encode())
                # What the service says itself is given to its lanes too, and no number: who heard it would fail.
                await self.client.publish(f"eng.followup.follow_up_done.v1.{engagement}", b"our own")
        await self.client.flush()

    async def all_heard(self) -> None:
        """Wait until all that was said is heard."""
        wanted = {(engagement, number) for engagement in ENGAGEMENTS for number in range(1, self._said + 1)}
        await eventually(lambda: {(engagement, number) for _, engagement, number in self.heard} == wanted, 40)

    def of(self, engagement: str) -> list[int]:
        return [number for _, which, number in self.heard if which == engagement]

    def out_of_order(self) -> dict[str, list[int]]:
        """What was heard of the engagements of which not each fact was heard in order."""
        wanted = list(range(1, self._said + 1))
        return {engagement: some for engagement in ENGAGEMENTS if (some := self.of(engagement)) != wanted}

    def by(self, name: str) -> set[str]:
        """The engagements of which a process heard something."""
        return {engagement for who, engagement, _ in self.heard if who == name}


async def refuse(delivery: Delivery, reason: Exception) -> None:
    raise AssertionError(f"{delivery.body!r} was put aside: {reason}")


@pytest.fixture
async def town(server: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with a_bus(tmp_path) as bus, a_connection(bus) as client, a_database_on(server) as database:
        yield Town(bus, database, client)


async def share_alike(*divisions: Division | None) -> None:
    """Wait until each process has as many lanes as the others."""
    there = [one for one in divisions if one]
    await eventually(lambda: {len(one.lanes) for one in there} == {4 // len(there)})


async def test_two_processes_hear_each_its_own_engagements_in_order(town: Town) -> None:
    async with town.a_process("a") as a, town.a_process("b") as b:
        await share_alike(a, b)
        await town.say(30)
        await town.all_heard()
    assert town.out_of_order() == {}
    assert town.by("a") and town.by("b") and not town.by("a") & town.by("b")


async def test_a_process_that_joins_gets_its_share_and_nothing_is_lost_or_out_of_order(town: Town) -> None:
    async with town.a_process("a") as a:
        await share_alike(a)
        await town.say(20)
        async with town.a_process("b") as b:
            await town.say(20)
            await share_alike(a, b)
            await town.say(20)
            await town.all_heard()
    assert town.out_of_order() == {}
    assert town.by("b")


async def test_a_process_that_leaves_gives_its_lanes_to_the_other(town: Town) -> None:
    async with town.a_process("a") as a:
        async with town.a_process("b") as b:
            await share_alike(a, b)
            await town.say(20)
        await town.say(20)
        await town.all_heard()
        assert a and len(a.lanes) == 4
    assert town.out_of_order() == {}


async def test_a_process_that_lost_its_locks_takes_part_again(town: Town, server: str) -> None:
    async with town.a_process("a") as a, town.a_process("b") as b:
        await share_alike(a, b)
        await town.say(10)
        connection = await asyncpg.connect(town.database.replace("+asyncpg", ""))
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' LIMIT 1")
        await connection.close()
        await town.say(20)
        await share_alike(a, b)
        await town.say(10)
        await town.all_heard()
    assert town.out_of_order() == {}


async def test_what_somebody_still_has_in_hand_is_waited_for_before_its_lane_goes_on(town: Town) -> None:
    [lane, *_] = ears = divided(EAR, 4)
    await provision(town.client, ears, ack_wait=ACK_WAIT)
    await town.say(1)
    pull = await town.client.jetstream().pull_subscribe_bind(lane.durable, "ENGAGEMENT")
    in_hand = await pull.fetch(3)
    async with town.a_process("a"):
        await town.say(3)
        await town.all_heard()
    assert [one.subject for one in in_hand]
    assert town.out_of_order() == {}


async def test_from_one_lane_to_four_and_back_nothing_is_lost_and_nothing_heard_again(town: Town) -> None:
    for name, lanes in (("a", 1), ("b", 4), ("c", 1), ("d", 2)):
        async with town.a_process(name, lanes):
            await town.say(5)
            await town.all_heard()
            await eventually_answered(town.client, lanes)
    assert town.out_of_order() == {}
    assert town.repetitions < 5 * len(ENGAGEMENTS)
    assert [name for name, _ in groupby(who for who, _, _ in town.heard)] == ["a", "b", "c", "d"]
    assert await ears_there(town.client) == ["followup-1-of-2", "followup-2-of-2"]


async def test_while_some_processes_have_lanes_and_others_not_yet_nothing_is_lost(town: Town) -> None:
    async with town.a_process("old", 1):
        await town.say(5)
        async with town.a_process("new", 4):
            await town.say(5)
            await town.all_heard()
    async with town.a_process("newer", 4):
        await town.say(5)
        await town.all_heard()


async def test_the_lane_of_an_engagement_is_the_partition_that_the_server_itself_would_make(tmp_path: Path) -> None:
    mapped = SubjectTransform(src="try.*", dest="part.{{partition(8,1)}}.{{wildcard(1)}}")
    async with EmbeddedServer(tmp_path) as bus, a_connection(bus) as client:
        js = client.jetstream()
        await js.add_stream(StreamConfig(name="PARTS", subjects=["try.*"], subject_transform=mapped))
        for engagement in ENGAGEMENTS:
            await js.publish(f"try.{engagement}", b"")
        parts = [(await js.get_msg("PARTS", seq)).subject for seq in range(1, len(ENGAGEMENTS) + 1)]
    lanes = [lane_of(f"eng.intake.team_formed.v1.{engagement}", b"", 8) for engagement in ENGAGEMENTS]
    assert parts == [f"part.{lane - 1}.{engagement}" for lane, engagement in zip(lanes, ENGAGEMENTS, strict=True)]


async def ears_there(client: Client) -> list[str]:
    return sorted(str(info.name) for info in await client.jetstream().consumers_info("ENGAGEMENT"))


async def eventually_answered(client: Client, lanes: int) -> None:
    """Wait until the bus knows that all of these lanes is heard."""
    js = client.jetstream()
    async with asyncio.timeout(20):
        for ear in divided(EAR, lanes):
            while (info := await js.consumer_info(ear.stream, ear.durable)).num_ack_pending or info.num_pending:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def provided(client: Client, ear: Ear) -> list[str]:
    """What is done so that its first lane is there as it has to be."""
    return await provide_ear(client.jetstream(), ear.in_lanes(2)[0], ACK_WAIT, only_look=False)


async def test_a_lane_is_given_all_where_its_service_hears_all_others(town: Town) -> None:
    name, before = "Ear followup-1-of-2 on stream ENGAGEMENT", replace(EAR, subjects=EAR.subjects[:2])
    await provided(town.client, before)
    lane = await town.client.jetstream().consumer_info("ENGAGEMENT", "followup-1-of-2")
    assert lane.config.filter_subjects == list(before.subjects)
    for subjects in (EAR.subjects, (*EAR.subjects, "eng.later.>")):
        new = subjects[-1]
        told = await provided(town.client, replace(EAR, subjects=subjects))
        assert told == [f"{name} begins again, as it now also hears {new}"]
        assert await provided(town.client, replace(EAR, subjects=subjects)) == []
        lane = await town.client.jetstream().consumer_info("ENGAGEMENT", "followup-1-of-2")
        assert "eng.>" in (lane.config.filter_subject, *(lane.config.filter_subjects or ()))


async def test_a_lane_of_an_earlier_version_is_given_all_and_goes_on_where_it_was(town: Town) -> None:
    js, ear = town.client.jetstream(), EAR.in_lanes(2)[0]
    settings: dict[str, Any] = {"ack_wait": ACK_WAIT, "max_ack_pending": 20_000, "max_deliver": -1}
    before = ConsumerConfig(durable_name=ear.durable, filter_subjects=sorted(EAR.subjects), **settings)
    begun = (await js.add_consumer("ENGAGEMENT", before)).created
    assert await provided(town.client, EAR) == [f"{ear}: filter_subjects changed"]
    assert await provided(town.client, EAR) == []
    assert (await js.consumer_info("ENGAGEMENT", ear.durable)).created == begun, "it was made anew"


@pytest.mark.parametrize(("subject", "is_own"), [("eng.followup.x.v1.e1", True), ("eng.later.x.v1.e1", False)])
def test_what_a_later_version_hears_of_others_is_not_passed_over(subject: str, is_own: bool) -> None:
    assert EAR.is_own(subject) is is_own


async def test_a_lane_that_somebody_deleted_is_begun_again(town: Town) -> None:
    async with town.a_process("a"):
        await town.say(2)
        await town.all_heard()
    await town.client.jetstream().delete_consumer("ENGAGEMENT", "followup-1-of-4")
    async with town.a_process("b"):
        await town.say(2)
        await town.all_heard()


async def test_lanes_that_went_on_begin_again_where_the_stream_is_in_doubt(town: Town) -> None:
    async with town.a_process("a", 1):
        await town.say(3)
        await town.all_heard()
        await eventually_answered(town.client, 1)
    ears = divided(EAR, 2)
    await provision(town.client, ears, ack_wait=ACK_WAIT)
    assert (await look_at(town.client.jetstream(), "ENGAGEMENT", ears)).ear_has_heard
    await begin_again(town.client, ears, ACK_WAIT)
    assert await ears_there(town.client) == [ear.durable for ear in ears]
    async with town.a_process("b", 2):
        await eventually(lambda: town.repetitions >= 3 * len(ENGAGEMENTS))
