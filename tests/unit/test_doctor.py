"""The doctor finds what is not well and says so in a row of its own, whatever it meets."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.__main__ import app

NOBODY = "http://127.0.0.1:1"


def rows(*told: str) -> dict[str, str]:
    """What the doctor says, by what it looked at."""
    found = CliRunner().invoke(app, ["doctor", "--api", NOBODY, *told])
    assert found.exit_code == 1 and found.exception.__class__ is SystemExit
    return {line[5:15].strip(): line for line in found.output.splitlines()}


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    monkeypatch.setenv("THROUGHLINE_PLAYBOOKS", str(tmp_path))
    monkeypatch.delenv("THROUGHLINE_NATS", raising=False)


def test_a_playbook_that_nobody_can_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"title: \xff")
    found = rows()
    assert found["playbook"].startswith("BAD") and "a.yaml" in found["playbook"]
    assert found["clock"].startswith("ok")


def test_where_nobody_answers_the_remedy_is_told() -> None:
    assert "throughline up" in rows()["services"]


def test_a_setting_that_means_nothing_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_ZONE", "Mars")
    assert "zone: must be a time zone" in rows()["settings"]


def test_an_address_that_is_none_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_NATS", "nats://[")
    assert rows("--api", "http://[")["bus"].startswith("BAD")
