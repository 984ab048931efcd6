"""`throughline up` as a person meets it: it says where it is, stops when it is asked, and goes on after a crash."""

import signal
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from shared.clock import WorldClock
from tests.support.http import OPENED, member
from tests.support.up import PATIENCE, ROOT, Up, a_folder, an_up

TODAY = WorldClock().now().date()
PLAYBOOK = """
playbook: example
version: 1
title: Example
rules:
- {name: ask, each: team, task: "Ask {jurisdiction}", to: facilitator, due: {wait: 3 days, after: formed}}
"""


def open_(up: Up, *teams: str) -> None:
    """An engagement is opened, and these teams were formed today."""
    goals = [{"goal_id": "g1", "level": "plan", "statement": "A plan for each team"}]
    up.post("/engagements", **{**OPENED, "opened_on": str(TODAY), "goals": goals})
    for place in teams:
        team = {"team_id": place.lower(), "jurisdiction": place, "lead": "p-1", "members": [member("p-1")]}
        up.post("/teams", engagement_id="e1", formed_on=str(TODAY), **team)


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_it_is_asked_and_leaves_nobody_behind(tmp_path: Path, by: signal.Signals) -> None:
    with an_up(a_folder(tmp_path, example=PLAYBOOK)) as up:
        assert up.get("/health")["well"]
        assert f"{tmp_path / 'playbooks' / 'example.yaml'}: published." in up.said()
        assert up.is_anybody_at(up.bus)
        data = tmp_path / "data"
        assert f"export THROUGHLINE_API={up.api} THROUGHLINE_DATA={data}\n" in up.said()
        assert data.stat().st_mode & 0o777 == 0o700
        assert up.end(by) == 0
        assert not up.is_anybody_at(up.bus)
        assert not up.is_anybody_at(up.api)
        assert up.said().splitlines()[-1] == "Stopped. Nothing is lost: the next start goes on from here."
        assert "Traceback" not in up.said()
        assert up.said().count("'stream ENGAGEMENT created'") == 1


@pytest.mark.slow
def test_after_a_crash_it_goes_on_and_what_fell_due_meanwhile_falls_due_late_and_once(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, example=PLAYBOOK)
    with an_up(folder) as up:
        open_(up, "KY", "VI")
        up.until(lambda: up.tasks() == {"e1/ask/ky/1": "scheduled", "e1/ask/vi/1": "scheduled"})
        open_session(up)
        up.end(signal.SIGKILL)
    for days_ahead in (20, 21):
        with an_up(folder, days_ahead) as up:
            up.until(lambda: set(up.tasks().values()) == {"overdue"})
            # Nine in the morning comes to the Virgin Islands first.
            story = [fact for fact in up.get("/engagements/e1/story") if "fell_due" in fact["type"]]
            assert [fact["data"]["task_id"] for fact in story] == ["e1/ask/vi/1", "e1/ask/ky/1"]
            assert {fact["time"][:10] for fact in story} == {str(TODAY + timedelta(days=20))}
            assert up.get("/sessions/s1")["state"] == "scheduled"
            assert "published." not in up.said()[up._already :]
            up.until(lambda: up.get("/health")["services"]["followup"]["outbox"] == 0)
            up.end(signal.SIGKILL)


def open_session(up: Up) -> None:
    told = {"session_id": "s1", "number": 1, "topic": "Data", "starts_at": f"{TODAY}T15:00:00-05:00", "minutes": 120}
    up.post("/sessions", engagement_id="e1", **told)


@pytest.mark.slow
def test_a_playbook_with_a_mistake_costs_nobody_anything(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, example=PLAYBOOK, bad="playbook: bad\nversion: one\n")
    (folder / "playbooks" / "latin.yaml").write_bytes(b"title: Caf\xe9\n")
    with an_up(folder) as up:
        told = up.said()
        assert "example.yaml: published." in told
        assert "bad.yaml: not published." in told and "version: must be a whole number" in told
        assert "latin.yaml: not published." in told
        assert up.get("/health")["well"]


def start(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "services", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.mark.slow
def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = start("up", "--data", str(tmp_path), "--port", str(port))
    assert ended.returncode == 2
    assert f"127.0.0.1:{port}" in ended.stderr and "--port" in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


@pytest.mark.slow
def test_a_folder_that_is_in_use_is_told_in_a_sentence(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    with an_up(folder):
        ended = start("up", "--data", str(folder / "data"), "--port", "0")
    assert ended.returncode == 2
    assert str(folder / "data") in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_one_service_alone_needs_a_bus_that_is_there() -> None:
    ended = start("run", "sessions")
    assert ended.returncode == 2
    assert "--nats" in ended.stdout + ended.stderr


@pytest.mark.slow
def test_a_bus_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ended = start("run", "sessions", "--nats", f"nats://127.0.0.1:{port}", "--data", str(tmp_path), "--port", "0")
    assert ended.returncode == 2
    assert f"No NATS server answers at nats://127.0.0.1:{port}" in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
