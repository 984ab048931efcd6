"""A line on one time axis: in order of time, inside the picture, each thing once and none on another."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.drawing import RADIUS, STATES, Mark, Picture, Shape, draw
from tests.support.saying import EASTERN

NOW = datetime(2027, 1, 13, 12, tzinfo=EASTERN)
LANES = {"sessions": "Sessions", "tasks": "Tasks"}
DAYS = st.dates(date(1900, 1, 2), date(2200, 12, 30))
INSTANTS = st.builds(datetime.combine, DAYS, st.times(), st.just(UTC))


def at(day: str, key: str = "", lane: str = "tasks", until: str | None = None) -> Mark:
    """Something at noon of a day."""
    when = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=EASTERN)
    other_end = datetime.fromisoformat(f"{until}T12:00").replace(tzinfo=EASTERN) if until else None
    return Mark(key or day, lane, "waiting", when, "Something", "#", other_end)


def drawn(*marks: Mark, now: datetime = NOW) -> Picture:
    return draw(marks, now, EASTERN, LANES)


def shapes(picture: Picture) -> list[Shape]:
    return [shape for lane in picture.lanes for shape in lane.shapes]


@st.composite
def marks(draw_: st.DrawFn) -> list[Mark]:
    """Things at any time, some of which take a while."""
    times = draw_(st.lists(st.tuples(INSTANTS, st.none() | INSTANTS), max_size=30))
    lanes, states = st.sampled_from(list(LANES)), st.sampled_from(list(STATES))
    return [
        Mark(f"k{n}", draw_(lanes), draw_(states), when, "Something", "#", other)
        for n, (when, other) in enumerate(times)
    ]


def test_what_is_earlier_stands_further_left_and_today_between() -> None:
    picture = drawn(at("2027-02-09"), at("2026-11-02"), at("2027-01-12"))
    first, second, third = sorted(shapes(picture), key=lambda one: one.x)
    assert [one.mark.key for one in (first, second, third)] == ["2026-11-02", "2027-01-12", "2027-02-09"]
    assert second.x < picture.today < third.x


def test_months_are_named_and_the_year_where_it_begins() -> None:
    ticks = drawn(at("2026-11-15"), at("2027-02-09")).ticks
    assert [(tick.month, tick.year) for tick in ticks] == [("Nov", "2026"), ("Dec", ""), ("Jan", "2027"), ("Feb", "")]
    assert len({round(after.x - before.x) for before, after in pairwise(ticks)}) <= 2


def test_of_many_years_only_as_many_months_are_named_as_there_is_room_for() -> None:
    picture = drawn(at("2021-01-10"), at("2030-12-10"))
    assert len(picture.ticks) <= 26
    assert all(after.x - before.x > 30 for before, after in pairwise(picture.ticks))


def test_what_falls_on_one_day_stands_below_one_another() -> None:
    one, two, three = shapes(drawn(at("2027-02-09", "a"), at("2027-02-09", "b"), at("2027-02-09", "c")))
    assert (one.x, two.x) == (two.x, three.x) and one.y < two.y < three.y


def test_what_takes_a_while_has_a_bar_whichever_end_is_marked() -> None:
    [waiting, answered] = shapes(
        drawn(at("2027-01-04", "a", until="2027-01-13"), at("2027-03-13", "b", until="2027-03-04"))
    )
    assert waiting.bar is not None and answered.bar is not None
    assert waiting.bar[0] == waiting.x and sum(answered.bar) == pytest.approx(answered.x)


def test_a_lane_without_anything_is_left_out() -> None:
    assert [lane.label for lane in drawn(at("2027-01-04", lane="sessions")).lanes] == ["Sessions"]
    assert drawn().lanes == ()


@given(marks(), INSTANTS)
def test_everything_is_drawn_exactly_once_and_inside_the_picture(some: list[Mark], now: datetime) -> None:
    picture = drawn(*some, now=now)
    assert sorted(one.mark.key for one in shapes(picture)) == sorted(mark.key for mark in some)
    assert 0 <= picture.today <= picture.width
    assert all(0 <= tick.x <= picture.width for tick in picture.ticks)
    for one in shapes(picture):
        left, right = _span(one)
        assert left >= 0 and right <= picture.width
        assert one.y - RADIUS >= 0 and one.y + RADIUS <= picture.height
    assert all(before.top + before.height <= after.top for before, after in pairwise(picture.lanes))


@given(marks(), INSTANTS)
def test_places_keep_the_order_of_time(some: list[Mark], now: datetime) -> None:
    in_time = sorted(shapes(drawn(*some, now=now)), key=lambda one: one.mark.at)
    assert all(before.x <= after.x for before, after in pairwise(in_time))


@given(marks(), INSTANTS)
def test_nothing_lies_on_another(some: list[Mark], now: datetime) -> None:
    for lane in drawn(*some, now=now).lanes:
        for track in {one.y for one in lane.shapes}:
            spans = sorted(_span(one) for one in lane.shapes if one.y == track)
            assert all(before[1] <= after[0] for before, after in pairwise(spans))
            assert lane.top < track < lane.top + lane.height


@given(marks())
def test_the_picture_does_not_depend_on_the_order_of_what_is_drawn(some: list[Mark]) -> None:
    assert drawn(*some) == drawn(*reversed(some))


def test_a_day_is_where_it_is_in_the_zone_of_the_engagement() -> None:
    guam = ZoneInfo("Pacific/Guam")
    late = [Mark("a", "tasks", "waiting", datetime(2027, 1, 31, 20, tzinfo=UTC), "Something", "#")]
    assert [tick.month for tick in draw(late, NOW, guam, LANES).ticks] == ["Jan", "Feb"]
    assert [tick.month for tick in draw(late, NOW, EASTERN, LANES).ticks] == ["Jan"]


def test_a_long_engagement_is_wide_but_not_without_end() -> None:
    short, long = drawn(at("2027-02-09")), drawn(at("2027-02-09"), at("2027-01-01", until="2040-01-01"))
    assert short.width < long.width < 2500
    assert drawn(at("2027-02-09"), now=NOW + timedelta(days=1)).today > short.today


def _span(one: Shape) -> tuple[float, float]:
    left, right = (one.bar[0], sum(one.bar)) if one.bar else (one.x, one.x)
    return left - RADIUS, right + RADIUS
