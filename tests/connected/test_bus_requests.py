"""Trackers publish as they like, plainly or through JetStream: everything is kept, and who asks is answered."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nats.aio.client import Client

from shared.bus.broker import Broker
from shared.bus.delivery import Delivery
from shared.bus.listening import listen
from shared.bus.requests import Asked, listen_for_requests
from shared.bus.streams import Ear
from shared.errors import Malformed, Problem
from tests.support.bus import a_bus, a_connection, a_service, all_in, eventually

INTAKE = Ear("intake", "INBOUND", ("inbound.requests.*",))
SUBJECT = "inbound.requests.ky-tracker"


class Intake:
    """Takes requests that name a topic; the tracker may ask, or publish and go."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.tries = 0
        self.is_ready = True

    def __call__(self, broker: Broker) -> None:
        listen(broker, INTAKE, self.take, self.put_aside)
        listen_for_requests(broker, "inbound.requests.*", "intake", self.answer)

    async def take(self, batch: Sequence[Delivery]) -> None:
        self.heard += [delivery.body for delivery in batch]

    async def put_aside(self, delivery: Delivery, reason: Exception) -> None:
        raise AssertionError("nothing is put aside here")

    async def answer(self, batch: Sequence[Asked]) -> Sequence[Mapping[str, object]]:
        self.tries += 1
        if not self.is_ready:
            raise OSError("no database")
        return [self._log(asked) for asked in batch]

    def _log(self, asked: Asked) -> Mapping[str, object]:
        topic = json.loads(asked.body).get("topic")
        if not topic:
            raise Malformed("1 problem", problems=(Problem("topic", "is missing"),))
        return {"request_id": f"ky-{topic}"}


async def ask(client: Client, **fields: str) -> dict[str, Any]:
    answer = await client.request(SUBJECT, json.dumps(fields).encode(), timeout=5)
    return dict(json.loads(answer.data))


async def test_who_asks_gets_the_answer_of_intake_and_not_that_of_the_stream(tmp_path: Path) -> None:
    async with a_bus(tmp_path, INTAKE) as server, a_connection(server) as tracker, a_service(server, Intake()):
        for topic in ("ost", "licensing", "wages"):
            answer = await ask(tracker, topic=topic)
            assert (answer["accepted"], answer["status"], answer["request_id"]) == (True, 200, f"ky-{topic}")


async def test_a_refusal_names_the_field_and_the_reason(tmp_path: Path) -> None:
    async with a_bus(tmp_path, INTAKE) as server, a_connection(server) as tracker, a_service(server, Intake()):
        answer = await ask(tracker, need="help")
    assert (answer["accepted"], answer["status"]) == (False, 422)
    assert answer["problems"] == [{"field": "topic", "reason": "is missing"}]


async def test_a_jetstream_publisher_takes_the_same_answer_for_its_acknowledgement(tmp_path: Path) -> None:
    async with a_bus(tmp_path, INTAKE) as server, a_connection(server) as tracker, a_service(server, Intake()):
        acknowledged = await tracker.jetstream().publish(SUBJECT, b'{"topic": "ost"}', stream="INBOUND")
        kept_for_later = await tracker.jetstream().publish(SUBJECT, b"{}")
    assert acknowledged.stream == kept_for_later.stream == "INBOUND"


async def test_what_was_asked_is_kept_and_heard_like_everything_else(tmp_path: Path) -> None:
    intake = Intake()
    async with a_bus(tmp_path, INTAKE) as server, a_connection(server) as tracker, a_service(server, intake):
        await ask(tracker, topic="ost")
        await eventually(lambda: intake.heard == [b'{"topic": "ost"}'])
        assert await all_in(tracker, "INBOUND") == intake.heard


async def test_what_is_published_while_intake_is_down_is_heard_when_it_is_up(tmp_path: Path) -> None:
    intake = Intake()
    async with a_bus(tmp_path, INTAKE) as server, a_connection(server) as tracker:
        await tracker.publish(SUBJECT, b'{"topic": "plain"}')
        await tracker.publish(SUBJECT, b'{"topic": "asked"}', reply=tracker.new_inbox())
        await tracker.flush()
        async with a_service(server, intake):
            await eventually(lambda: intake.heard == [b'{"topic": "plain"}', b'{"topic": "asked"}'])


async def test_a_message_without_a_reply_subject_is_left_to_the_stream(tmp_path: Path) -> None:
    intake = Intake()
    async with a_bus(tmp_path, INTAKE) as server, a_connection(server) as tracker, a_service(server, intake):
        await tracker.publish(SUBJECT, b'{"topic": "plain"}')
        await eventually(lambda: intake.heard)
    assert intake.tries == 0


async def test_a_reply_subject_that_is_nobodys_inbox_is_not_answered(tmp_path: Path) -> None:
    intake = Intake()
    async with a_bus(tmp_path, INTAKE) as server, a_connection(server) as attacker, a_service(server, intake):
        await attacker.jetstream().publish("eng.a", b"a fact")
        for reply in ("aside.intake", "eng.a", "$JS.API.STREAM.PURGE.ENGAGEMENT"):
            await attacker.publish(SUBJECT, b'{"topic": "ost"}', reply=reply)
        await ask(attacker, topic="last")
        assert await all_in(attacker, "ENGAGEMENT") == [b"a fact"]
        assert await all_in(attacker, "ASIDE") == []
    assert intake.tries == 1


async def test_requests_that_come_together_are_handled_together_and_one_bad_one_costs_only_itself(
    tmp_path: Path,
) -> None:
    async with a_bus(tmp_path, INTAKE) as server, a_connection(server) as tracker, a_service(server, Intake()):
        topics = ["ost"] * 20 + [""] + ["wages"] * 20
        answers = await asyncio.gather(*(ask(tracker, topic=topic) for topic in topics))
    assert [answer["accepted"] for answer in answers] == [bool(topic) for topic in topics]


async def test_who_asks_while_the_database_is_away_hears_that_it_was_kept(tmp_path: Path) -> None:
    intake = Intake()
    intake.is_ready = False
    async with a_bus(tmp_path, INTAKE) as server, a_connection(server) as tracker, a_service(server, intake):
        answer = await ask(tracker, topic="ost")
        assert (answer["accepted"], answer["status"]) == (False, 503)
        await eventually(lambda: intake.heard == [b'{"topic": "ost"}'])
