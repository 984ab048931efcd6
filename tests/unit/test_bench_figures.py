"""What benchmarks tell is counted right: percentiles, medians with their spread, ratios, and whose turn it is."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import charts, turns

NUMBERS = st.lists(st.floats(min_value=-1e6, max_value=1e6, allow_nan=False), min_size=1, max_size=200)
SHARES = st.floats(min_value=0.001, max_value=1)


def test_half_and_nearly_all_of_a_hundred_waits() -> None:
    waits = [float(number) for number in range(100, 0, -1)]
    assert turns.percentile(waits, 0.5) == 50
    assert turns.percentile(waits, 0.99) == 99
    assert turns.percentile(waits, 1) == 100


def test_of_a_single_wait_every_percentile_is_that_wait() -> None:
    assert turns.percentile([7.0], 0.01) == turns.percentile([7.0], 0.99) == 7.0


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 0), ([1.0], 1.1)])
def test_there_is_no_percentile_of_nothing(values: list[float], share: float) -> None:
    with pytest.raises(ValueError, match="values"):
        turns.percentile(values, share)


@given(NUMBERS, SHARES)
def test_a_percentile_is_one_of_the_values_and_as_many_as_were_asked_for_do_not_exceed_it(
    values: list[float], share: float
) -> None:
    found = turns.percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= math.floor(share * len(values))
    assert sum(value < found for value in values) < share * len(values) + 1e-9


def test_a_median_is_told_with_the_least_and_the_most() -> None:
    assert turns.figure([3.0, 1.0, 2.04, 9.0, 2.0]) == {"median": 2.0, "spread": [1.0, 9.0]}


def test_sides_are_compared_round_by_round() -> None:
    assert turns.ratio([1.0, 2.0, 30.0], [2.0, 4.0, 10.0]) == {"median": 0.5, "spread": [0.5, 3.0]}


def test_sides_of_unequal_rounds_are_not_compared() -> None:
    with pytest.raises(ValueError, match="longer"):
        turns.ratio([1.0], [1.0, 2.0])


async def test_every_side_has_its_turn_in_each_round_and_none_always_goes_first() -> None:
    order: list[str] = []

    def side(name: str) -> turns.Side:
        async def take(number: int) -> float:
            order.append(f"{name}{number}")
            return float(number)

        return take

    took = await turns.alternate(3, {"a": side("a"), "b": side("b")})
    assert order == ["a0", "b0", "b1", "a1", "a2", "b2"]
    assert took == {"a": [0.0, 1.0, 2.0], "b": [0.0, 1.0, 2.0]}


def test_a_picture_shows_the_medians_of_the_product_and_nothing_of_its_peers() -> None:
    told = {
        "p50_ms": {
            "product 1000": {"median": 2.0, "spread": [1.0, 3.0]},
            "dbos 1000": {"median": 700.0, "spread": [600.0, 800.0]},
        }
    }
    assert charts.points(told, {"p50": "p50_ms", "p99": "p99_ms"}) == [
        {"curve": "p50", "size": 1000, "cost": 2.0, "least": 1.0, "most": 3.0}
    ]


def test_of_what_was_not_measured_there_is_no_picture(tmp_path: Path) -> None:
    assert charts.written(['{"benchmark": "start"}'], tmp_path) == []


def test_a_picture_is_drawn_of_what_grows(tmp_path: Path) -> None:
    figure = {"median": 2.0, "spread": [1.0, 3.0]}
    line = {"benchmark": "pending", "ms_a_fact": {"1000": figure, "20000": figure}}
    [file] = charts.written([json.dumps(line)], tmp_path)
    assert "pending obligations" in file.read_text(encoding="utf-8")
