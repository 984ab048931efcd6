"""The pipeline is measured: both sides do the same for each fact, and one line of JSON tells what came of it."""

import json
import subprocess
import sys

import pytest


@pytest.mark.proof
def test_product_and_ceiling_write_the_same_rows_and_say_the_same_for_each_fact() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.pipeline", "--facts", "40"], capture_output=True, text=True, check=True
    )
    [line] = done.stdout.splitlines()
    told = json.loads(line)
    assert told["same_rows"]
    assert told["each_fact"]["product"]["messages said"] == 1
    assert told["facts_a_second"]["product"]["median"] > 0
