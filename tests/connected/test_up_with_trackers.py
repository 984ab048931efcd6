"""A running Throughline and what comes to it on the bus: trackers' requests, and what strangers say that is no fact."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from typer.testing import CliRunner

from services.__main__ import app
from shared.bus.accounts.members import Kind
from shared.events import wire
from shared.events.base import say
from shared.events.sessions import SessionsFactRetracted
from tests.support.facts import cloudevent
from tests.support.http import OPENED, STEPS, member
from tests.support.saying import held, said, session
from tests.support.services import PLAYBOOK
from tests.support.up import Up, a_folder, an_up

NEED = {"jurisdiction": "KY", "topic": "workforce", "need": "How do others pay?", "logged_on": "2027-01-04"}
HELD = "eng.sessions.session_held.v1.e1"


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One start for all tests here, with an engagement and a team."""
    with an_up(a_folder(tmp_path_factory.mktemp("up") / "here", example=PLAYBOOK)) as running:
        running.post("/engagements", **OPENED)
        team = {"team_id": "ky", "jurisdiction": "KY", "lead": "p-1", "members": [member("p-1")]}
        running.post("/teams", engagement_id="e1", formed_on="2026-10-05", **team)
        running.until(lambda: running.get("/tasks/e1/ask/ky/1"))
        yield running


async def ask(up: Up, body: object, source: str = "ncase") -> dict[str, Any]:
    """Send a request as a tracker does who waits for the answer."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with up.on_the_bus(source, Kind.TRACKER) as client:
        return json.loads((await client.request(f"inbound.requests.{source}", sent, timeout=20)).data)


async def tell(up: Up, subject: str, *bodies: bytes) -> None:
    """Send what nobody waits for an answer to: as a tracker, or as the service whose facts stand on that subject."""
    first, *_, last = subject.split(".")
    who = (last, Kind.TRACKER) if first == "inbound" else (subject.split(".")[1], Kind.SERVICE)
    async with up.on_the_bus(*who) as client:
        for body in bodies:
            await client.publish(subject, body)
        await client.flush()


def aside(up: Up, service: str, subject: str) -> list[list[str]]:
    """What a service has put aside of this subject: its reasons."""
    items = up.get("/aside", limit=500)[service]["items"]
    return sorted(
        [f"{problem['field']}: {problem['reason']}" for problem in one["problems"]]
        for one in items
        if one["subject"] == subject
    )


async def test_a_tracker_is_told_that_its_request_arrived_and_under_which_id(up: Up) -> None:
    told = await ask(up, {"external_id": "17", **NEED})
    assert (told["accepted"], told["status"], told["request_id"]) == (True, 200, "ncase-17")
    assert up.get("/requests/ncase-17")["need"] == NEED["need"]
    assert up.get("/requests/ncase/17")["request_id"] == "ncase-17"
    assert (await ask(up, {"external_id": "17", **NEED}))["new"] is False


async def test_a_tracker_may_send_a_cloudevent(up: Up) -> None:
    event = {"specversion": "1.0", "id": "x-1", "type": "org.tracker.request", "source": "/tracker"}
    told = await ask(up, {**event, "data": {"external_id": "18", **NEED}})
    assert (told["accepted"], told["request_id"]) == (True, "ncase-18")


async def test_a_tracker_is_told_every_field_that_is_wrong(up: Up) -> None:
    told = await ask(up, {"external_id": "19", **NEED, "jurisdiction": "Kentucky", "logged_on": "04.01.2027"})
    assert (told["accepted"], told["status"]) == (False, 422)
    assert sorted(problem["field"] for problem in told["problems"]) == ["jurisdiction", "logged_on"]
    assert up.get("/requests/ncase/19") is None


async def test_a_tracker_that_contradicts_itself_is_told_how_to_correct(up: Up) -> None:
    await ask(up, {"external_id": "20", **NEED})
    told = await ask(up, {"external_id": "20", **NEED, "need": "Transport"})
    assert (told["accepted"], told["status"]) == (False, 409)
    assert "revision 1" in told["problems"][0]["reason"]
    assert (await ask(up, {"external_id": "20", **NEED, "need": "Transport", "revision": 1}))["accepted"]
    assert up.get("/requests/ncase/20")["need"] == "Transport"


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[]", b"", b'{"a": NaN}', b"[" * 50_000])
async def test_what_is_no_json_is_answered_and_costs_the_next_nothing(up: Up, body: bytes) -> None:
    told = await ask(up, body)
    assert (told["accepted"], told["status"]) == (False, 422)
    assert (await ask(up, {"external_id": "17", **NEED}))["accepted"]


async def test_who_does_not_wait_for_an_answer_is_heard_too_and_what_is_wrong_is_put_aside(up: Up) -> None:
    good = [json.dumps({"external_id": f"quiet-{number}", **NEED}).encode() for number in range(3)]
    bad = json.dumps({"external_id": "quiet-9", **NEED, "jurisdiction": "Kentucky"}).encode()
    await tell(up, "inbound.requests.quiet", good[0], b"{", good[1], bad, good[2])
    up.until(lambda: up.get("/requests/quiet/quiet-2"))
    assert [up.get(f"/requests/quiet/quiet-{number}")["source"] for number in range(2)] == ["quiet", "quiet"]
    up.until(lambda: len(aside(up, "intake", "inbound.requests.quiet")) == 2)
    assert [reasons[0].split(": ")[0] for reasons in aside(up, "intake", "inbound.requests.quiet")] == [
        "",
        "jurisdiction",
    ]


async def test_what_strangers_say_is_put_aside_with_its_reason_and_neighbours_go_on(up: Up) -> None:
    lacking = cloudevent("session_held", engagement_id="e1", attendance=None, held_at="2026-10-20")
    lacking["subject"] = "e1"
    strangers = [
        b"not json",
        json.dumps({**cloudevent("session_held"), "type": "eng.sessions.session_hold.v1"}).encode(),
        json.dumps(lacking).encode(),
    ]
    neighbour = held(1, "2026-10-20T15:00:00-05:00", attendance={"ky": ["p-1"]})
    await tell(up, HELD, strangers[0], wire.encode(session(1, "2026-10-20T15:00:00-05:00")), *strangers[1:])
    await tell(up, HELD, wire.encode(neighbour))
    up.until(lambda: up.get("/tasks/e1/remind/s1/1"))
    for service in ("followup", "evaluation"):
        up.until(partial(_has_three_aside, up, service))
        told = aside(up, service, HELD)
        assert told[0][0].startswith(": is not JSON")
        assert sorted(reason.split(": ")[0] for reason in told[1]) == ["data.attendance", "data.held_at"]
        assert told[2] == ["type: is not known here; did you mean eng.sessions.session_held.v1?"]
    up.until(lambda: up.get("/rounds/e1/mid/e1/1"))
    assert neighbour.id in {fact["id"] for fact in up.get("/engagements/e1/story")}
    assert up.get("/health")["well"]


def _has_three_aside(up: Up, service: str) -> bool:
    return len(aside(up, service, HELD)) == 3


async def test_a_stranger_who_contradicts_what_was_said_changes_nothing(up: Up) -> None:
    subject = "eng.intake.team_formed.v1.e1"
    known = next(fact for fact in up.get("/engagements/e1/story") if "team_formed" in fact["type"])
    other = {**known, "data": {**known["data"], "lead": "p-9"}}
    await tell(up, subject, json.dumps(other).encode())
    up.until(lambda: aside(up, "followup", subject))
    assert aside(up, "followup", subject)[0][0].startswith("revision: This was said before, with other lead")
    assert known in up.get("/engagements/e1/story")


async def test_what_is_said_about_what_is_not_known_yet_waits_for_its_partner(up: Up) -> None:
    late = [
        said("action_plan_submitted", engagement_id="e7", submitted_on="2026-10-12"),
        said("team_formed", engagement_id="e7", formed_on="2026-10-05"),
    ]
    for fact in late:
        await tell(up, fact.event.subject, wire.encode(fact))
    up.until(lambda: len(up.get("/engagements/e7/story") or []) == 2)
    assert up.tasks(engagement="e7") == {}
    up.post("/engagements", **{**OPENED, "engagement_id": "e7"})
    up.until(lambda: "e7/look/p1/1" in up.tasks(engagement="e7"))


def throughline(up: Up, *words: str, fails: bool = False) -> str:
    """What the command prints."""
    result = CliRunner(env=up.keys).invoke(app, [*words, "--api", up.api])
    assert (result.exit_code != 0) == fails, result.output
    return result.output


def test_requests_on_the_command_line(up: Up) -> None:
    told = ["--source", "cli", "--id", "1", "--jurisdiction", "KY", "--topic", "workforce", "--need", "Help"]
    assert throughline(up, "request", "log", *told).strip() == "cli-1 logged"
    assert "nothing changed" in throughline(up, "request", "log", *told)
    assert json.loads(throughline(up, "request", "show", "cli-1"))["state"] == "logged"
    assert throughline(up, "request", "withdraw", "cli-1", "--reason", "Solved").strip() == "cli-1 withdrawn"
    assert json.loads(throughline(up, "request", "show", "cli-1"))["state"] == "withdrawn"
    told[5] = "Kentucky"
    refused = throughline(up, "request", "log", *told, fails=True).splitlines()
    assert [line.split(":")[0] for line in refused] == ["jurisdiction"]
    assert "There is no request cli-9" in throughline(up, "request", "show", "cli-9", fails=True)


def test_why_on_the_command_line(up: Up) -> None:
    told = throughline(up, "why", "e1/ask/ky/1")
    assert "rule         ask, of example version 1" in told
    assert "counted      2 weeks after formed (2026-10-05)" in told
    assert json.loads(throughline(up, "why", "e1/ask/ky/1", "--json"))["obligation"]["key"] == "e1/ask/ky/1"
    assert "There is no" in throughline(up, "why", "e1/ask/xx/1", fails=True)


async def test_what_was_put_aside_is_seen_mended_and_dropped_on_the_command_line(up: Up) -> None:
    subject = "eng.sessions.action_plan_submitted.v1.e1"
    plan: dict[str, Any] = {
        "engagement_id": "e1",
        "plan_id": "p9",
        "team_id": "ky",
        "submitted_on": "2026-10-12",
        "steps": STEPS,
    }
    mine = said("action_plan_submitted", **plan, recorded=held(1, "2026-10-20T15:00:00-05:00").time)
    theirs = {**json.loads(wire.encode(mine)), "id": "theirs", "data": {**mine.data, "submitted_on": "2026-10-13"}}
    await tell(up, subject, wire.encode(mine))
    up.until(lambda: up.get("/tasks/e1/look/p9/1"))
    await tell(up, subject, json.dumps(theirs).encode(), b"nonsense")
    up.until(lambda: len(aside(up, "evaluation", subject)) == len(aside(up, "followup", subject)) == 2)
    lines = [line for line in throughline(up, "aside", "list").splitlines() if subject in line and "followup" in line]
    [contrary] = [line.split()[0] for line in lines if "said before" in line]
    [nonsense] = [line.split()[0] for line in lines if "is not JSON" in line]
    assert json.loads(throughline(up, "aside", "show", nonsense))["body"] == "nonsense"
    assert "said before" in throughline(up, "aside", "retry", contrary, fails=True)
    assert f"{nonsense} dropped" in throughline(up, "aside", "drop", nonsense)
    assert nonsense in throughline(up, "aside", "list", "--state", "dropped")
    mistake = say(SessionsFactRetracted(engagement_id="e1", fact_id=mine.id, reason="A mistake"), mine.time)
    await tell(up, mistake.event.subject, wire.encode(mistake))
    up.until(lambda: up.tasks()["e1/look/p9/1"] == "withdrawn")
    assert throughline(up, "aside", "retry", contrary).strip() == f"{contrary} handled"
    assert up.get("/tasks/e1/look/p9/1")["state"] in {"scheduled", "due", "overdue"}
    assert "There is no message nobody" in throughline(up, "aside", "show", "nobody", fails=True)


def test_doctor_finds_everything_well_and_says_what_is_not(up: Up, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_DATA", str(up.folder / "data"))
    monkeypatch.setenv("THROUGHLINE_PLAYBOOKS", str(up.folder / "playbooks"))
    told = throughline(up, "doctor")
    assert "BAD" not in told
    for what in ("clock", "zones", "playbook", "service", "key", "bus", "streams"):
        assert f"ok   {what}" in told
    monkeypatch.setenv("THROUGHLINE_DATA", str(up.folder / "elsewhere"))
    result = CliRunner().invoke(app, ["doctor", "--api", up.api])
    assert result.exit_code == 1
    [key] = [line for line in result.output.splitlines() if line.startswith("BAD  key")]
    assert f"There is no key at {up.folder / 'elsewhere' / 'key'}" in key and "THROUGHLINE_DATA" in key
    monkeypatch.setenv("THROUGHLINE_PLAYBOOKS", str(up.folder / "nowhere"))
    result = CliRunner().invoke(app, ["doctor", "--api", "http://127.0.0.1:9"])
    assert result.exit_code == 1
    assert "nobody answers at http://127.0.0.1:9: start with `throughline up`" in result.output
    assert "THROUGHLINE_PLAYBOOKS" in result.output


def test_who_is_asked_when_nobody_is_there_is_told_so() -> None:
    result = CliRunner().invoke(app, ["request", "show", "r1", "--api", "http://127.0.0.1:9"])
    assert result.exit_code == 1
    assert "Nobody answers at http://127.0.0.1:9" in result.output
