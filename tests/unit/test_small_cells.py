"""Of fewer than five people no number is told, nor can it be worked out from what is told."""

from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.decisions.suppressing import is_small, line

COUNTS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 12), min_size=1)


def test_numbers_of_five_people_and_more_and_of_nobody_are_told_with_their_sum() -> None:
    assert line({"yes": 12, "no": 5, "perhaps": 0}).cells == {"yes": 12, "no": 5, "perhaps": 0}


def test_one_small_number_takes_the_next_larger_one_with_it_for_the_sum_would_give_it_away() -> None:
    told = line({"yes": 30, "no": 2, "perhaps": 8})
    assert told.cells == {"yes": 30, "no": None, "perhaps": None} and told.total == 40


def test_several_small_numbers_whose_sum_shows_that_each_is_small_are_not_enough() -> None:
    assert line({"yes": 30, "no": 1, "perhaps": 1, "never": 7}).cells["never"] is None


def test_of_fewer_than_five_people_not_even_is_told_what_nobody_said() -> None:
    told = line({"yes": 3, "no": 0})
    assert told.cells == {"yes": None, "no": None} and told.total is None


@given(COUNTS)
def test_each_number_that_is_kept_back_could_as_well_be_five_or_more(counts: dict[str, int]) -> None:
    told = line(counts)
    assert not any(is_small(n) for n in told.cells.values() if n is not None)
    kept = [name for name, n in told.cells.items() if n is None]
    if told.total is None or not kept:
        assert told.total is not None or len(kept) == len(counts)
        return
    rest = told.total - sum(n for n in told.cells.values() if n is not None)
    others = 0 if len(kept) == len(counts) and len(kept) > 1 else len(kept) - 1
    assert rest - others >= 5
