"""Lanes are measured: the sides take turns, and one line of JSON tells what came of it."""

import json
import subprocess
import sys

import pytest


@pytest.mark.proof
def test_two_processes_in_lanes_are_measured_beside_one() -> None:
    asked = ["--facts", "60", "--sides", "one", "lanes"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.lanes", *asked], capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    assert told["facts_a_second"].keys() == {"one", "lanes"}
    assert told["lanes_to_one"]["median"] > 0
