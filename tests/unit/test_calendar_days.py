"""The working calendar against other ways to count: the law's holidays, lists of days, a search minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.playbooks.calendar import Calendar, countries, holidays_in, instant, works
from shared.playbooks.places import PLACES
from shared.playbooks.wait import LONGEST, UNITS, Unit, Wait
from tests.support.counting import SATURDAY, federal, first_shown, in_month, month_after, plus_business_days

CALM = settings(deadline=None)
DAYS = st.dates(date(2000, 1, 1), date(2049, 12, 31))
HOURS = [time(0), time(0, 30), time(1, 30), time(2), time(2, 30), time(9), time(23, 59)]
ZONES = sorted({place.zone for place in PLACES.values()} | {"Europe/London", "Australia/Lord_Howe", "Pacific/Apia"})


@pytest.mark.parametrize("year", range(2000, 2050))
def test_the_federal_holidays_are_those_of_the_law(year: int) -> None:
    off = {day for day in holidays_in("US", year) if day.weekday() < SATURDAY}
    assert off == {day for day in federal(year) if day.weekday() < SATURDAY}


def test_new_year_2022_was_observed_in_the_old_year() -> None:
    assert not works("US", date(2021, 12, 31))


def test_other_countries_have_their_own_holidays_and_none_has_none() -> None:
    assert {"US", "CA", "MX"} <= countries()
    assert not works("CA", date(2027, 7, 1))
    assert works("none", date(2027, 12, 24))


@CALM
@given(DAYS, st.integers(0, 100), st.sampled_from([1, -1]))
def test_business_days_are_counted_as_by_hand(day: date, n: int, sign: int) -> None:
    assert Calendar().add(day, Wait(n, "business days"), sign) == plus_business_days(day, n * sign)


@CALM
@given(DAYS, st.integers(0, 240), st.sampled_from([1, -1]))
@example(date(2024, 2, 29), 12, 1)
@example(date(2027, 3, 31), 1, -1)
def test_months_are_gone_through_one_by_one(day: date, n: int, sign: int) -> None:
    assert Calendar().add(day, Wait(n, "months"), sign) == in_month(month_after(day.replace(day=1), n * sign), day.day)


@CALM
@given(DAYS, st.integers(0, 1000), st.sampled_from([1, -1]))
def test_weeks_are_seven_days(day: date, n: int, sign: int) -> None:
    assert Calendar().add(day, Wait(n, "weeks"), sign) == day + timedelta(days=7 * n * sign)
    assert Calendar().add(day, Wait(n, "days"), sign) == day + timedelta(days=n * sign)


@CALM
@given(DAYS, st.integers(0, 60), st.integers(0, 60), st.sampled_from(UNITS))
def test_waits_of_one_unit_are_one_sum(day: date, one: int, other: int, unit: Unit) -> None:
    added = Calendar().add_all(day, [(Wait(one, unit), 1), (Wait(other, unit), 2)])
    assert added == Calendar().add(day, Wait(one + 2 * other, unit))


def test_january_31_and_a_month_and_a_month_is_march_31() -> None:
    month = Wait(1, "months")
    assert Calendar().add_all(date(2027, 1, 31), [(month, 1), (month, 1)]) == date(2027, 3, 31)


@CALM
@given(DAYS, st.sampled_from(["next", "previous", "none"]))
def test_a_day_off_rolls_to_the_nearest_working_day_on_its_side(day: date, roll: str) -> None:
    rolled = Calendar().rolled(day, roll)  # type: ignore[arg-type]
    if roll == "none" or works("US", day):
        assert rolled == day
    else:
        assert works("US", rolled)
        assert (rolled > day) == (roll == "next")
        between = range(min(day, rolled).toordinal(), max(day, rolled).toordinal())
        assert [it for it in between if works("US", date.fromordinal(it)) and date.fromordinal(it) != rolled] == []


@CALM
@given(DAYS, st.sampled_from(HOURS), st.sampled_from(ZONES))
@example(date(2027, 3, 14), time(2, 30), "America/New_York")
@example(date(2026, 11, 1), time(1, 30), "America/New_York")
@example(date(2027, 10, 3), time(2, 15), "Australia/Lord_Howe")
@example(date(2027, 3, 14), time(2, 30), "America/Phoenix")
@example(date(2011, 12, 30), time(9), "Pacific/Apia")
def test_a_wall_time_is_the_first_instant_at_which_the_clocks_there_show_it_or_later(
    day: date, at: time, zone: str
) -> None:
    assert instant(day, at, ZoneInfo(zone)) == first_shown(day, at, ZoneInfo(zone))


def test_a_time_that_does_not_exist_is_the_first_instant_after_the_gap() -> None:
    assert instant(date(2027, 3, 14), time(2, 30), ZoneInfo("America/New_York")) == datetime(2027, 3, 14, 7, tzinfo=UTC)


def test_a_time_that_comes_twice_is_its_first() -> None:
    assert instant(date(2026, 11, 1), time(1, 30), ZoneInfo("America/New_York")) == datetime(
        2026, 11, 1, 5, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("2 business days", Wait(2, "business days")),
        ("1 business day", Wait(1, "business days")),
        ("1 month", Wait(1, "months")),
        ("35 days", Wait(35, "days")),
        ("2 weeks", Wait(2, "weeks")),
        ("0 days", Wait(0, "days")),
    ],
)
def test_a_wait_is_read_and_said_alike(text: str, wait: Wait) -> None:
    assert Wait.parse(text) == wait
    assert str(wait) == text


@pytest.mark.parametrize("number", [0, 1, 2, 35])
@pytest.mark.parametrize("unit", UNITS)
def test_each_wait_that_is_said_can_be_read(number: int, unit: Unit) -> None:
    assert Wait.parse(str(Wait(number, unit))) == Wait(number, unit)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1 year", "use 12 months"),
        ("2 years", "use 24 months"),
        ("2 dyas", "is not a length of time"),
        ("-1 days", "is not a length of time"),
        ("1.5 weeks", "is not a length of time"),
        ("P6M", "is not a length of time"),
        ("9999 months", "longer than twenty years"),
        (5, "needs a unit"),
        (None, "needs a unit"),
    ],
)
def test_what_is_no_wait_is_refused_with_a_hint(text: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Wait.parse(text)


def test_no_wait_is_so_long_that_dates_end() -> None:
    for unit, longest in LONGEST.items():
        assert Calendar().add(date(2200, 12, 31), Wait(longest, unit)).year <= 2221
