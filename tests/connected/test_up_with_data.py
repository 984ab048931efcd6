"""Data out of a running Throughline: by the command, and by the lines that docs/data.md and the page Data show."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from services.__main__ import app
from services.evaluation.domain.data import snippets
from tests.support.http import E1, OPENED, STEPS, member
from tests.support.services import PLAYBOOK
from tests.support.up import PATIENCE, ROOT, Up, a_folder, an_up

TEAM = {"team_id": "ky", "jurisdiction": "KY", "lead": "p-1", "members": [member("p-1")], "formed_on": "2027-01-04"}


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with an_up(a_folder(tmp_path_factory.mktemp("up") / "here", example=PLAYBOOK)) as running:
        running.post("/engagements", **OPENED)
        running.post("/teams", **E1, **TEAM)
        running.post("/plans", **E1, plan_id="p1", team_id="ky", steps=STEPS)
        running.until(lambda: len(steps(running).splitlines()) == 2)
        yield running


def steps(up: Up) -> str:
    return httpx.get(f"{up.api}/data/steps.csv", headers=up.key).text


def as_owner(up: Up) -> dict[str, str]:
    token = (up.folder / "data" / "key").read_text().strip()
    return {**os.environ, "THROUGHLINE_API": up.api, "THROUGHLINE_TOKEN": token}


def commanded(up: Up, *words: str) -> str:
    told = CliRunner(env=up.keys).invoke(app, ["data", *words, "--api", up.api])
    assert told.exit_code == 0, told.output
    return str(told.output)


@pytest.mark.slow
def test_a_table_is_fetched_by_the_command_and_what_is_new_by_its_cursor(up: Up, tmp_path: Path) -> None:
    assert "steps" in commanded(up, "list")
    file = tmp_path / "steps.parquet"
    cursor = re.findall(r"--since (\d+)", commanded(up, "get", "steps", "-o", str(file)))[0]
    assert file.read_bytes().startswith(b"PAR1")
    later = tmp_path / "steps.csv"
    commanded(up, "get", "steps", "--since", cursor, "-o", str(later))
    assert later.read_text().splitlines()[1:] == []
    assert not list(tmp_path.glob(".*"))
    assert "steps.barrier (text): what stood in its way" in commanded(up, "dictionary")


def test_what_cannot_be_had_is_said_in_a_sentence(up: Up) -> None:
    told = CliRunner(env=up.keys).invoke(app, ["data", "get", "stebs", "--api", up.api])
    assert told.exit_code == 1 and "did you mean steps?" in told.output


def test_the_lines_in_python_run_as_they_stand(up: Up) -> None:
    ran = subprocess.run(
        [sys.executable, "-"],
        input=snippets.PYTHON,
        env=as_owner(up),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == ["1 steps, of them done: 0", "1 steps are known now"]


def test_the_lines_in_r_run_as_they_stand_where_r_is_installed(up: Up) -> None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        # Without R at least what the lines ask for is there.
        assert "/data/" in snippets.R and "Authorization" in snippets.R
        return
    ran = subprocess.run(
        [rscript, "-"],
        input=snippets.R,
        env=as_owner(up),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "1 steps, of them done: 0" in ran.stdout


def test_what_power_query_asks_for_is_answered_as_it_reads_it(up: Up) -> None:
    [path] = re.findall(r'RelativePath = "(.*)"', snippets.POWER_QUERY)
    [(name, begins)] = re.findall(r'Headers = \[(\w+) = "(\w+ )" & Token\]', snippets.POWER_QUERY)
    token = as_owner(up)["THROUGHLINE_TOKEN"]
    answer = httpx.get(f"{up.api}/{path}", headers={name: begins + token})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.splitlines()[0].split(",")[:3] == ["engagement_id", "plan_id", "step_id"]
    assert httpx.get(f"{up.api}/{path}").status_code == 401


@pytest.mark.parametrize("lines", [snippets.PYTHON, snippets.R, snippets.POWER_QUERY])
def test_the_page_in_docs_shows_the_same_lines(lines: str) -> None:
    assert lines in (ROOT / "docs" / "data.md").read_text("utf-8")
