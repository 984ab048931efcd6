"""A cursor tells how far somebody has read, and nothing else is taken for one."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.domain.notices import TYPES, Cursor, mark_of, since
from shared.bus import outcomes
from shared.errors import Malformed
from shared.events.catalogue import SPEAKERS


@given(st.integers(1, 10**15), st.text(min_size=1))
def test_a_cursor_that_was_given_is_understood(n: int, id: str) -> None:
    cursor = Cursor(n, mark_of(id))
    assert since(str(cursor)) == cursor


def test_whoever_has_read_nothing_begins_with_the_first() -> None:
    assert since("0") == since(str(Cursor())) == Cursor()


def test_a_time_may_be_told_in_place_of_a_cursor() -> None:
    assert since("2027-01-04T10:00:00-05:00") == datetime(2027, 1, 4, 15, tzinfo=UTC)


@pytest.mark.parametrize("told", ["", "-1", "1.2", "yesterday", "2027-01-04", "\u0661", "1.ABCDEF01", "9" * 30, "0x1"])
def test_what_is_neither_is_refused(told: str) -> None:
    with pytest.raises(Malformed, match="neither a cursor"):
        since(told)


@given(st.text())
def test_whatever_is_told_is_understood_or_refused(told: str) -> None:
    with suppress(Malformed):
        since(told)


def test_subscribers_are_told_the_same_whichever_way_they_choose_and_never_of_a_person() -> None:
    assert {f"eng.evaluation.{said}.v1" for said in outcomes.SAID} == TYPES
    told = {field for event in SPEAKERS["evaluation"] if event.type in TYPES for field in event.model_fields}
    assert told & {"person_id", "answers", "answer_id"} == set()
