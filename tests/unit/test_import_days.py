"""Days are understood as people and spreadsheets write them; what is no day, or could be two, is not guessed."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.decisions.importing import days
from services.intake.decisions.importing.days import NoDay, day_of, order_of
from services.intake.decisions.importing.tables import Cell
from tests.support.sheets import TODAY

JANUARY_11 = date(2027, 1, 11)


@pytest.mark.parametrize(
    "written",
    [
        "2027-01-11", "2027-1-11", "2027/01/11", "20270111", "2027-01-11T14:30:00Z", "2027-01-11 14:30",
        "1/11/2027", "01/11/2027", "1/11/27", "1-11-2027", "1.11.2027", "1/11/2027 2:30 PM", "1/11/2027, 14:30",
        "Jan 11, 2027", "January 11, 2027", "Jan. 11 2027", "11 Jan 2027", "11-Jan-2027", "11-Jan-27",
        "11th January 2027", "Monday, January 11, 2027", "Mon, Jan 11, 2027", "JAN 11, 2027", "46398",
        "46398.6", 46398, 46398.75,         date(2027, 1, 11), datetime.fromisoformat("2027-01-11T23:59"),
    ],
)  # fmt: skip
def test_a_day_may_be_written_in_many_ways(written: Cell) -> None:
    assert day_of(written, "month first", False, TODAY) == JANUARY_11


@pytest.mark.parametrize("written", ["44936", 44936])
def test_a_mac_once_counted_from_1904(written: Cell) -> None:
    assert day_of(written, "month first", True, TODAY) == JANUARY_11


def test_days_come_first_where_a_column_can_only_be_read_so() -> None:
    assert order_of(["13/1/2027", "1/2/2027"]) == "day first"
    assert order_of(["1/13/2027", "13/1/2027"]) == order_of(["1/2/2027"]) == order_of([]) == "month first"
    assert day_of("1/2/2027", "day first", False, TODAY) == date(2027, 2, 1)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("soon", days.NO_DAY), ("Q1 2027", days.NO_DAY), ("2027", days.NO_DAY), ("12", days.NO_DAY),
        (12.5, days.NO_DAY), ("Foo 11, 2027", days.NO_DAY),
        ("11/2027", days.NO_DAY), ("13/1/2027", days.NO_SUCH_DAY), (True, days.NO_DAY),
        ("2/29/2027", days.NO_SUCH_DAY), ("2027-13-01", days.NO_SUCH_DAY), ("Feb 30, 2026", days.NO_SUCH_DAY),
        ("1/11/1027", days.TOO_EARLY), ("1/1/1900", days.TOO_EARLY), ("1/11/2072", days.AHEAD),
        (date(2027, 3, 3), days.AHEAD),
    ],
)  # fmt: skip
def test_what_is_no_day_of_a_request_says_why(written: Cell, why: str) -> None:
    with pytest.raises(NoDay, match=f"^{why.split(':', maxsplit=1)[0]}"):
        day_of(written, "month first", False, TODAY)


@given(st.text() | st.integers() | st.floats() | st.dates() | st.datetimes() | st.booleans())
def test_whatever_stands_there_is_a_day_or_is_refused_with_a_reason(written: Cell) -> None:
    try:
        told = day_of(written, "day first", False, TODAY).isoformat()
    except NoDay as error:
        told = str(error)
    assert told in {days.NO_DAY, days.NO_SUCH_DAY, days.TOO_EARLY, days.AHEAD} or "1990" <= told <= "2027-03-02"
