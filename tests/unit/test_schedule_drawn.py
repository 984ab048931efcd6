"""A schedule that is drawn shows all that is due, in its month, and nothing lies outside of the drawing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.intake.decisions.foreseeing import Foreseen
from services.intake.pages.drawing import WIDTH, drawn

FIRST = datetime(2027, 1, 11, 14, tzinfo=UTC)
days = st.lists(st.integers(0, 800), min_size=1, max_size=80)


def due(day: int, zone: str = "America/New_York") -> Foreseen:
    kind = "task" if day % 5 else "mid"
    at = FIRST + timedelta(days=day)
    return Foreseen(due_at=at, zone=zone, title=f"Day {day}", to="facilitator", kind=kind, rule="r")


def test_where_nothing_is_due_nothing_is_drawn() -> None:
    assert drawn([]) is None


@given(days)
def test_each_thing_has_its_mark_within_the_drawing_and_its_row_in_its_month(some: list[int]) -> None:
    found = drawn([due(day) for day in some])
    assert found is not None
    assert len(found.marks) == sum(len(month.rows) for month in found.months) == len(some)
    assert all(0 < mark.x < found.width and 0 < mark.y < found.base for mark in found.marks)
    assert all(f"{one.due_at:%B %Y}" == month.name for month in found.months for one in month.rows)
    assert len({(mark.x, mark.y) for mark in found.marks}) == len(some)


def test_months_follow_each_other_without_a_gap_and_a_short_schedule_is_as_wide_as_its_weeks() -> None:
    found = drawn([due(0), due(70)])
    assert found is not None
    assert [month.name for month in found.months] == ["January 2027", "February 2027", "March 2027"]
    assert found.busiest.name == "January 2027" and found.width < WIDTH


def test_what_is_due_at_night_elsewhere_lies_in_the_month_that_it_is_there() -> None:
    found = drawn([due(21, "Pacific/Honolulu").but(due_at=datetime(2027, 2, 1, 3, tzinfo=UTC))])
    assert found is not None and [month.name for month in found.months] == ["January 2027"]
