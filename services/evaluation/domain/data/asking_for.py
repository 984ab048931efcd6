"""What somebody wants of a table, and the cursor by which they ask for what is new."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from services.evaluation.domain.data import TABLES
from shared.errors import Malformed, Unknown
from shared.tabular.columns import DataRow

CURSOR = re.compile(r"0|[1-9][0-9]{0,17}")
BY_NAME: dict[str, type[DataRow]] = {one.table: one for one in TABLES}
IN_CONFIDENCE = frozenset({"answers"})
"""What only evaluators read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Some of a table."""

    of: type[DataRow]
    engagement: str | None = None
    jurisdiction: str | None = None
    since: int | None = None


def wanted(table: str, engagement: str | None, jurisdiction: str | None, since: str | None) -> Wanted:
    """What is asked for, if it can be."""
    of = BY_NAME.get(table)
    if of is None:
        near = get_close_matches(table[:100], BY_NAME, 1)
        raise Unknown("table", f"{table} (did you mean {near[0]}?)" if near else table)
    columns = of.model_fields
    for name, value in (("engagement", engagement), ("jurisdiction", jurisdiction)):
        if value is not None and name not in columns and f"{name}_id" not in columns:
            raise Malformed(f"is not told in the table {table}: leave it out", name)
    return Wanted(of, engagement, jurisdiction, cursor(since))


def cursor(since: str | None) -> int | None:
    """The number after which whoever has a cursor reads on."""
    if since is None:
        return None
    if not CURSOR.fullmatch(since):
        raise Malformed("is not a cursor that was given here (Throughline-Cursor); leave it out to begin", "since")
    return int(since)
