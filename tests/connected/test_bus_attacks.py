"""Whoever is let onto the bus from outside tries what they must not: it is refused, and what they may do works."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from shared.bus.accounts.configuration import FEW
from shared.bus.accounts.keyring import Keyring
from shared.bus.accounts.members import Kind
from shared.bus.accounts.nkeys import new_seed
from shared.bus.accounts.reloading import reload
from shared.bus.connecting import Key, connect
from shared.bus.outcomes import ear_of
from shared.bus.streams import provision
from tests.support.bus import admitted
from tests.support.bus import eventually as happens
from tests.support.facts import cloudevent
from tests.support.http import OPENED
from tests.support.services import PLAYBOOK
from tests.support.up import Up, a_folder, an_up

NEED = {"jurisdiction": "KY", "topic": "workforce", "need": "How do others pay?", "logged_on": "2027-01-04"}
OUTCOME = {"engagement_id": "e1", "level": "policy", "statement": "A new rule", "evidence": "The register"}
MINE = "inbound.requests.ncase"
STREAMS = ("ENGAGEMENT", "INBOUND", "ASIDE", "OUTCOMES", "FATES")
FROM_OUTSIDE = (("ncase", Kind.TRACKER), ("ky-u", Kind.EVALUATOR))
EVERYBODY = (*FROM_OUTSIDE, ("intake", Kind.SERVICE), ("evaluation", Kind.SERVICE))


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One start for all attacks, with an engagement, an outcome, a tracker and an evaluator."""
    with an_up(a_folder(tmp_path_factory.mktemp("up") / "here", example=PLAYBOOK)) as running:
        running.post("/engagements", **OPENED)
        asyncio.run(_subscribed(running))
        running.post("/outcomes", **OUTCOME, outcome_id="o1")
        yield running


async def _subscribed(up: Up) -> None:
    known = up.on_the_bus("ncase", Kind.TRACKER), up.on_the_bus("ky-u", Kind.EVALUATOR)
    async with known[0], known[1], up.on_the_bus("evaluation") as service:
        await provision(service, [ear_of("ky-u")])


class Attacker:
    """Somebody on the bus who tries, and notes what the server forbids."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.forbidden: list[str] = []

    async def note(self, error: Exception) -> None:
        self.forbidden.append(str(error))

    async def may_say(self, subject: str, body: bytes = b"", **options: Any) -> bool:
        """Whether the server takes this from them."""
        return await self._may(self.client.publish(subject, body, **options))

    async def may_hear(self, subject: str) -> bool:
        """Whether the server lets them listen there."""
        return await self._may(self.client.subscribe(subject))

    async def _may(self, attempt: Any) -> bool:
        before = len(self.forbidden)
        await attempt
        # What the server has to say about it comes before its answer to a PING.
        await self.client.flush()
        await asyncio.sleep(0.05)
        return len(self.forbidden) == before


@asynccontextmanager
async def an_attacker(up: Up, who: str, kind: Kind) -> AsyncIterator[Attacker]:
    async with up.on_the_bus(who, kind) as client:
        attacker = Attacker(client)
        client._error_cb = attacker.note
        yield attacker


async def is_answered(up: Up, external_id: str, source: str = "ncase") -> dict[str, Any]:
    """The rightful use of a tracker: it logs a request and is told so."""
    async with up.on_the_bus(source, Kind.TRACKER) as client:
        body = json.dumps({"external_id": external_id, **NEED}).encode()
        told = json.loads((await client.request(f"inbound.requests.{source}", body, timeout=20)).data)
    assert told["accepted"], told
    return dict(told)


async def reads(up: Up, wanted: str) -> list[dict[str, Any]]:
    """The rightful use of an evaluator: it reads until it has this outcome."""
    found: list[dict[str, Any]] = []
    async with up.on_the_bus("ky-u", Kind.EVALUATOR) as client, asyncio.timeout(30):
        js = client.jetstream(prefix="READ")
        outcomes = await js.pull_subscribe_bind("ky-u", "OUTCOMES", inbox_prefix=b"_INBOX_ky-u.")
        while wanted not in [one["data"].get("outcome_id") for one in found]:
            for message in await outcomes.fetch(1, timeout=20):
                found.append(json.loads(message.data))
                await message.ack_sync(timeout=10)
    return found


async def test_nobody_from_outside_says_a_fact(up: Up) -> None:
    subjects = ("eng.intake.team_formed.v1.e1", "eng.x", "outcomes.outcome_recorded.v1.e1.x", "aside.intake")
    others = (
        "inbound.requests.other",
        "inbound.x",
        "ask.intake.people",
        "people.changed",
        "_INBOX_intake.x",
        "fates.x",
    )
    for who in FROM_OUTSIDE:
        async with an_attacker(up, *who) as attacker:
            assert [one for one in (*subjects, *others) if await attacker.may_say(one, b"{}")] == []
    async with an_attacker(up, "followup", Kind.SERVICE) as service:
        assert not await service.may_say("eng.sessions.session_held.v1.e1", b"{}")
        assert not await service.may_say("inbound.requests.ncase", b"{}")
    assert (await is_answered(up, "a1"))["request_id"] == "ncase-a1"
    assert [one["data"]["statement"] for one in await reads(up, "o1")] == ["A new rule"]


async def test_nobody_from_outside_listens_to_anything_but_their_own_inbox(up: Up) -> None:
    subjects = (">", "*", "eng.>", "inbound.>", "outcomes.>", "ask.>", "_INBOX.>", "_INBOX_intake.>", "_R_.>", "$SYS.>")
    for name, kind in FROM_OUTSIDE:
        async with an_attacker(up, name, kind) as attacker:
            assert [one for one in subjects if await attacker.may_hear(one)] == []
            assert not await attacker.may_hear("_INBOX_other.>")
            assert await attacker.may_hear(f"_INBOX_{name}.mine.>")
    async with an_attacker(up, "followup", Kind.SERVICE) as service:
        assert [one for one in (*subjects, "ask.intake.>") if await service.may_hear(one)] == []
    await is_answered(up, "a2")


@pytest.mark.parametrize("stream", STREAMS)
async def test_nobody_from_outside_reads_a_stream_message_by_message(up: Up, stream: str) -> None:
    for who in FROM_OUTSIDE:
        async with an_attacker(up, *who) as attacker:
            for api in ("$JS.API", "READ"):
                asked = (f"STREAM.MSG.GET.{stream}", f"DIRECT.GET.{stream}", f"DIRECT.GET.{stream}.eng.>")
                told = ("STREAM.NAMES", f"STREAM.INFO.{stream}", f"CONSUMER.NAMES.{stream}", "INFO")
                for one in (*asked, *told):
                    assert not await attacker.may_say(f"{api}.{one}", b'{"seq":1}', reply=f"_INBOX_{who[0]}.x")
    async with an_attacker(up, "followup", Kind.SERVICE) as service:
        assert not await service.may_say("$JS.API.STREAM.MSG.GET.INBOUND", b'{"seq":1}')


async def test_nobody_from_outside_makes_a_consumer_on_what_names_people(up: Up) -> None:
    wish = json.dumps(
        {"stream_name": "ENGAGEMENT", "config": {"ack_policy": "none", "deliver_subject": "_INBOX_ky-u.x"}}
    )
    makes = ("CREATE.ENGAGEMENT", "CREATE.ENGAGEMENT.mine", "CREATE.OUTCOMES.mine", "DURABLE.CREATE.ENGAGEMENT.ky-u")
    for who in FROM_OUTSIDE:
        async with an_attacker(up, *who) as attacker:
            for api in ("$JS.API", "READ"):
                for one in (*makes, "MSG.NEXT.ENGAGEMENT.followup", "MSG.NEXT.OUTCOMES.other", "DELETE.OUTCOMES.ky-u"):
                    assert not await attacker.may_say(f"{api}.CONSUMER.{one}", wish.encode())
    up.post("/outcomes", **OUTCOME, outcome_id="o2")
    assert {one["type"] for one in await reads(up, "o2")} == {"eng.evaluation.outcome_recorded.v1"}


async def test_a_consumer_with_another_subject_in_its_body_is_not_made(up: Up) -> None:
    """An evaluator may say nothing to make one; a service that may is held to what it names."""
    named = "CONSUMER.CREATE.OUTCOMES.ky-u.outcomes.outcome_recorded.>"
    config = {"durable_name": "ky-u", "name": "ky-u", "ack_policy": "explicit", "filter_subject": "outcomes.>"}
    wish = json.dumps({"stream_name": "OUTCOMES", "config": config}).encode()
    async with an_attacker(up, "ky-u", Kind.EVALUATOR) as attacker:
        for api in ("$JS.API", "READ"):
            assert not await attacker.may_say(f"{api}.{named}", wish)
    other = {"stream_name": "INBOUND", "config": {"name": "x", "ack_policy": "none", "filter_subject": "inbound.>"}}
    async with up.on_the_bus("evaluation") as service:
        asked = {f"$JS.API.{named}": wish, "$JS.API.CONSUMER.CREATE.OUTCOMES.x": json.dumps(other).encode()}
        for name, body in asked.items():
            assert "error" in json.loads((await service.request(name, body, timeout=10)).data)
    up.post("/outcomes", **OUTCOME, outcome_id="o3")
    assert [one["data"]["outcome_id"] for one in await reads(up, "o3")] == ["o3"]


@pytest.mark.parametrize("who", EVERYBODY)
async def test_nobody_who_is_always_known_changes_empties_or_deletes_a_stream(up: Up, who: tuple[str, Kind]) -> None:
    deeds = ("CREATE", "UPDATE", "DELETE", "PURGE", "MSG.DELETE", "SNAPSHOT", "RESTORE", "LEADER.STEPDOWN")
    async with an_attacker(up, *who) as attacker:
        for stream in (*STREAMS, "ANOTHER"):
            assert [deed for deed in deeds if await attacker.may_say(f"$JS.API.STREAM.{deed}.{stream}", b"{}")] == []
    assert "administrator" not in (up.folder / "data" / "nats" / "accounts.conf").read_text()
    await is_answered(up, "a3")


async def test_a_request_that_is_replayed_with_a_new_message_id_changes_nothing(up: Up) -> None:
    first = await is_answered(up, "b1")
    body = json.dumps({"external_id": "b1", **NEED}).encode()
    async with up.on_the_bus("ncase", Kind.TRACKER) as client:
        for number in range(3):
            answer = await client.request(MINE, body, timeout=20, headers={"Nats-Msg-Id": f"another-{number}"})
            told = json.loads(answer.data)
            assert (told["accepted"], told["new"], told["facts"]) == (True, False, first["facts"])
    assert up.get("/requests/ncase/b1")["state"] == "logged"


@pytest.mark.parametrize("to", ["eng.intake.x.v1.e1", "$JS.API.STREAM.PURGE.ENGAGEMENT", "inbound.x", "people.changed"])
async def test_an_answer_that_is_sent_elsewhere_reaches_no_stream_and_nobody(up: Up, to: str) -> None:
    async with up.on_the_bus("intake") as service, up.on_the_bus("ncase", Kind.TRACKER) as client:
        before = (await service.jetstream().stream_info("ENGAGEMENT")).state
        await client.publish(MINE, b"{}", reply=to)
        await client.flush()
        await is_answered(up, f"elsewhere-{len(to)}")
        after = (await service.jetstream().stream_info("ENGAGEMENT")).state
        assert after.first_seq == before.first_seq and after.messages >= before.messages
        with pytest.raises(NotFoundError):
            await service.jetstream().get_last_msg("ENGAGEMENT", "eng.intake.x.v1.e1")


async def test_a_guessed_id_keeps_nobody_elses_word_off_the_bus(up: Up) -> None:
    """The id of a fact can be guessed, and so can the message id of another tracker: neither takes a place."""
    stolen = cloudevent("session_held")
    async with up.on_the_bus("ncase", Kind.TRACKER) as client:
        for kind in ("eng.sessions.session_held.v1", "org.mine"):
            body = json.dumps({**stolen, "type": kind}).encode()
            told = json.loads(
                (await client.request(MINE, body, timeout=20, headers={"Nats-Msg-Id": stolen["id"]})).data
            )
            assert (told["accepted"], told["status"]) == (False, 422)
        # Whoever waits for no answer is heard too, although the stream takes it for what it has already.
        await client.publish(MINE, json.dumps({"external_id": "c1", **NEED}).encode(), headers={"Nats-Msg-Id": "guess"})
        async with up.on_the_bus("ohio", Kind.TRACKER) as other:
            body = json.dumps({"external_id": "c2", **NEED}).encode()
            await client.flush()
            await other.publish("inbound.requests.ohio", body, headers={"Nats-Msg-Id": "guess"})
            await other.flush()
            up.until(lambda: up.get("/requests/ohio/c2"))
    up.until(lambda: up.get("/requests/ncase/c1"))


@pytest.mark.parametrize(
    "headers",
    [
        {"Nats-Schedule": "@at 2030-01-01T00:00:00Z", "Nats-Schedule-Target": "eng.intake.team_formed.v1.e1"},
        {"Nats-Rollup": "all"},
        {"Nats-Batch-Id": "mine", "Nats-Batch-Sequence": "1"},
        {"Nats-Batch-Id": "mine", "Nats-Batch-Sequence": "1", "Nats-Batch-Commit": "1"},
        {"Nats-TTL": "1s"},
        {"Nats-Expected-Last-Sequence": "0"},
        {"Nats-Expected-Stream": "ENGAGEMENT"},
        {"Nats-Incr": "5"},
    ],
    ids=lambda headers: list(headers)[-1],
)
async def test_a_senders_orders_to_the_server_are_not_obeyed(up: Up, headers: dict[str, str]) -> None:
    """The stream refuses such a message or keeps it as any other; intake hears it, with or without an answer."""
    mark = "".join(letter for letter in list(headers)[-1] + headers[list(headers)[-1]][:6] if letter.isalnum())
    async with up.on_the_bus("intake") as service, up.on_the_bus("ncase", Kind.TRACKER) as client:
        js = service.jetstream()
        before = {name: (await js.stream_info(name)).state for name in STREAMS}
        asked = json.dumps({"external_id": f"asked-{mark}", **NEED}).encode()
        assert json.loads((await client.request(MINE, asked, timeout=20, headers=headers)).data)["accepted"]
        quiet = json.dumps({"external_id": f"quiet-{mark}", **NEED}).encode()
        await client.publish(MINE, quiet, headers=headers)
        await client.publish(MINE, b"{" + mark.encode(), headers=headers)
        await client.flush()
        up.until(lambda: up.get(f"/requests/ncase/quiet-{mark}"))
        up.until(lambda: any(one["body"] == "{" + mark for one in up.get("/aside", limit=500)["intake"]["items"]))
        after = {name: (await js.stream_info(name)).state for name in STREAMS}
    assert all(after[name].first_seq == before[name].first_seq for name in STREAMS)
    assert all(after[name].messages >= before[name].messages for name in STREAMS)


async def test_who_shows_no_key_or_a_wrong_one_stays_out(up: Up) -> None:
    quiet = {"allow_reconnect": False, "connect_timeout": 5, "error_cb": _say_nothing}
    for key in (None, Key("ncase", text=new_seed()), Key("intake", text=new_seed())):
        with pytest.raises(NatsError, match="Authorization"):
            await connect(up.bus, key, **quiet)
    with pytest.raises(NatsError, match="Authorization"):
        await connect(up.bus.replace("//", "//throughline:guess@"), None, **quiet)
    await is_answered(up, "d1")


async def test_who_is_removed_is_cut_off_at_once_and_stays_out_and_a_new_key_takes_the_place_of_the_old(up: Up) -> None:
    keyring = Keyring(up.folder / "data" / "nats")
    async with up.on_the_bus("gone", Kind.TRACKER) as client:
        old = Key("gone", text=keyring.file(Kind.TRACKER, "gone").read_text().strip())
        keyring.remove(Kind.TRACKER, "gone")
        assert reload(keyring.folder)
        await happens(lambda: client.is_closed)
    quiet = {"allow_reconnect": False, "connect_timeout": 5, "error_cb": _say_nothing}
    with pytest.raises(NatsError, match="Authorization"):
        await connect(up.bus, old, **quiet)
    keyring.admit(Kind.TRACKER, "gone")
    assert reload(keyring.folder)
    await (await admitted(up.bus, Key("gone", keyring.file(Kind.TRACKER, "gone")))).close()
    with pytest.raises(NatsError, match="Authorization"):
        await connect(up.bus, old, **quiet)
    assert up.get("/health")["well"]


async def test_what_is_too_large_ends_the_connection_of_its_sender_alone(up: Up) -> None:
    for size in (262_145, 1024 * 1024 - 200):
        async with up.on_the_bus("ncase", Kind.TRACKER) as client:
            told = json.loads((await client.request(MINE, b"x" * size, timeout=20)).data)
            assert (told["accepted"], told["status"]) == (False, 422)
    async with up.on_the_bus("ncase", Kind.TRACKER) as client:
        await client._send_publish(MINE, "", b"x" * (1024 * 1024 + 1), 1024 * 1024 + 1, None)
        await happens(lambda: not client.is_connected)
    await is_answered(up, "e1")
    assert up.get("/health")["well"]


async def test_thousands_of_connections_of_one_side_leave_room_for_the_others(up: Up) -> None:
    keyring = Keyring(up.folder / "data" / "nats")
    key = Key("ncase", keyring.file(Kind.TRACKER, "ncase"))
    quiet = {"allow_reconnect": False, "connect_timeout": 30, "error_cb": _say_nothing}
    held: list[Client] = []
    try:
        while len(held) < 2000 and (client := await _connected(up.bus, key, **quiet)):
            held.append(client)
        assert 100 < len(held) <= FEW["max_connections"]
        up.post("/outcomes", **OUTCOME, outcome_id="o4")
        assert "o4" in [one["data"]["outcome_id"] for one in await reads(up, "o4")]
        assert up.get("/health")["well"]
    finally:
        await asyncio.gather(*(client.close() for client in held))
    await is_answered(up, "f1")


async def test_thousands_who_connect_and_say_nothing_keep_nobody_out(up: Up) -> None:
    """Nor do they stay: whoever shows no key is put out after some seconds."""
    host, port = up.bus.rpartition("/")[2].split(":")
    mute = await asyncio.gather(*(asyncio.open_connection(host, int(port)) for _ in range(3000)))
    try:
        await is_answered(up, "f2")
        assert up.get("/health")["well"]
        ends = await asyncio.gather(*(asyncio.wait_for(reader.read(), 30) for reader, _ in mute))
        assert all(b"Authentication Timeout" in end for end in ends)
    finally:
        for _, writer in mute:
            writer.close()


async def test_what_an_evaluator_has_sent_to_the_inbox_of_another_is_confirmed_by_neither(up: Up) -> None:
    """An evaluator may name any inbox of its account; who is sent what it did not ask for loses nothing by it."""
    async with up.on_the_bus("ohio-u", Kind.EVALUATOR) as other, an_attacker(up, "ky-u", Kind.EVALUATOR) as attacker:
        arrived = await other.subscribe("_INBOX_ohio-u.>")
        await other.flush()
        up.post("/outcomes", **OUTCOME, outcome_id="o6")
        assert await attacker.may_say("READ.CONSUMER.MSG.NEXT.OUTCOMES.ky-u", b'{"batch":1}', reply="_INBOX_ohio-u.x")
        sent = await arrived.next_msg(timeout=20)
        assert sent.subject.startswith("outcomes.")
        noted = Attacker(other)
        other._error_cb = noted.note
        assert not await noted.may_say(sent.reply, b"+ACK")
        assert await attacker.may_say(sent.reply, b"-NAK")
    assert "o6" in [one["data"]["outcome_id"] for one in await reads(up, "o6")]


async def _connected(url: str, key: Key, **options: Any) -> Client | None:
    with contextlib.suppress(NatsError):
        return await connect(url, key, **options)
    return None


async def test_who_does_not_read_is_left_behind_and_holds_nobody_up(up: Up) -> None:
    async with up.on_the_bus("ky-u", Kind.EVALUATOR) as slow:
        assert slow._reading_task is not None
        slow._reading_task.cancel()
        for number in range(200):
            wish = b'{"batch":500,"no_wait":true}'
            await slow.publish("READ.CONSUMER.MSG.NEXT.OUTCOMES.ky-u", wish, reply=f"_INBOX_ky-u.{number}")
        await asyncio.sleep(0.2)
        await is_answered(up, "g1")
    up.post("/outcomes", **OUTCOME, outcome_id="o5")
    assert up.get("/health")["well"]


DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000


BAD = {
    "deep": DEEP,
    "deeper": b"[" * 100_000,
    "NaN": b'{"external_id": NaN}',
    "endless": b'{"a": 1e999}',
    "twice": b'{"a": 1, "a": 2}',
    "no text": b"\xff",
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
async def test_what_is_no_request_is_refused_in_words_whatever_it_is_called(up: Up, body: bytes) -> None:
    for called in ("application/json", "application/cloudevents+json", "text/plain", "application/msgpack", ""):
        async with up.on_the_bus("ncase", Kind.TRACKER) as client:
            answer = await client.request(MINE, body, timeout=20, headers={"content-type": called})
            told = json.loads(answer.data)
            assert (told["accepted"], told["status"]) == (False, 422), told
    assert up.get("/health")["well"]


async def test_a_lying_content_type_changes_nothing(up: Up) -> None:
    body = json.dumps({"external_id": "h1", **NEED}).encode()
    async with up.on_the_bus("ncase", Kind.TRACKER) as client:
        for called in ("application/octet-stream", "text/xml", "application/cloudevents+json"):
            answer = await client.request(MINE, body, timeout=20, headers={"content-type": called})
            assert json.loads(answer.data)["accepted"]


async def _say_nothing(_error: Exception) -> None:
    """To be refused is the point."""
