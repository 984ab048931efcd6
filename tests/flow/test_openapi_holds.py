"""Whatever is asked by HTTP, in whatever role: no route breaks, and each answers as the OpenAPI document tells."""

import sys

import pytest

from tests.support.fuzzing import open_to_all, try_all


def hold(examples: int) -> None:
    """Ask each route so many times as the document allows it, and as often otherwise."""
    with open_to_all() as comers:
        tried = try_all(comers, examples)
    sys.stdout.write(f"\n{tried.cases:,} requests, answered: {dict(sorted(tried.answers.items()))}\n")
    assert tried.cases > 200 * examples
    assert not tried.wrong, "\n\n".join(f"{where}\n{told}" for where, told in tried.wrong.items())


@pytest.mark.proof
def test_every_route_answers_as_the_openapi_document_tells() -> None:
    hold(examples=2)


@pytest.mark.fuzz
def test_so_it_does_ten_thousand_times() -> None:
    hold(examples=45)
