"""Time, ids and chance come from one place each: ruff refuses them everywhere else."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUFF = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251", "--output-format", "concise"]

TIME = ["datetime.datetime.now(datetime.UTC)", "datetime.datetime.utcnow()", "datetime.date.today()", "time.time()"]
IDS = ["uuid.uuid4()", "uuid.uuid1()"]
CHANCE = ["import random", "from random import choice"]


def refused(file: str, *calls: str) -> list[str]:
    """Which of the calls ruff refuses in a file of this name."""
    code = "import datetime, time, uuid\n" + "\n".join(calls)
    done = subprocess.run(
        [*RUFF, "--stdin-filename", file, "-"], input=code, cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = {int(line.split(":")[1]) for line in done.stdout.splitlines() if "TID251" in line}
    return [call for number, call in enumerate(calls, start=2) if number in lines]


@pytest.mark.parametrize("file", ["services/intake/decisions.py", "shared/bus/postman.py", "tests/flow/test_story.py"])
def test_nobody_asks_the_machine_for_time_ids_or_chance(file: str) -> None:
    assert refused(file, *TIME, *IDS, *CHANCE) == [*TIME, *IDS, *CHANCE]


def test_the_clock_may_ask_for_the_time() -> None:
    assert refused("shared/clock.py", *TIME) == []


def test_ids_are_made_where_ids_are_made() -> None:
    assert refused("shared/ids.py", *IDS) == []


def test_how_long_something_took_may_be_measured() -> None:
    assert refused("shared/bus/postman.py", "time.monotonic()") == []
