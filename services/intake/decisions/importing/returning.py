"""The sender's own file, with a column Problem; and how well it passed."""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from services.intake.decisions.importing import delimited, workbooks
from services.intake.decisions.importing.guessing import Sheet
from services.intake.decisions.importing.headings import PROBLEM, plain
from services.intake.decisions.importing.judging import Judged
from services.intake.decisions.importing.tables import Cell, Row, text_of
from services.intake.domain.imports import ByProblem, Quality, Returned, RowProblem, TakenFile

MEDIA = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
WIDEST_GAP = 1_000
"""So many empty rows between two others are written again."""
LATEST = 10
GIVEN_BACK = re.compile(r"-problems([- ]?\d+|[ ]?\(\d+\))?(?=\.[^.]*$|$)", re.IGNORECASE)
"""How a file is called that was given back; a folder or a browser may have numbered it."""


def given_back(sheet: Sheet, judged: Sequence[Judged]) -> Returned:
    """All rows as they came, and in a column Problem what is wrong with those that were refused."""
    wrong = {one.told.row.number: problems_of(one) for one in judged}
    rows = _rows(sheet, wrong)
    table = sheet.table
    if table.kind == "xlsx":
        content = workbooks.write(table.sheet, rows)
    else:
        content = delimited.write(table, ([text_of(cell) for cell in row] for row in rows))
    return Returned(
        file=f"{PurePath(_origin(table.file)).stem}-problems.{table.kind}",
        media_type=MEDIA[table.kind],
        content=b64encode(content).decode(),
    )


def problems_of(judged: Judged) -> str:
    """What is wrong with a row, in one cell."""
    return "; ".join(_named(problem) for problem in judged.problems)


def by_problem(judged: Iterable[Judged]) -> list[ByProblem]:
    """How many rows have each problem, the most frequent first."""
    counted = Counter((problem.name, problem.reason) for one in judged for problem in one.problems)
    return [ByProblem(name=name, reason=reason, rows=n) for (name, reason), n in counted.most_common()]


def quality(source: str, files: Sequence[TakenFile]) -> Quality:
    """How well the files of a tracker pass, all together; the latest of them by themselves."""
    files = _as_mended(files)
    rows, passed = sum(file.rows for file in files), sum(file.passed for file in files)
    counted: Counter[tuple[str, str]] = Counter()
    for file in files:
        counted.update({(one.name, one.reason): one.rows for one in file.problems})
    words = [{"name": name, "reason": why, "rows": n} for (name, why), n in counted.most_common()]
    latest = files[::-1][:LATEST]
    share = round(passed / rows, 4) if rows else None
    return Quality(
        source=source,
        files=len(files),
        rows=rows,
        passed=passed,
        share=share,
        problems=[ByProblem.model_validate(one) for one in words],
        latest=latest,
    )


def _as_mended(files: Sequence[TakenFile]) -> list[TakenFile]:
    """In the order of time; one that was given back and mended stands for the one that it came from."""
    found: list[TakenFile] = []
    for file in sorted(files, key=lambda one: one.handed_in_at):
        origin = _origin(file.file)
        before = [one for one in found if _origin(one.file) == origin] if origin != file.file else []
        if before:
            found.remove(before[-1])
        found.append(file)
    return found


def _origin(file: str) -> str:
    """The file from which one came that was given back."""
    return GIVEN_BACK.sub("", file)


def _named(problem: RowProblem) -> str:
    """One problem by itself: which column, what stands there, and what is wrong with it."""
    value = f'"{problem.value}" ' if problem.value else ""
    return f"{problem.column or problem.name.replace('_', ' ')}: {value}{problem.reason}"


def _rows(sheet: Sheet, wrong: dict[int, str]) -> Iterator[list[Cell]]:
    """The rows with one more column; the one of an earlier time is written over."""
    headed = [plain(label) == plain(PROBLEM) for label in sheet.labels]
    place = headed.index(True) if True in headed else len(sheet.labels)
    number = 0
    for row in sheet.table.rows:
        if row.number - number <= WIDEST_GAP:
            yield from ([] for _ in range(row.number - number - 1))
        number = row.number
        told = PROBLEM if row is sheet.header else wrong.get(row.number, "")
        yield _with(row, place, told)


def _with(row: Row, place: int, told: str) -> list[Cell]:
    cells = [row.cell(at) for at in range(max(place + 1, len(row.cells)))]
    cells[place] = told
    return cells
