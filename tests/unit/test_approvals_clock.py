"""How long regions take to answer, and by when to expect an answer."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.intake.decisions import waiting
from services.intake.domain import Approval
from shared.cli.approvals import lines

ASKED = date(2027, 1, 4)


def approval(id: str, region: int | None, days: int | None, about: str = "invite", **told: Any) -> Approval:
    """An approval that was asked for on a Monday, and granted after so many days."""
    answered: dict[str, Any] = (
        {"state": "granted", "answered_on": ASKED + timedelta(days=days)} if days is not None else {}
    )
    words = {"engagement_id": "e1", "approval_id": id, "about": about, "region": region, "asked_on": ASKED}
    return Approval.model_validate(words | answered | told)


FOUR = [approval(f"a{days}", 4, days) for days in (10, 20, 30)]
FIVE = [approval(f"b{days}", 5, days, about="speaker") for days in (3, 5)]
OPEN = approval("open", 4, None)


def expected(one: Approval, *known: Approval) -> tuple[str | None, str | None, int]:
    told = waiting.forecast(one, [one, *known], date(2027, 1, 20))
    return (str(told.expected_on) if told.expected_on else None, told.basis, told.answered)


def test_an_answer_is_expected_after_the_median_of_its_region_about_the_same() -> None:
    assert expected(OPEN, *FOUR, *FIVE) == ("2027-01-24", "region_and_about", 3)


def test_with_too_few_of_those_the_region_then_the_matter_then_all_tell() -> None:
    assert expected(approval("open", 4, None, "speaker"), *FOUR, *FIVE) == ("2027-01-24", "region", 3)
    assert expected(approval("open", 9, None), *FOUR, *FIVE) == ("2027-01-24", "about", 3)
    assert expected(approval("open", None, None), *FOUR, *FIVE) == ("2027-01-24", "about", 3)
    assert expected(approval("open", 9, None, "speaker"), *FOUR, *FIVE) == ("2027-01-14", "all", 5)
    assert expected(OPEN, *FOUR[:2]) == (None, None, 0)


def test_a_refusal_is_an_answer_and_takes_as_long() -> None:
    refused = [one.but(state="declined") for one in FOUR]
    assert expected(OPEN, *refused) == ("2027-01-24", "region_and_about", 3)
    assert [pace.granted for pace in waiting.clock(refused, ASKED).paces][:1] == [0]


def test_each_region_has_its_pace_and_so_has_each_matter() -> None:
    paces = waiting.clock([*FOUR, *FIVE, OPEN], ASKED).paces
    assert [(one.region, one.about, one.answered, one.open, one.median, one.ninetieth) for one in paces] == [
        (None, None, 5, 1, 10, 30),
        (None, "invite", 3, 1, 20, 30),
        (None, "speaker", 2, 0, 5, 5),
        (4, None, 3, 1, 20, 30),
        (4, "invite", 3, 1, 20, 30),
        (5, None, 2, 0, 5, 5),
        (5, "speaker", 2, 0, 5, 5),
    ]


def test_nine_of_ten_answers_had_come_within_the_ninetieth_percentile() -> None:
    assert waiting.ninetieth(range(1, 11)) == 9
    assert waiting.ninetieth(range(1, 21)) == 18
    assert waiting.ninetieth([7]) == 7


@given(st.lists(st.integers(0, 400), min_size=1, max_size=50))
def test_the_ninetieth_is_the_fewest_days_within_which_nine_of_ten_had_come(days: list[int]) -> None:
    found = waiting.ninetieth(days)
    assert sum(day <= found for day in days) * 10 >= 9 * len(days)
    assert sum(day < found for day in days) * 10 < 9 * len(days)


@given(st.permutations([*FOUR, *FIVE, OPEN, approval("open2", 5, None)]))
def test_the_clock_does_not_depend_on_the_order_of_approvals(known: list[Approval]) -> None:
    assert waiting.clock(known, ASKED) == waiting.clock([*FOUR, *FIVE, OPEN, approval("open2", 5, None)], ASKED)


def test_the_command_tells_what_is_open_and_how_long_regions_take() -> None:
    told = lines(waiting.clock([*FOUR, OPEN], ASKED).model_dump(mode="json"))
    assert told[1].split("  ")[0] == "2027-01-04"
    assert told[1].endswith("e1/open   2027-01-24, by answers of that region about the same (3)")
    assert told[4].split() == ["all", "any", "3", "20", "days", "30", "days"]
    assert lines(waiting.clock([], ASKED).model_dump(mode="json"))[0] == "No approval is open."
