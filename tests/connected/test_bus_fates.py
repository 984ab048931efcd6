"""What trackers get on the bus: the fates of their own requests, in order, whatever the bus lost; and nobody else's."""

import asyncio
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from nats.errors import TimeoutError as NothingCame
from typer.testing import CliRunner

from services.__main__ import app
from services.evaluation.ticks import carrier
from shared.bus.accounts.members import Kind
from shared.events.base import Fact
from shared.service import Service
from tests.connected.test_bus_attacks import an_attacker
from tests.connected.test_bus_reconciler import a_place
from tests.support.bus import all_in
from tests.support.calendars import node
from tests.support.http import OPENED
from tests.support.saying import said
from tests.support.services import PLAYBOOK
from tests.support.up import ROOT, Up, a_folder, an_up

NEED: dict[str, Any] = {
    "jurisdiction": "KY",
    "topic": "workforce",
    "need": "How do others pay?",
    "logged_on": "2027-01-04",
}
NEXT = "READ.CONSUMER.MSG.NEXT.FATES"


def asked(source: str, number: int = 17) -> Fact:
    told: dict[str, Any] = {"request_id": f"{source}-{number}", "source": source, "external_id": f"{number}"}
    return said("ta_request_logged", **told, **NEED)


def answered(source: str) -> Fact:
    told: dict[str, Any] = {
        "request_id": f"{source}-17",
        "answered_on": "2027-01-08",
        "how": "engagement",
        "engagement_id": "e1",
    }
    return said("ta_request_answered", **told)


async def hear(evaluation: Service, *facts: Fact) -> None:
    """Have evaluation hear this, and carry what follows from it."""
    await evaluation.hear(evaluation.store, facts)
    await carrier(evaluation).carry_all()


async def told(client: Client) -> list[tuple[str, str]]:
    """What stands in the stream: whose it is, and what became of it."""
    bodies = [json.loads(body)["data"] for body in await all_in(client, "FATES")]
    return [(one["request_id"], one["fate"]) for one in bodies]


async def test_fates_are_carried_in_order_once_however_often_they_are_carried(tmp_path: Path) -> None:
    async with a_place(tmp_path, "evaluation") as (client, [evaluation]):
        await hear(evaluation, said("engagement_opened", engagement_id="e1"), asked("ncase"), asked("other"))
        await hear(evaluation, answered("ncase"))
        await carrier(evaluation).carry_all()
        story = [("ncase-17", "received"), ("other-17", "received"), ("ncase-17", "answered")]
        assert await told(client) == story
        info = (await client.jetstream().stream_info("FATES")).config
    assert (info.max_age, info.max_msgs_per_subject) == (90 * 24 * 3600.0, 100_000)


async def test_two_replicas_that_carry_at_once_tell_each_fate_once_and_in_order(tmp_path: Path) -> None:
    async with a_place(tmp_path, "evaluation") as (client, [evaluation]):
        await evaluation.hear(evaluation.store, [asked("ncase", number) for number in range(150)])
        await asyncio.gather(*(carrier(evaluation).carry_all() for _ in range(3)))
        assert await told(client) == [(f"ncase-{number}", "received") for number in range(150)]


async def test_a_stream_that_is_gone_is_made_again_and_what_is_said_next_is_in_it(tmp_path: Path) -> None:
    async with a_place(tmp_path, "evaluation") as (client, [evaluation]):
        await hear(evaluation, asked("ncase", 1))
        await client.jetstream().delete_stream("FATES")
        await hear(evaluation, asked("ncase", 2))
        assert await told(client) == [("ncase-2", "received")]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A running Throughline with two trackers, each of which has a request that was received."""
    with an_up(a_folder(tmp_path_factory.mktemp("up") / "here", example=PLAYBOOK)) as running:
        running.post("/engagements", **OPENED)
        for source in ("ncase", "other"):
            done = CliRunner(env={**running.keys, "THROUGHLINE_NATS": "", "THROUGHLINE_NATS_KEYS": ""}).invoke(
                app, ["subscribe", "tracker", source]
            )
            assert "Its consumer is there." in done.output
            running.post("/requests", source=source, external_id="17", **NEED)
        yield running


async def reads(up: Up, source: str, count: int) -> list[dict[str, Any]]:
    """The rightful use of a tracker: it pulls as much as it expects, and then nothing more comes."""
    found: list[dict[str, Any]] = []
    async with up.on_the_bus(source, Kind.TRACKER) as client, asyncio.timeout(30):
        inbox = f"_INBOX_{source}.".encode()
        ear = await client.jetstream(prefix="READ").pull_subscribe_bind(source, "FATES", inbox_prefix=inbox)
        while len(found) < count:
            for message in await ear.fetch(1, timeout=20):
                found.append(json.loads(message.data))
                await message.ack_sync(timeout=10)
        with pytest.raises(NothingCame):
            await ear.fetch(1, timeout=1)
    return found


async def test_a_tracker_reads_what_became_of_its_own_requests_each_once(up: Up) -> None:
    answer = {"request_id": "other-17", "how": "one_on_one", "answered_on": "2027-01-08"}
    up.post("/requests/answer", **answer)
    found = await reads(up, "other", 2)
    assert [(one["subject"], one["data"]["fate"]) for one in found] == [
        ("other-17", "received"), ("other-17", "answered"),
    ]  # fmt: skip
    assert len({one["id"] for one in found}) == 2


async def test_a_tracker_neither_pulls_nor_hears_nor_confirms_what_is_anothers(up: Up) -> None:
    acknowledged = "$JS.ACK.FATES.other.1.1.1.1.0"
    forbidden = (f"{NEXT}.other", "READ.CONSUMER.INFO.FATES.other", acknowledged, "fates.other.received")
    reading = ("STREAM.MSG.GET.FATES", "DIRECT.GET.FATES", "DIRECT.GET.FATES.fates.other.>", "CONSUMER.CREATE.FATES.x")
    making = ("CONSUMER.CREATE.FATES.ncase.fates.other.>", "CONSUMER.DURABLE.CREATE.FATES.ncase", "STREAM.PURGE.FATES")
    async with an_attacker(up, "ncase", Kind.TRACKER) as attacker:
        for one in forbidden:
            assert not await attacker.may_say(one, b'{"batch":1}', reply="_INBOX_ncase.x")
        for one in (*reading, *making):
            for api in ("$JS.API", "READ"):
                assert not await attacker.may_say(f"{api}.{one}", b'{"seq":1}', reply="_INBOX_ncase.x")
        for one in ("fates.>", "fates.ncase.>", "fates.other.>", "_INBOX_other.>"):
            assert not await attacker.may_hear(one)


async def test_answers_that_a_tracker_has_sent_elsewhere_confirm_and_hand_in_nothing_for_another(up: Up) -> None:
    """It may name any subject for what it pulls, also where there is nothing and the answer is empty."""
    up.post("/requests", source="third", external_id="1", **NEED)
    async with up.on_the_bus("third", Kind.TRACKER):
        pass
    async with an_attacker(up, "ncase", Kind.TRACKER) as attacker:
        before = await _waiting(up, "other")
        for reply in ("$JS.ACK.FATES.other.1.2.1.1.0", "inbound.requests.other", f"{NEXT}.other"):
            for wish in (b'{"batch":1,"no_wait":true}', b'{"batch":0}', b"{"):
                await attacker.may_say(f"{NEXT}.ncase", wish, reply=reply)
        await asyncio.sleep(0.5)
        assert await _waiting(up, "other") == before
    assert all(one["subject"] != "inbound.requests.other" for one in up.get("/aside", limit=500)["intake"]["items"])


async def _waiting(up: Up, source: str) -> tuple[Any, Any]:
    """How far a tracker's consumer has given out and was confirmed."""
    async with up.on_the_bus("evaluation") as service:
        info = await service.jetstream().consumer_info("FATES", source)
        return (info.delivered, info.ack_floor)


async def test_who_shows_no_key_hears_nothing(up: Up) -> None:
    host, port = up.bus.rpartition("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(b"CONNECT {}\r\nSUB fates.> 1\r\nPING\r\n")
        told = await asyncio.wait_for(reader.read(), 30)
    finally:
        writer.close()
        await writer.wait_closed()
    assert b"Authorization Violation" in told and b"PONG" not in told


def test_the_lines_for_node_in_the_documents_read_what_became_of_a_request(up: Up) -> None:
    done = CliRunner(env={**up.keys, "THROUGHLINE_NATS": "", "THROUGHLINE_NATS_KEYS": ""}).invoke(
        app, ["subscribe", "tracker", "in-node"]
    )
    assert done.exit_code == 0, done.output
    up.post("/requests", source="in-node", external_id="5", **NEED)
    document = (ROOT / "docs" / "trackers.md").read_text(encoding="utf-8")
    [lines] = [one for one in re.findall(r"```javascript\n(.*?)```", document, flags=re.DOTALL) if '"FATES"' in one]
    key = up.folder / "data" / "nats" / "keys" / "tracker-in-node.nk"
    for word, mine in {"nats://...": up.bus, "tracker-ncase.nk": str(key), "ncase": "in-node"}.items():
        lines = lines.replace(word, mine)
    pipe = subprocess.PIPE
    command = [node(), "--input-type=module"]
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(lines)
        process.stdin.close()
        said = process.stdout.readline()
        process.kill()
        assert said.split() == ["5", "received"], process.stderr.read()
