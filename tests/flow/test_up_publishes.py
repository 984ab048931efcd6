"""What `up` meets before it answers: playbooks that are none, settings that mean nothing, a port that is taken."""

import socket
from pathlib import Path

import pytest

from services import running
from services.publishing import publish
from shared.settings import Settings
from tests.support.services import PLAYBOOK, a_world


async def test_a_file_that_is_no_playbook_keeps_no_other_from_being_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_bytes(b"title: \xff\xfe")
    (tmp_path / "b.yaml").write_text("# " + 210_000 * "x", encoding="utf-8")
    (tmp_path / "c.yaml").write_text("playbook: [", encoding="utf-8")
    (tmp_path / "d.yml").write_text(PLAYBOOK, encoding="utf-8")
    async with a_world() as world:
        intake = world.services["intake"]
        intake.settings = Settings(playbooks=tmp_path)
        await publish(intake)
        assert await world.ids("/playbooks", "playbook") == ["example"]
    told = capsys.readouterr().out
    assert "a.yaml: not published. It is not UTF-8" in told
    assert "b.yaml: not published." in told and "is larger than 200 kB" in told
    assert "c.yaml:1" in told or "c.yaml:2" in told
    assert "d.yml: published." in told


async def test_a_folder_without_playbooks_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with a_world() as world:
        intake = world.services["intake"]
        intake.settings = Settings(playbooks=tmp_path / "nowhere")
        await publish(intake)
    assert "THROUGHLINE_PLAYBOOKS" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PORT", "abc", "port: must be a whole number"),
        ("ZONE", "Mars", "zone: must be a time zone"),
        ("LOG_LEVEL", "loud", "log_level: must be one of"),
        ("TRIBES", "{", "tribes"),
        (
            "TRIBES",
            '{"tribe-x": {"name": "X", "region": 1, "zone": "Mars"}}',
            "tribes.tribe-x.zone: must be",
        ),
    ],
)
def test_a_setting_that_means_nothing_is_named_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(f"THROUGHLINE_{name}", value)
    with pytest.raises(SystemExit):
        running.up(data=None, port=None, host=None)
    told = capsys.readouterr().err
    assert reason in told and "Traceback" not in told


def test_a_port_that_is_taken_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(SystemExit):
        running.up(data=tmp_path, port=other.getsockname()[1], host=None)
    assert "--port" in capsys.readouterr().err
