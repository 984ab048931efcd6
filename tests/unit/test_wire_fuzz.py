"""Whatever comes over the wire has one of two ends: a fact that can be said again, or a refusal in words."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import Malformed
from shared.events import wire
from shared.events.base import Fact
from shared.events.catalogue import CATALOGUE
from shared.events.examples import example

LONG = settings(max_examples=34_000, deadline=None, suppress_health_check=list(HealthCheck))
BODIES = [wire.encode(example(event)) for event in CATALOGUE.values()]

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    | st.sampled_from(["", "-", " ", "\0", "\ud800", "2018-02-13", "2018-02-30T25:00:00Z", "9999-12-31T23:59:59-12:00"])
    | st.sampled_from([10**30, -1, 1e308, "tribe-", "KY", "a" * 9000, "0001-01-01T00:00:00+14:00", "\u2028", "१२"])
)  # fmt: skip
names = (
    st.sampled_from(["engagement_id", "type", "line", "names", "model_dump", "__class__", "self", "\ud800"]) | st.text()
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)


def read(body: bytes) -> Fact | Malformed:
    try:
        return wire.decode(body)
    except Malformed as refusal:
        return refusal


def ends_well(body: bytes) -> None:
    fact = read(body)
    if isinstance(fact, Malformed):
        assert fact.problems
        assert all(str(problem).encode() and problem.reason for problem in fact.problems)
        return
    again = wire.decode(wire.encode(fact))
    assert again == fact
    assert again.same_words(fact)
    assert again.event.derived_id == fact.event.derived_id


def places(told: Any, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a document where something else could stand."""
    inner = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    return [here, *(place for name, part in inner for place in places(part, (*here, name)))]


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A fact of any kind in which up to three places hold something else, are gone, or have company."""
    told: Any = json.loads(draw(st.sampled_from(BODIES)))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from([place for place in places(told) if place]))
        holder = told
        for step in way:
            holder = holder[step]
        change = draw(st.sampled_from(["other", "gone", "company"]))
        if change == "gone":
            del holder[last]
        elif change == "company" and isinstance(holder, dict):
            holder[draw(names)] = draw(anything)
        else:
            holder[last] = deepcopy(draw(anything))
        if not places(told)[1:]:
            break
    return json.dumps(told).encode()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A fact of which the end is gone, or in which one bit is another."""
    body = draw(st.sampled_from(BODIES))
    at = draw(st.integers(0, len(body) - 1))
    if draw(st.booleans()):
        return body[:at]
    flipped = bytearray(body)
    flipped[at] ^= 1 << draw(st.integers(0, 7))
    return bytes(flipped)


any_bytes = st.binary() | anything.map(lambda told: json.dumps(told).encode())


@settings(max_examples=300, deadline=None)
@given(spoiled())
def test_a_fact_with_something_wrong_in_it_is_read_or_refused(body: bytes) -> None:
    ends_well(body)


@settings(max_examples=150, deadline=None)
@given(any_bytes)
def test_bytes_of_any_kind_are_read_or_refused(body: bytes) -> None:
    ends_well(body)


@settings(max_examples=200, deadline=None)
@given(damaged())
def test_a_fact_cut_or_flipped_on_its_way_is_read_or_refused(body: bytes) -> None:
    ends_well(body)


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", [spoiled(), any_bytes, damaged()], ids=["spoiled", "any", "damaged"])
def test_so_it_is_with_a_hundred_thousand_messages(kind: st.SearchStrategy[bytes]) -> None:
    @LONG
    @given(kind)
    def each(body: bytes) -> None:
        ends_well(body)

    each()
