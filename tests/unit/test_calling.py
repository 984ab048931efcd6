"""Whoever is not known at the door is told where a command looked for the key."""

from pathlib import Path

import httpx
import pytest
import typer

from shared.cli.calling import refuse, shown_at

HERE = "http://127.0.0.1:8123"
WHO = {"status": 401, "problems": [{"field": "", "reason": "This is not open to everybody."}]}


@pytest.fixture(autouse=True)
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    monkeypatch.delenv("THROUGHLINE_TOKEN", raising=False)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], api: str = HERE) -> str:
    """What a command says that was refused there."""
    asked = httpx.Request("GET", f"{api}/requests", headers=shown_at(api))
    with pytest.raises(typer.Exit):
        refuse(httpx.Response(401, json=WHO, request=asked))
    return capsys.readouterr().err


def test_without_a_key_it_is_told_where_none_is(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    said = told(capsys)
    assert f"There is no key at {data / 'key'}" in said
    assert "THROUGHLINE_DATA" in said and "THROUGHLINE_TOKEN" in said


def test_a_key_of_another_folder_is_named(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    (data / "key").write_text("thr_1_of-another\n", encoding="ascii")
    assert f"What was shown is the key at {data / 'key'}" in told(capsys)


def test_elsewhere_a_token_is_needed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Name a token by THROUGHLINE_TOKEN" in told(capsys, "https://throughline.example.org")
    monkeypatch.setenv("THROUGHLINE_TOKEN", "x" * 32)
    assert "What was shown is THROUGHLINE_TOKEN" in told(capsys)
