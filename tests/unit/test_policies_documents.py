"""docs/policies.md tells the truth: its examples in YAML and its commands are run."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.__main__ import app
from tests.unit.test_playbook_documents import test_an_example_of_the_page_is_true as is_true

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
SHOWN = re.findall(r"^```console\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [command for block in SHOWN for command in re.split(r"^\$ throughline ", block, flags=re.MULTILINE)[1:]]


def squeezed(text: str) -> str:
    """The same without what only aligns it."""
    return " ".join(text.split())


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_of_the_page_is_true(text: str) -> None:
    is_true(text)


@pytest.mark.parametrize("shown", COMMANDS)
def test_a_command_of_the_page_prints_what_the_page_shows(shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    typed, *lines = shown.splitlines()
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(app, shlex.split(typed))
    told = squeezed(result.output)
    for line in lines:
        assert squeezed(line.removesuffix("...")) in told, result.output


def test_the_page_has_a_heading_for_each_policy_and_examples_that_run() -> None:
    assert TEXT.count("\n## ") >= 1
