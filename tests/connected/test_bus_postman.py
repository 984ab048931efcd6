"""The postman: what was committed reaches the bus, in order, once, through restarts of either side."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.bus.broker import Broker, make_broker
from shared.bus.postman import BUNDLE_BYTES, Letter, Postman, bundles
from shared.bus.publishing import TIMEOUT, publish
from tests.support.bus import Box, a_bus, a_connection, a_service, all_in, eventually, letter


@asynccontextmanager
async def a_postman(box: Box, broker: Broker) -> AsyncIterator[Postman]:
    postman = Postman(box, broker, "sessions")
    await postman.start()
    try:
        yield postman
    finally:
        await postman.stop()


def bodies(letters: Sequence[Letter]) -> list[bytes]:
    return [each.body for each in letters]


async def test_letters_go_out_in_order(tmp_path: Path) -> None:
    box = Box([letter(number) for number in range(1200)])
    async with a_bus(tmp_path) as server, a_service(server) as broker, a_postman(box, broker) as postman:
        await postman.flush()
        assert await all_in(broker.client, "ENGAGEMENT") == bodies(box.letters)
    assert len(box.sent) == 1200
    assert postman.waiting == 0


async def test_a_letter_written_later_goes_out_when_the_postman_is_called(tmp_path: Path) -> None:
    box = Box()
    async with a_bus(tmp_path) as server, a_service(server) as broker, a_postman(box, broker) as postman:
        await postman.flush()
        box.letters.append(letter(1))
        postman.wake()
        await eventually(lambda: box.sent == {1})


async def test_letters_for_several_streams_keep_their_order(tmp_path: Path) -> None:
    box = Box([letter(number, "aside.sessions" if number % 3 == 0 else "eng.a") for number in range(30)])
    async with a_bus(tmp_path) as server, a_service(server) as broker, a_postman(box, broker) as postman:
        await postman.flush()
        said = await all_in(broker.client, "ENGAGEMENT")
        aside = await all_in(broker.client, "ASIDE")
    assert said == bodies([each for each in box.letters if each.seq % 3])
    assert aside == bodies([each for each in box.letters if each.seq % 3 == 0])


async def test_a_letter_that_is_sent_twice_is_kept_once(tmp_path: Path) -> None:
    box = Box([letter(number) for number in range(10)])
    async with a_bus(tmp_path) as server, a_service(server) as broker, a_postman(box, broker) as postman:
        await postman.flush()
        box.sent = {0, 1}
        box.letters += [letter(10), letter(11)]
        await postman.flush()
        assert await all_in(broker.client, "ENGAGEMENT") == bodies(box.letters)


async def test_a_letter_carries_its_id_and_its_content_type(tmp_path: Path) -> None:
    box = Box([letter(1)])
    async with a_bus(tmp_path) as server, a_service(server) as broker, a_postman(box, broker) as postman:
        await postman.flush()
        kept = await broker.client.jetstream().get_last_msg("ENGAGEMENT", letter(1).subject)
    assert kept.headers
    assert kept.headers["Nats-Msg-Id"] == "letter-1"
    assert kept.headers["Content-Type"] == "application/cloudevents+json"


async def test_nothing_is_lost_or_out_of_order_when_the_server_dies_in_the_middle(tmp_path: Path) -> None:
    box = Box()
    async with a_bus(tmp_path) as server, a_service(server) as broker, a_postman(box, broker) as postman:
        victim = server.pid
        assert victim
        for number in range(600):
            box.letters.append(letter(number))
            postman.wake()
            if number == 300:
                os.kill(victim, signal.SIGKILL)
            await asyncio.sleep(0.001)
        await postman.flush()
        assert await all_in(broker.client, "ENGAGEMENT") == bodies(box.letters)
    assert postman.last_error == ""


async def test_an_answer_that_can_no_longer_come_is_not_waited_for(tmp_path: Path) -> None:
    box = Box()
    async with a_bus(tmp_path) as server, a_service(server) as broker, a_postman(box, broker) as postman:
        victim = server.pid
        assert victim
        os.kill(victim, signal.SIGSTOP)
        box.letters = [letter(1), letter(2)]
        postman.wake()
        await eventually(lambda: postman.waiting)
        os.kill(victim, signal.SIGKILL)
        async with asyncio.timeout(TIMEOUT / 2):
            await postman.flush()
        assert await all_in(broker.client, "ENGAGEMENT") == [b"1", b"2"]


async def test_what_the_bus_has_is_settled_soon_in_a_rest_without_one_and_before_the_end(tmp_path: Path) -> None:
    box = Box([letter(0)])
    async with a_bus(tmp_path) as server, a_service(server) as broker, a_postman(box, broker) as postman:
        await eventually(lambda: box.settled == {0})
        for number in range(1, 1000):
            box.letters.append(letter(number))
            postman.wake()
            await asyncio.sleep(0.005)
            if len(box.settled) > 1:
                break
        assert 1 < len(box.settled) < len(box.letters) + 1
        postman.wake()
        await eventually(lambda: len(box.sent) == len(box.letters))
    assert box.settled == box.sent


async def test_letters_wait_with_the_reason_while_the_bus_is_away(tmp_path: Path) -> None:
    box = Box()
    async with a_bus(tmp_path) as server, a_service(server) as broker, a_postman(box, broker) as postman:
        await server.stop()
        box.letters.append(letter(1))
        postman.wake()
        await eventually(lambda: postman.last_error)
        assert postman.waiting == 1
        assert box.sent == set()

        await server.start()
        await postman.flush()
        assert await all_in(broker.client, "ENGAGEMENT") == [b"1"]
    assert (postman.waiting, postman.last_error) == (0, "")


async def test_letters_wait_when_the_stream_is_missing(tmp_path: Path) -> None:
    box = Box([letter(1), letter(2)])
    async with a_bus(tmp_path) as server, a_service(server) as broker:
        js = broker.client.jetstream()
        config = (await js.stream_info("ENGAGEMENT")).config
        await js.delete_stream("ENGAGEMENT")
        async with a_postman(box, broker) as postman:
            await eventually(lambda: postman.last_error)
            await js.add_stream(config)
            await postman.flush()
            assert await all_in(broker.client, "ENGAGEMENT") == [b"1", b"2"]


async def test_a_letter_that_the_bus_can_never_take_does_not_hold_up_the_others(tmp_path: Path) -> None:
    too_large = Letter(2, "letter-2", "eng.a", bytes(2 * 1024 * 1024))
    box = Box([letter(1), too_large, letter(3)])
    async with a_bus(tmp_path) as server, a_service(server) as broker, a_postman(box, broker) as postman:
        await eventually(lambda: box.settled == {1, 3} and postman.last_error)
        assert await all_in(broker.client, "ENGAGEMENT") == [b"1", b"3"]
    assert "MaxPayload" in postman.last_error
    assert postman.waiting == 1


async def test_an_outbox_that_cannot_be_read_is_read_again(tmp_path: Path) -> None:
    class Moody(Box):
        troubles = 2

        async def unsent(self, limit: int) -> Sequence[Letter]:
            if self.troubles:
                self.troubles -= 1
                raise OSError("database is locked")
            return await super().unsent(limit)

    box = Moody([letter(1)])
    async with a_bus(tmp_path) as server, a_service(server) as broker, a_postman(box, broker) as postman:
        await postman.flush()
    assert box.sent == {1}


async def test_many_letters_are_stored_in_one_piece_or_not_at_all(tmp_path: Path) -> None:
    letters = [letter(number) for number in range(5)]
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        assert await publish(client, "ENGAGEMENT", letters) == (letters, None)
        last = await client.jetstream().get_last_msg("ENGAGEMENT", letters[0].subject)
    assert last.headers
    assert last.headers["Nats-Batch-Sequence"] == "5"


async def test_letters_of_which_the_bus_has_some_or_all_already_are_told_as_stored_and_kept_once(
    tmp_path: Path,
) -> None:
    letters = [letter(number) for number in range(5)]
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        for some in (letters[1:3], letters, letters):
            stored, failure = await publish(client, "ENGAGEMENT", some)
            assert (list(stored), failure) == (some, None)
        assert sorted(await all_in(client, "ENGAGEMENT")) == sorted(bodies(letters))


async def test_a_stream_that_takes_no_batches_gets_its_letters_one_after_another(tmp_path: Path) -> None:
    letters = [letter(number) for number in range(50)]
    async with a_bus(tmp_path) as server, a_connection(server) as client:
        js = client.jetstream()
        has = (await js.stream_info("ENGAGEMENT")).config
        await js.update_stream(has.evolve(allow_atomic=False))
        stored, failure = await publish(client, "ENGAGEMENT", letters)
        assert (list(stored), failure) == (letters, None)
        assert await all_in(client, "ENGAGEMENT") == bodies(letters)


async def test_a_postman_that_does_not_run_cannot_be_asked_to_flush() -> None:
    with pytest.raises(RuntimeError, match="postman of sessions does not run"):
        await Postman(Box(), make_broker("nats://127.0.0.1:1", "sessions"), "sessions").flush()


def test_a_bundle_is_no_larger_than_the_bus_takes_at_once() -> None:
    half = bytes(BUNDLE_BYTES // 2)
    letters = [Letter(number, str(number), "eng.a", half) for number in range(5)]
    assert [[each.seq for each in bundle] for _, bundle in bundles(letters)] == [[0, 1], [2, 3], [4]]
