"""deploy/env.example names every setting, explains it, and shows the value that it has anyway."""

import re
from pathlib import Path

import pytest

from shared.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "deploy" / "env.example"
PREFIX = Settings.model_config["env_prefix"]
LINE = re.compile(rf"^#({PREFIX}[A-Z_]+)=(.*)$")


def explained() -> dict[str, tuple[str, str]]:
    """What env.example says: for each setting its value and the lines above it."""
    found: dict[str, tuple[str, str]] = {}
    above: list[str] = []
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if setting := LINE.match(line):
            found[setting[1]] = (setting[2], " ".join(above))
            above = []
        elif line.startswith("# "):
            above.append(line.removeprefix("# "))
        else:
            above = []
    return found


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    assert sorted(explained()) == sorted(PREFIX + field.upper() for field in Settings.model_fields)


@pytest.mark.parametrize("field", Settings.model_fields)
def test_each_setting_is_explained(field: str) -> None:
    _, explanation = explained()[PREFIX + field.upper()]
    assert len(explanation) > 20
    assert explanation.endswith(".")


def test_the_example_taken_as_it_stands_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in explained():
        monkeypatch.delenv(setting, raising=False)
    untouched = Settings()
    for setting, (value, _) in explained().items():
        monkeypatch.setenv(setting, value)
    assert Settings() == untouched


def test_every_line_of_the_example_is_a_comment_until_somebody_chooses() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
