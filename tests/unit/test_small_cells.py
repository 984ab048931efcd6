"""Of fewer than five people no number is told, nor can it be worked out from what is told."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.decisions.suppressing import is_small, line, table

COUNTS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 12), min_size=1)
NUMBERS = st.sampled_from((0, 0, 1, 2, 3, 4, 5, 6, 9, 20))
TABLES = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda size: st.fixed_dictionaries(
        {(row, column): NUMBERS for row in range(size[0]) for column in "abcd"[: size[1]]}
    )
)


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


def test_what_is_unlike_in_one_team_cannot_be_taken_from_the_sum_over_all_teams() -> None:
    told = table({("ky", "yes"): 9, ("ky", "no"): 2, ("vi", "yes"): 8, ("vi", "no"): 7})
    assert told.cells == {("ky", "yes"): None, ("ky", "no"): None, ("vi", "yes"): None, ("vi", "no"): None}
    assert told.rows == {"ky": 11, "vi": 15} and told.columns == {"yes": 17, "no": 9} and told.total == 26


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


@given(TABLES)
def test_nothing_kept_back_in_a_table_follows_from_adding_and_subtracting_what_is_told(
    counts: dict[tuple[int, str], int],
) -> None:
    told = table(counts)
    everything = [*told.cells.values(), *told.rows.values(), *told.columns.values(), told.total]
    assert not any(is_small(n) for n in everything if n is not None)
    cells: dict[tuple[object, object], int | None] = {("*", "*"): told.total}
    cells |= {(row, column): n for (row, column), n in told.cells.items()}
    cells |= {(row, "*"): n for row, n in told.rows.items()} | {("*", column): n for column, n in told.columns.items()}
    computed = _computed(cells)
    assert not any(0 < n < 5 for n in computed.values()), computed


def _computed(cells: dict[tuple[object, object], int | None]) -> dict[tuple[object, object], Fraction]:
    """What whoever knows only what is told works out: they solve for what is not."""
    unknown = [cell for cell, n in cells.items() if n is None]
    rows, columns = {row for row, _ in cells}, {column for _, column in cells}
    lines = [[(row, column) for column in columns] for row in rows]
    lines += [[(row, column) for row in rows] for column in columns]
    system = [_equation(one, cells, unknown) for one in lines]
    solved: list[list[Fraction]] = []
    for place in range(len(unknown)):
        pivot = next((equation for equation in system if equation[place]), None)
        if pivot is None:
            continue
        system = [_without(equation, pivot, place) for equation in system if equation is not pivot]
        solved = [_without(equation, pivot, place) for equation in solved]
        solved.append([n / pivot[place] for n in pivot])
    alone = [equation for equation in solved if sum(map(bool, equation[:-1])) == 1]
    return {unknown[[*map(bool, equation)].index(True)]: equation[-1] for equation in alone}


def _equation(
    one: list[tuple[object, object]],
    cells: dict[tuple[object, object], int | None],
    unknown: list[tuple[object, object]],
) -> list[Fraction]:
    """A line of the table: its cells less its sum are nothing."""
    sums = [cell for cell in one if "*" in cell]
    whole = next(cell for cell in sums if len(sums) == 1 or cell == ("*", "*"))
    sign = {cell: -1 if cell == whole else 1 for cell in one}
    known = sum(sign[cell] * (cells[cell] or 0) for cell in one if cells[cell] is not None)
    return [Fraction(sign.get(cell, 0)) for cell in unknown] + [Fraction(-known)]


def _without(equation: list[Fraction], pivot: list[Fraction], place: int) -> list[Fraction]:
    factor = equation[place] / pivot[place]
    return [n - factor * m for n, m in zip(equation, pivot, strict=True)]
