"""Nothing lost, nothing twice: 300 towns with a bad bus and dying machines, each played to its end."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation import slips
from tests.simulation.machine import Simulation, Stage

SEEDS = [0, *(pytest.param(number, marks=pytest.mark.slow) for number in range(1, 6))]
PLAYED = settings(
    max_examples=50,
    stateful_step_count=20,
    deadline=None,
    database=None,
    print_blob=True,
    report_multiple_bugs=False,
    # Four databases are slow by nature, a busy day draws many facts, and an empty town waits for its first.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
# It ends with the first town in which the slip shows.
ONLY_LOOKED_FOR = settings(PLAYED, max_examples=500, phases=[Phase.generate], print_blob=False)


@pytest.fixture
def stage() -> Iterator[Stage]:
    it = Stage()
    yield it
    it.close()


def play(stage: Stage, number: int, by: settings) -> None:
    """Fifty towns, the same for each number."""
    machine = type("Simulated", (Simulation,), {"stage": stage})
    run_state_machine_as_test(seed(number)(machine), settings=by)


@pytest.mark.parametrize("number", SEEDS)
def test_whatever_breaks_every_fact_is_known_and_every_obligation_falls_due_once(stage: Stage, number: int) -> None:
    play(stage, number, PLAYED)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("slip", "found"),
    [
        (slips.tell_the_bus_before_it_is_recorded, "never learned of"),
        (slips.trust_what_is_remembered, "not as planned|IntegrityError|UNIQUE"),
        (slips.fire_before_it_is_due, "fell due early"),
    ],
    ids=["settled before recorded", "memory without versions", "fired early"],
)
def test_a_slip_in_the_services_is_found(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, slip: slips.Slip, found: str
) -> None:
    slip(monkeypatch)
    with pytest.raises(Exception, match=found):
        play(stage, 0, ONLY_LOOKED_FOR)
