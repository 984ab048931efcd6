"""The command line: all commands are told of at once, and each is imported when it is called."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.__main__ import COMMANDS, app

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_told_of_a_command_is_what_it_says_itself(name: str) -> None:
    said = inspect.cleandoc(COMMANDS[name].imported(name).help).split("\n\n")[0]
    assert " ".join(said.split()) == COMMANDS[name].help


def test_the_help_tells_of_every_command_and_waits_for_none() -> None:
    look = (
        "import sys\nfrom services.__main__ import app\n"
        "try:\n    app(['--help'])\n"
        "finally:\n    print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    told = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [name for name in COMMANDS if f"\n  {name} " not in told.stdout] == []
    assert not {"rich", "pydantic", "httpx", "asyncio", "nats", "sqlalchemy"} & set(told.stderr.split())


def test_a_command_that_is_misspelt_is_told_with_what_may_be_meant() -> None:
    told = CliRunner().invoke(app, ["acess", "list"])
    assert told.exit_code == 2
    assert "No such command 'acess'. Did you mean 'access'?" in " ".join(told.output.split())


def test_a_group_and_a_command_tell_of_themselves() -> None:
    assert "sign in no more" in CliRunner().invoke(app, ["access"]).output
    assert "--jurisdiction" in CliRunner().invoke(app, ["access", "grant", "--help"]).output
    assert "--port" in CliRunner().invoke(app, ["up", "--help"]).output


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("acc", ["access"]),
        ("up --po", ["--port"]),
        ("access re", ["revoke"]),
        ("access grant --ju", ["--jurisdiction"]),
    ],
)
def test_a_shell_completes_commands_and_options(typed: str, completed: list[str]) -> None:
    asked = {"_THROUGHLINE_COMPLETE": "complete_bash", "COMP_WORDS": f"throughline {typed}"}
    asked["COMP_CWORD"] = str(len(typed.split()))
    start = [sys.executable, "-c", "from services.__main__ import app\napp(prog_name='throughline')"]
    told = subprocess.run(start, cwd=ROOT, env={**os.environ, **asked}, capture_output=True, text=True, check=False)
    assert told.stdout.split() == completed, told.stderr
