"""24 engagements in one store, on a real server: none is missing, none is there twice, and the sums are right."""

from pathlib import Path

import pytest

from services.demo import portfolio
from services.demo.portfolio.reading import opportunities_in
from shared.events.log import end_of


@pytest.mark.slow
async def test_the_whole_portfolio_stands_in_one_store(tmp_path: Path) -> None:
    outcome = await portfolio.play(tmp_path, opportunities_in(portfolio.FILES), end_of("2018-01-19"))
    assert (outcome.missing, outcome.twice) == ([], [])
    told = outcome.portfolio.document()
    assert (told["engagements"], told["cohorts"], told["participations"]) == (24, 31, 239)
    assert told["participations_known_for"] == 18
    assert told["open"] == sum(row.open for row in outcome.portfolio.rows) > 24
